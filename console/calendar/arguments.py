"""Reads the calendar, the instants and the target of a calculation as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from console.policies.file import read_policy
from console.terminal.explain_errors import malformed
from console.terminal.failure import Failure, usage
from console.terminal.times import parse_instant, within_reach
from models.policy.sections.calendars import CalendarEntry
from models.policy.values.targets import parse_roll, parse_target
from models.policy.values.words import suggestion
from models.time.calendar import LOCAL, CalendarSpec, OpenHours
from models.time.clock import Roll, Target
from policies.compiling.timing import calendars
from rules.time.localtime import clock_of
from rules.zones.calendars import local_spec, slice_of, unknown_region
from rules.zones.zone_names import unknown_zone
from runtime.settings import load_settings

GIVEN = "given"
"""The name of a calendar that the command line describes."""


@dataclass(frozen=True, slots=True)
class Almanac:
    """The calendars, and the chosen one; None for elapsed time."""

    calendars: Mapping[str, CalendarSpec]
    chosen: str | None

    @property
    def spec(self) -> CalendarSpec:
        """The calendar whose local time is shown."""
        return self.calendars[self.chosen or LOCAL]

    def of(self, target: Target) -> "Almanac":
        """The same, choosing the calendar that a target names."""
        rolls = target.rolls.calendar if target.rolls else None
        return replace(self, chosen=target.calendar or rolls or self.chosen)

    def named(self, name: str) -> CalendarSpec:
        """The calendar with that name. Raises `Failure` (usage) that suggests a similar name."""
        if name not in self.calendars:
            known = suggestion(name, self.calendars)
            raise usage(f"there is no calendar {name}; {known}")
        return self.calendars[name]


def _zone(name: str) -> str:
    instead = unknown_zone(name)
    if instead:
        raise usage(f"there is no time zone {name}; {instead}")
    return name


@dataclass(frozen=True, slots=True)
class InWords:
    """A calendar as the options describe it."""

    days: str | None = None
    hours: Sequence[str] = ()
    zone: str | None = None
    holidays: Sequence[str] = ()
    worked: Sequence[str] = ()

    @property
    def written(self) -> dict[str, object]:
        """The calendar as a policy would have it, apart from its zone."""
        days = [day for given in self.worked for day in given.split(",")]
        pairs = (day.partition("=") for day in days)
        written = {
            "days": self.days.replace(" ", "") if self.days else None,
            "hours": [span for given in self.hours for span in given.split(",")],
            "holidays": [code.strip() for given in self.holidays for code in given.split(",")],
            "worked": {day.strip(): as_on.strip() for day, _, as_on in pairs},
        }
        return {key: value for key, value in written.items() if value}


def _inline(given: InWords, zone: str) -> CalendarSpec:
    try:
        entry = CalendarEntry.model_validate(given.written)
    except ValidationError as error:
        raise malformed(error) from None
    for region in entry.holidays:
        instead = unknown_region(region)
        if instead:
            raise usage(f"the holidays of {region} are not known; {instead}")
    opens = tuple(OpenHours(days=w.days, hours=w.hours) for w in entry.windows)
    return CalendarSpec(
        name=GIVEN, zone=zone, opens=opens, holidays=entry.holidays, worked=entry.worked_as
    )


def almanac(policy: Path | None, calendar: str | None, given: InWords) -> Almanac:
    """The calendars of a policy, or one that the options describe.

    `calendar` without a policy file is a calendar of the policy in force. Raises `Failure` (usage)
    for wrong options, and PolicyBroken for a policy file with errors.
    """
    if (policy or calendar) and (given.written or given.zone):
        options = "--days, --hours, --zone, --holidays and --worked"
        message = f"name a calendar, or describe one by {options}"
        raise usage(f"{message}; not both")
    if policy or calendar:
        read = read_policy(policy or load_settings().policy_file).policy
        found = Almanac({spec.name: spec for spec in calendars(read)}, calendar)
        if calendar:
            found.named(calendar)
        return found
    place = _zone(given.zone or "UTC")
    local = {LOCAL: local_spec(place)}
    if not given.written:
        return Almanac(local, None)
    return Almanac({**local, GIVEN: _inline(given, place)}, GIVEN)


def target_of(text: str, known: Almanac) -> Target:
    """Parse a target; if it names no calendar, it counts by the chosen one.

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
        raise usage(
            f"{text!r} is not a target that comes due; write one such as 2h, 5d or 3 months"
        )
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
    """Parse where a limit on a day off moves: `12:00`, or as in a policy. Raises `Failure`."""
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
    """Parse an instant to UTC; a time without a zone is local to the calendar.

    Also returns a note if the local time comes twice, or never. Raises `Failure` (usage).
    """
    wall = _wall(text)
    if wall is None:
        return parse_instant(text, now), None
    within_reach(wall, text)
    around = wall.replace(tzinfo=UTC)
    clock = clock_of(slice_of(local_spec(known.spec.zone), around, around, around))
    at = clock.instant(wall)
    if clock.wall(at) != wall:
        return at, f"{text} does not exist in {known.spec.zone}; clocks skip it"
    again = any(clock.wall(at + timedelta(minutes=n)) == wall for n in range(15, 181, 15))
    twice = f"{text} comes twice in {known.spec.zone}; the first one counts" if again else None
    return at, twice


def _wall(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def pause_of(text: str, known: Almanac, now: datetime) -> tuple[datetime, datetime]:
    """Parse a pause, FROM/UNTIL. Raises `Failure` (usage)."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise usage(f"{text!r} is not a pause; write two instants as FROM/UNTIL")
    begins_at, _ = instant_of(begins, known, now)
    ends_at, _ = instant_of(ends, known, now)
    if ends_at < begins_at:
        raise usage(f"the pause {text!r} ends before it begins")
    return begins_at, ends_at


def date_of(text: str, known: Almanac, now: datetime) -> tuple[str, datetime]:
    """Parse a date of an incident, NAME=INSTANT. Raises `Failure` (usage)."""
    name, equals, at = text.partition("=")
    if not equals or not name.strip():
        raise usage(f"{text!r} is not a date; write NAME=INSTANT")
    return name.strip(), instant_of(at, known, now)[0]


def never_due(text: str, years: int) -> Failure:
    """The failure for a target that its calendar never reaches."""
    message = f"{text} does not come due within {years} years of its calendar"
    return usage(message, "python starter.py calendar elapsed shows what is open")
