"""Durations as people write them: `90s`, `5m`, `2h`, `3d`, `1w`, `1h30m`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from models.policy.values.words import wrong_value

UNITS: dict[str, int] = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
"""Seconds of each unit. A day is 24 hours and a week 7 days of elapsed time."""

LONGEST = timedelta(days=3660)
"""Ten years. A longer duration is a slip of the pen."""

_FORM = re.compile("".join(f"(?:(?P<{unit}>[0-9]{{1,9}}){unit})?" for unit in UNITS))
_HUGE = re.compile(r"[0-9]{10}")
_SPELLED = re.compile(
    r"(?<![0-9])([0-9]{1,9}) ?"
    r"(weeks?|wks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|[wdhms])(?![a-z])",
    re.IGNORECASE,
)
_HOW = "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"


def _instead(text: str) -> str:
    if text.isdecimal():
        return f"say the unit, such as {text}s or {text}m"
    short = shortened(text).replace(" and ", "").replace(" ", "")
    return f"write {short}" if short and _FORM.fullmatch(short) else _HOW


def shortened(text: str) -> str:
    """A text with its durations in the right form: `5m` for `5 min`."""
    return _SPELLED.sub(lambda found: f"{found[1]}{found[2][0].lower()}", text)


def parse_duration(given: object) -> timedelta:
    """The elapsed duration that a text means. Raises a ValueError that says what to write."""
    if isinstance(given, timedelta):
        return given
    text = str(given) if isinstance(given, (str, int)) and not isinstance(given, bool) else ""
    if not text:
        raise wrong_value("this is not a duration", _HOW)
    found = _FORM.fullmatch(text)
    if not found and _HUGE.search(text):
        raise wrong_value(f"{text!r} is longer than ten years", _HOW)
    if not found:
        raise wrong_value(f"{text!r} is not a duration", _instead(text))
    seconds = sum(int(found[unit] or 0) * size for unit, size in UNITS.items())
    if seconds > LONGEST.total_seconds():
        raise wrong_value(f"{text!r} is longer than ten years", _HOW)
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta, *, days: bool = True) -> str:
    """A duration of whole seconds as an author writes it; `0s` for none.

    Without `days`, hours are the largest unit, as for open hours: `36h`.
    """
    left = int(duration.total_seconds())
    parts = []
    for unit, size in UNITS.items():
        if size > UNITS["h"] and not days:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _positive(duration: timedelta) -> timedelta:
    if not duration:
        raise wrong_value("this must be longer than 0s", _HOW)
    return duration


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
"""An elapsed duration; `0s` is allowed."""

Period = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive)]
"""An elapsed duration longer than `0s`."""
