"""Amounts of time, targets, moments and conditions in words that say exactly what they are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from models.people.party import Party, PartyKind, party_named
from models.policy.values.durations import UNITS
from models.time.calendar import LOCAL
from models.time.clock import Target
from models.time.moments import Choice, DerivedKind, derived, parse_condition, parse_moment

NO_TARGET = "–"
"""Stands for no target."""
LEFT_OPEN = "left open"
"""Stands for a target that the policy has not decided yet."""

_UNITS = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}
_CHOICES = {
    Choice.FIRST_KNOWN: ("", ", or else "),
    Choice.LATER: ("the later of ", " and "),
    Choice.EARLIER: ("the earlier of ", " and "),
}
_DERIVED = {
    DerivedKind.UPDATE: "status update to {}",
    DerivedKind.FLAG: "flag {} raised",
    DerivedKind.ROLE: "role {} taken",
    DerivedKind.PLANNED: "date {}",
}
_OF_THE_RECORD = {
    "alert_fired": "first alert fired",
    "severity_confirmed": "severity confirmed",
}


def count(number: int, word: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def duration(length: timedelta, without: str = "") -> str:
    """An elapsed duration to the second: `1 hour 30 minutes`. A day is 24 hours.

    The units in `without` (`wd`: weeks and days) are not used.
    """
    left = int(length.total_seconds())
    words = []
    for unit, size in UNITS.items():
        if unit in without or (unit == "w" and left % size):
            continue
        number, left = divmod(left, size)
        if number:
            words.append(count(number, _UNITS[unit]))
    return " ".join(words) or "no time"


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    words = tuple(names)
    if len(words) < 2:  # noqa: PLR2004 - one alone needs no joining
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def verb(who: Sequence[str], does: str) -> str:
    """A verb after its subjects: one `checks`, several `check`."""
    return f"{does}s" if len(who) == 1 else does


def grouped(values: Mapping[str, str], most: int = 0) -> str:
    """What holds for which: `SEV1 and SEV2: 1 hour; SEV3: 1 day`.

    If one value holds for all `most` of them, it stands alone.
    """
    by_value: dict[str, list[str]] = {}
    for name, value in values.items():
        by_value.setdefault(value, []).append(name)
    if len(by_value) == 1 and len(values) == most:
        return next(iter(by_value))
    return "; ".join(f"{listed(names)}: {value}" for value, names in by_value.items())


def target(given: Target) -> str:
    """How long a clock may run, or until when; of two limits, the softer one first."""
    words = _day_end(given) if given.day_end is not None else _amount(given)
    if given.before is not None:
        of = _counted_from(given)
        amount = given.days or given.months or given.within or given.day_end is not None
        words = f"{words} before {of}" if amount else f"by {of}"
    if given.best_effort:
        words = f"{words}, best effort"
    if given.should is None:
        return words
    return f"{target(given.should)} (should), {words} (must)"


def _counted_from(given: Target) -> str:
    clock = given.before_limit_of
    return f"the limit of {clock}" if clock else f"the date {given.before}"


def _amount(given: Target) -> str:
    local = given.calendar in {None, LOCAL}
    words = []
    if given.months:
        words.append(count(given.months, "month"))
    if given.days and local:
        words.append(count(given.days, "calendar day"))
    elif given.days:
        words.append(f"{count(given.days, 'working day')} of {given.calendar}")
    if given.within or not words:
        open_hours = f"{duration(given.within, without='wd')} of {given.calendar}"
        words.append(duration(given.within) if local else open_hours)
    return " and ".join(words)


def _day_end(given: Target) -> str:
    which = {0: "", 1: "next "}.get(given.day_end or 0, f"{given.day_end}th next ")
    of = "" if given.calendar in {None, LOCAL} else f"{given.calendar} "
    return f"end of the {which}{of}day"


def moment(text: str) -> str:
    """When a clock starts or stops."""
    meant = parse_moment(text)
    before, between = _CHOICES[meant.choice]
    return before + between.join(_milestone(name) for name in meant.of)


def _milestone(name: str) -> str:
    found = derived(name)
    if found:
        return _DERIVED[found.kind].format(found.of)
    return _OF_THE_RECORD.get(name, name)


def party(text: str) -> str:
    """Who is meant."""
    match party_named(text):
        case Party(PartyKind.SCHEDULE | PartyKind.ON_CALL, schedule):
            return f"whoever is on call by {schedule}"
        case Party(PartyKind.CHANNEL, channel):
            return f"the channel {channel}"
        case Party(PartyKind.TEAM, team):
            return f"team {team}"
        case other:
            return other.name


def condition(text: str) -> str:
    """What must be true of an incident."""
    meant = parse_condition(text)
    verb = "is not" if meant.negated else "is"
    if meant.of_flag:
        return f"the flag {meant.attribute} {verb} raised"
    return f"{meant.attribute} {verb} {listed(meant.values, 'or')}"
