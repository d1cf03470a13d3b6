"""Limits that are dates: the end of a working day, and the new place of a limit on a day off."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from models.time.calendar import CalendarSlice
from rules.time.localtime import (
    DAY,
    Open,
    at_time,
    clock_of,
    midnight,
    whole_days,
    working_days,
    working_days_back,
)
from rules.time.segments import Span


def covers(slice_: CalendarSlice, at: datetime) -> bool:
    """Whether the slice knows that instant; its last instant counts as known."""
    return slice_.valid_from <= at <= slice_.valid_until


def always_open(slice_: CalendarSlice) -> bool:
    """Whether the calendar has no closed hours."""
    return slice_.opens == ((slice_.valid_from, slice_.valid_until),)


def _end_of(slice_: CalendarSlice, day: datetime) -> datetime:
    """The end of a day: that of the last window that begins on it, else midnight."""
    clock = clock_of(slice_)
    begins_at, ends_at = clock.instant(day), clock.instant(day + DAY)
    last = bisect_left(slice_.opens, ends_at, key=lambda window: window[0]) - 1
    if last < 0 or slice_.opens[last][0] < begins_at or always_open(slice_):
        return ends_at
    return slice_.opens[last][1]


def _paused(pauses: Sequence[Span], at: datetime) -> bool:
    return any(begins < at and (ends is None or at <= ends) for begins, ends in pauses)


def end_of_working_day(
    slice_: CalendarSlice, start: datetime, number: int, pauses: Sequence[Span]
) -> datetime | None:
    """The end of the `number`-th working day after the day of `start`; None beyond the slice.

    0 is the day of `start`, or the next working day if that day is not worked or is already over. A
    day that ends during a pause does not count.
    """
    today = midnight(clock_of(slice_).wall(start))
    left = max(number, 1)
    for day in working_days(slice_, start):
        ends_at = _end_of(slice_, day)
        early = day <= today if number else ends_at <= start
        if early or _paused(pauses, ends_at):
            continue
        left -= 1
        if not left:
            return ends_at if covers(slice_, ends_at) else None
    return None


def end_of_working_day_before(
    slice_: CalendarSlice, date: datetime, number: int
) -> datetime | None:
    """The end of the `number`-th working day before the day of `date`; None beyond the slice.

    0 is the last end of a working day by `date`.
    """
    if not covers(slice_, date):
        return None
    today = midnight(clock_of(slice_).wall(date))
    left = max(number, 1)
    for day in working_days_back(slice_, date):
        ends_at = _end_of(slice_, day)
        if day >= today if number else ends_at > date:
            continue
        left -= 1
        if not left:
            return ends_at
    return None


def _is_worked(slice_: CalendarSlice, at: datetime) -> bool:
    return any(begins <= at <= ends for begins, ends in slice_.days)


def rolled(slice_: CalendarSlice, limit: datetime, time: str) -> datetime | None:
    """Move a limit to local `time` of the next working day, unless it lies on a working day.

    The midnight between a working day and a day off belongs to the working day. None beyond the
    slice.
    """
    if not covers(slice_, limit):
        return None
    if _is_worked(slice_, limit):
        return limit
    clock = clock_of(slice_)
    for day in working_days(slice_, limit):
        if clock.instant(day) < limit:
            continue
        moved = clock.instant(at_time(day, time))
        return moved if covers(slice_, moved) else None
    return None


def days_worked(slice_: CalendarSlice) -> tuple[Open, ...]:
    """The working days as spans of wall time."""
    clock = clock_of(slice_)
    return tuple(whole_days(clock, span) for span in slice_.days)
