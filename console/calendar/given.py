"""The calendar, the instants and the target of a calculation, as they were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from console.policies.file import read_policy
from console.terminal.errors import malformed
from console.terminal.failures import Failure, usage
from console.terminal.times import parse_instant, within_reach
from models.policy.calendars import CalendarEntry
from models.policy.targets import parse_roll, parse_target
from models.policy.words import suggestion
from models.time.calendar import LOCAL, CalendarSpec, OpenHours
from models.time.clock import Roll, Target
from policies.timing import calendars
from rules.time.localtime import clock_of
from rules.zones.calendars import local_spec, slice_of, unknown_region
from rules.zones.zone_names import unknown_zone
from runtime.settings import load_settings

GIVEN = "given"
"""The name of a calendar that is given with the command."""


@dataclass(frozen=True, slots=True)
class Almanac:
    """The calendars that there are, and the one that was chosen; None for elapsed time."""

    calendars: Mapping[str, CalendarSpec]
    chosen: str | None

    @property
    def spec(self) -> CalendarSpec:
        """The calendar whose local time is told."""
        return self.calendars[self.chosen or LOCAL]

    def of(self, target: Target) -> "Almanac":
        """The same, choosing the calendar that a target names."""
        rolls = target.rolls.calendar if target.rolls else None
        return replace(self, chosen=target.calendar or rolls or self.chosen)

    def named(self, name: str) -> CalendarSpec:
        """The calendar of that name. Raises `Failure` (usage) with the near one."""
        if name not in self.calendars:
            known = suggestion(name, self.calendars)
            raise usage(f"there is no calendar {name}; {known}")
        return self.calendars[name]


def _zone(name: str) -> str:
    instead = unknown_zone(name)
    if instead:
        raise usage(f"there is no time zone {name}; {instead}")
    return name


def _inline(
    days: str | None, hours: Sequence[str], zone: str, holidays: Sequence[str]
) -> CalendarSpec:
    written = {
        "days": days.replace(" ", "") if days else None,
        "hours": [span for given in hours for span in given.split(",")] or None,
        "holidays": [code.strip() for given in holidays for code in given.split(",")],
    }
    try:
        entry = CalendarEntry.model_validate({k: v for k, v in written.items() if v})
    except ValidationError as error:
        raise malformed(error) from None
    for region in entry.holidays:
        instead = unknown_region(region)
        if instead:
            raise usage(f"no holidays are known of {region}; {instead}")
    opens = tuple(OpenHours(days=w.days, hours=w.hours) for w in entry.windows)
    return CalendarSpec(name=GIVEN, zone=zone, opens=opens, holidays=entry.holidays)


def almanac(
    policy: Path | None,
    calendar: str | None,
    *,
    days: str | None,
    hours: Sequence[str] | None,
    zone: str | None,
    holidays: Sequence[str] | None,
) -> Almanac:
    """The calendars that were meant: those of a policy, or one that is given in words.

    `calendar` without a policy file is one of the policy in force. Raises `Failure` (usage) for
    what is wrong, PolicyBroken for a policy file with errors.
    """
    inline = bool(days or hours or holidays)
    if (policy or calendar) and (inline or zone):
        message = "a calendar is named, or given by --days, --hours, --zone and --holidays"
        raise usage(f"{message}; not both")
    if policy or calendar:
        read = read_policy(policy or load_settings().policy_file).policy
        found = Almanac({spec.name: spec for spec in calendars(read)}, calendar)
        if calendar:
            found.named(calendar)
        return found
    place = _zone(zone or "UTC")
    local = {LOCAL: local_spec(place)}
    if not inline:
        return Almanac(local, None)
    return Almanac({**local, GIVEN: _inline(days, hours or (), place, holidays or ())}, GIVEN)


def target_of(text: str, known: Almanac) -> Target:
    """The target that a text means; an amount that names no calendar is one of the chosen.

    Raises `Failure` (usage).
    """
    words = " ".join(text.split())
    try:
        target = parse_target(words)
        if isinstance(target, Target) and known.chosen:
            target = _of_the_chosen(words, target, known.chosen)
    except ValueError as error:
        raise usage(str(error)) from None
    except OverflowError:
        raise usage(f"{text!r} is too long") from None
    if not isinstance(target, Target):
        raise usage(f"{text!r} is no target that comes due; write one such as 2h, 5d or 3 months")
    if target.calendar:
        known.named(target.calendar)
    return target


def _of_the_chosen(words: str, target: Target, chosen: str) -> Target:
    if target.day_end is not None:
        of_local = target.calendar == LOCAL and LOCAL in words.split()
        return target if of_local or target.calendar != LOCAL else _with(target, chosen)
    if target.calendar or target.months:
        return target
    amount, before, date = words.partition(" before ")
    found = parse_target(f"{amount} {chosen}{before}{date}")
    return found if isinstance(found, Target) else target


def _with(target: Target, calendar: str) -> Target:
    return target.changed(calendar=calendar)


def roll_of(text: str, known: Almanac) -> Roll:
    """Where a limit on a day off goes: `12:00`, or as a policy says it. Raises `Failure`."""
    words = " ".join(text.split())
    if known.chosen and not words.startswith("next "):
        words = f"next {known.chosen} day {words}"
    try:
        roll = parse_roll(words)
    except ValueError as error:
        raise usage(str(error)) from None
    known.named(roll.calendar)
    return roll


def instant_of(text: str, known: Almanac, now: datetime) -> tuple[datetime, str | None]:
    """An instant in UTC; a time without a zone is local to the calendar.

    Also a word about a local time that comes twice, or never. Raises `Failure` (usage).
    """
    wall = _wall(text)
    if wall is None:
        return within_reach(parse_instant(text, now), text), None
    within_reach(wall, text)
    around = wall.replace(tzinfo=UTC)
    clock = clock_of(slice_of(local_spec(known.spec.zone), around, around, around))
    at = clock.instant(wall)
    if clock.wall(at) != wall:
        return at, f"{text} does not come in {known.spec.zone}; clocks jump past it"
    again = any(clock.wall(at + timedelta(minutes=n)) == wall for n in range(15, 181, 15))
    twice = f"{text} comes twice in {known.spec.zone}; the first is meant" if again else None
    return at, twice


def _wall(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def pause_of(text: str, known: Almanac, now: datetime) -> tuple[datetime, datetime]:
    """A pause, as FROM/UNTIL. Raises `Failure` (usage)."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise usage(f"{text!r} is not a pause; write two instants as FROM/UNTIL")
    begins_at, _ = instant_of(begins, known, now)
    ends_at, _ = instant_of(ends, known, now)
    if ends_at < begins_at:
        raise usage(f"the pause {text!r} ends before it begins")
    return begins_at, ends_at


def date_of(text: str, known: Almanac, now: datetime) -> tuple[str, datetime]:
    """A date of an incident, as NAME=INSTANT. Raises `Failure` (usage)."""
    name, equals, at = text.partition("=")
    if not equals or not name.strip():
        raise usage(f"{text!r} is not a date; write NAME=INSTANT")
    return name.strip(), instant_of(at, known, now)[0]


def never_due(text: str, years: int) -> Failure:
    """What a target is that its calendar never reaches."""
    message = f"{text} does not come due within {years} years of its calendar"
    return usage(message, "python starter.py calendar elapsed shows what is open")
