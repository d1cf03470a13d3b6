"""Weekly times in people's words: at night (17:00-09:00) and on weekends."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from models.policy.sections.calendars import WEEK
from rules.time.localtime import DAY, LocalClock, Open, midnight

LOOKED_AT = timedelta(days=28)
"""The length of time from which an ordinary week is found: most of its weeks are ordinary."""

Minutes = tuple[tuple[int, int], ...]
"""Spans of a day, in minutes from its midnight."""

_WHOLE_DAY = ((0, 24 * 60),)
_WEEKEND = [5, 6]
_USUAL = 0.5


def weekly(spans: Iterable[Open], clock: LocalClock, since: datetime) -> str | None:
    """When some spans, in order, occur in an ordinary week from `since` on; None if they do not."""
    first = midnight(clock.wall(since)) + DAY
    days = [first + number * DAY for number in range(LOOKED_AT.days)]
    until = clock.instant(days[-1] + DAY)
    near = [span for span in spans if span[0] < until and span[1] > since]
    by_weekday: dict[int, Counter[Minutes]] = {number: Counter() for number in range(len(WEEK))}
    for day in days:
        by_weekday[day.weekday()][_of_day(near, clock, day)] += 1
    usual = {number: found.most_common(1)[0] for number, found in by_weekday.items()}
    if any(times <= by_weekday[n].total() * _USUAL for n, (_, times) in usual.items()):
        return None
    week = {number: minutes for number, (minutes, _) in usual.items()}
    return _words(week) if any(week.values()) else None


def _of_day(spans: list[Open], clock: LocalClock, day: datetime) -> Minutes:
    begins, ends = clock.instant(day), clock.instant(day + DAY)
    shared = ((max(a, begins), min(b, ends)) for a, b in spans if a < ends and b > begins)
    return tuple((_minute(clock, a, day), _minute(clock, b, day)) for a, b in shared)


def _minute(clock: LocalClock, at: datetime, day: datetime) -> int:
    return int((clock.wall(at) - day) / timedelta(minutes=1))


def _words(week: dict[int, Minutes]) -> str:
    whole = [number for number, minutes in week.items() if minutes == _WHOLE_DAY]
    others = {n: minutes for n, minutes in week.items() if n not in whole}
    if not others:
        return "at any time"
    parts = tuple(_parts(others))
    if whole:
        parts = (*parts, "on weekends" if whole == _WEEKEND else f"on {_days(whole)}")
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _parts(week: dict[int, Minutes]) -> Iterator[str]:
    """The words for days, and for the hours of days that are only covered in part."""
    alike: dict[Minutes, list[int]] = {}
    for number, minutes in week.items():
        alike.setdefault(minutes, []).append(number)
    for minutes, numbers in alike.items():
        if minutes and len(alike) == 1:
            yield _hours(minutes)
        elif minutes:
            yield f"{_days(numbers)} {_listed(minutes)}"


def _hours(minutes: Minutes) -> str:
    """The hours of a day; those before and after midnight are one night."""
    (_, end), middle = _WHOLE_DAY[0], list(minutes)
    night = ""
    if middle[0][0] == 0 or middle[-1][1] == end:
        dawn = middle.pop(0)[1] if middle[0][0] == 0 else end
        dusk = middle.pop()[0] if middle and middle[-1][1] == end else 0
        night = f"at night ({_clock(dusk)}-{_clock(dawn)})"
    return " and ".join(filter(None, (night, f"at {_listed(middle)}" if middle else "")))


def _listed(minutes: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(numbers: list[int]) -> str:
    """Days of the week; consecutive days become a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        WEEK[run[0]] if len(run) == 1 else f"{WEEK[run[0]]}-{WEEK[run[-1]]}" for run in runs
    )
