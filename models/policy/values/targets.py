"""Targets as people write them: `5m`, `2h office`, `5d office`, `4h-8h office`, `end of day`."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationError

from models.policy.values.durations import LONGEST, parse_duration, shortened
from models.policy.values.words import split_keys, wrong_value
from models.time.calendar import LOCAL
from models.time.clock import Roll, Target

Open = Literal["unspecified"]

NONE = "none"
OPEN: Open = "unspecified"
"""Instead of a target: deliberately none, or left open."""

FORMS = (
    "5m",
    "2h CALENDAR",
    "5d CALENDAR (working days)",
    "3d local (calendar days)",
    "2 months",
    "4h-8h CALENDAR (should, must)",
    "end of day",
    "end of next CALENDAR day",
    "24h before DATE",
    "by DATE",
    "1h before limit of CLOCK",
    "best effort 2d",
    NONE,
    OPEN,
)
_HOW = f"write one of: {'; '.join(FORMS)}"

_NAME = r"[\w.\-]+"
_DAY_END = re.compile(rf"end of (next )?(?:({_NAME}) )?day")
_BEFORE = re.compile(rf"(.+?) before (limit of {_NAME}|{_NAME})")
_BY = re.compile(rf"by (limit of {_NAME}|{_NAME})")
_MONTHS = re.compile(r"([0-9]{1,9}) ?months?")
_MOST_MONTHS = 120
_AMOUNT = re.compile(rf"([0-9][0-9wdhms]*)(?:-([0-9][0-9wdhms]*))?(?: ({_NAME}))?")
_WORDY = re.compile(r"([0-9]+) (?:calendar|working|business) days?")
_ROLL = re.compile(rf"next ({_NAME}) day ((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_DAYS = re.compile(r"(?:([0-9]+)w)?(?:([0-9]+)d)?(.*)")


def _amount(text: str, calendar: str | None) -> Target:
    """An amount of time, elapsed or of a calendar."""
    if calendar is None:
        return Target(within=_more_than_nothing(parse_duration(text)))
    weeks, days, rest = _parts(text)
    if weeks and calendar != LOCAL:
        raise wrong_value(
            f"a week of {calendar} is ambiguous", f"write its working days: 5d {calendar}"
        )
    if days + weeks and rest and calendar == LOCAL:
        raise wrong_value(
            f"{text!r} mixes days and hours", "write whole calendar days, or hours alone"
        )
    within = parse_duration(rest) if rest else timedelta()
    if days + 7 * weeks > LONGEST.days:
        raise wrong_value(f"{text!r} is longer than ten years", _HOW)
    if not (weeks or days):
        _more_than_nothing(within)
    if rest and calendar == LOCAL:
        calendar = None
    return Target(within=within, calendar=calendar, days=days + 7 * weeks)


def _parts(text: str) -> tuple[int, int, str]:
    found = _DAYS.fullmatch(text)
    return (int(found[1] or 0), int(found[2] or 0), found[3]) if found else (0, 0, text)


def _more_than_nothing(duration: timedelta) -> timedelta:
    if not duration:
        raise wrong_value("this must be longer than 0s", _HOW)
    return duration


def _counted(text: str) -> Target:
    months = _MONTHS.fullmatch(text)
    if months and int(months[1]) <= _MOST_MONTHS:
        return Target(months=int(months[1]), calendar=LOCAL)
    if months:
        raise wrong_value(f"{text!r} is longer than ten years", _HOW)
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise _not_a_target(text)
    softer, harder, calendar = found[1], found[2], found[3]
    if harder is None:
        return _amount(softer, calendar)
    should, must = _amount(softer, calendar), _amount(harder, calendar)
    if (should.days, should.within) >= (must.days, must.within):
        raise wrong_value(f"{text!r} is not a range", "write the softer limit first: 4h-8h")
    return must.changed(should=should)


def _not_a_target(text: str) -> Exception:
    wordy = _WORDY.fullmatch(text)
    if wordy:
        of = LOCAL if "calendar" in text else "office, the name of a calendar"
        return wrong_value(f"{text!r} does not name a calendar", f"write {wordy[1]}d {of}")
    if text[:1].isdigit() and " " not in text:
        parse_duration(text)
    return wrong_value(f"{text!r} is not a target", _HOW)


def parse_target(given: object) -> Target | Open | None:
    """The target that a text means; None for a deliberate absence. Raises ValueError."""
    if isinstance(given, Target):
        return given
    if isinstance(given, dict):
        return _two_limits(given)
    text = " ".join(str(given).split()) if isinstance(given, (str, int)) else ""
    if text in {NONE, OPEN}:
        return None if text == NONE else OPEN
    short = shortened(text)
    if short != text and _is_target(short):
        raise wrong_value(f"{text!r} is not a target", f"write {short}")
    effort = text.removeprefix("best effort ")
    return _said(effort).changed(best_effort=effort != text)


def _is_target(text: str) -> bool:
    try:
        return parse_target(text) is not None
    except ValueError:
        return False


def _said(text: str) -> Target:
    day_end = _DAY_END.fullmatch(text)
    if day_end:
        return Target(day_end=1 if day_end[1] else 0, calendar=day_end[2] or LOCAL)
    by = _BY.fullmatch(text)
    if by:
        return Target(before=by[1])
    before = _BEFORE.fullmatch(text)
    if before:
        return _counted(before[1]).changed(before=before[2])
    return _counted(text)


def _two_limits(given: dict[str, object]) -> Target:
    if set(given) != {"should", "must"}:
        raise wrong_value("this does not give two limits", "write { should: 3d, must: 7d }")
    should, must = parse_target(given["should"]), parse_target(given["must"])
    if not isinstance(should, Target) or not isinstance(must, Target):
        raise wrong_value("one of the two limits is missing", "write { should: 3d, must: 7d }")
    return must.changed(should=should)


def parse_roll(given: object) -> Roll:
    """Where to move a limit that falls on a day off: `next office day 12:00`. Raises ValueError."""
    if isinstance(given, Roll):
        return given
    found = _ROLL.fullmatch(" ".join(str(given).split()))
    if not found:
        raise wrong_value(
            f"{given!r} does not say where to move the limit", "write next CALENDAR day 12:00"
        )
    return Roll(calendar=found[1], at=found[2])


def _by_severity(given: Any) -> Any:
    if not isinstance(given, dict) or set(given) == {"should", "must"}:
        return {"any": given}
    return split_keys(given)


def _as_validated(given: Any) -> Any:
    try:
        return parse_target(given)
    except ValidationError as error:
        raise wrong_value(str(error.errors()[0]["msg"]), _HOW) from None


TargetText = Annotated[Target | Open | None, BeforeValidator(_as_validated)]
"""The target of a clock, as its author writes it."""

Targets = Annotated[dict[str, TargetText], BeforeValidator(_by_severity)]
"""Targets by severity. `any` is every severity, `major` every major one; the most specific counts.
"""

RollText = Annotated[Roll, BeforeValidator(parse_roll)]
"""Where to move a limit that falls on a day off, as its author writes it."""
