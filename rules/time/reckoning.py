"""How a run of a clock counts towards its target, by what its calendar said.

Every target is one of these measures:

- **Elapsed time**, if it names no calendar.
- **Open hours**: real time while the calendar is open.
- **Days**: the local clock runs while the day is a working day of the calendar, and one day is
  24 hours of it. So five working days from Friday 18:00 end on the next Friday at 18:00, and
  seven days of a calendar that works every day keep their local time when clocks change. A
  start on a day off begins to count at the midnight that begins the next working day. When
  clocks go back, the second pass of the repeated hour does not count, and no limit falls into
  it; when they go forward, the missing hour passes at once.
- **Months**: the same day and local time of a later month, at most that month's last day.
- **A date**: the end of a working day, or an amount before a date of the incident.

If a target has days and hours, the days come first. Pauses never count. They do not move a date,
but if a working day ends during a pause, its end does not count. Time outside a slice counts as
closed. A limit beyond its slice is unknown.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from models.time.calendar import LOCAL, CalendarSlice
from models.time.clock import Measure, Target
from rules.time.localtime import DAY, clock_of, days_from, months_later, whole_days
from rules.time.segments import Span, counting, measured, reached, reached_back
from rules.time.working_day_limits import (
    covers,
    days_worked,
    end_of_working_day,
    end_of_working_day_before,
    rolled,
)

__all__ = ["Reckoning", "covers", "reckon"]

NONE = timedelta()
NO_DATES: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CountableTime:
    """What counts from an instant on: all time, the open hours, or the days of a slice."""

    start: datetime
    pauses: tuple[Span, ...] = ()
    slice_: CalendarSlice | None = None
    by_day: bool = False

    def _open_spans(self, known: CalendarSlice) -> Iterator[Span]:
        start = max(self.start, known.valid_from)
        later = bisect_right(known.opens, start, key=lambda window: window[1])
        for begins, ends in known.opens[later:]:
            window = (begins, min(ends, known.valid_until))
            yield from counting(start, self.pauses, (window,))

    def _day_spans(self, known: CalendarSlice) -> Iterator[Span]:
        start = max(self.start, known.valid_from)
        clock = clock_of(known)
        pauses = [
            (clock.furthest(start, max(begins, start)), ends and clock.furthest(start, ends))
            for begins, ends in self.pauses
            if ends is None or ends > start
        ]
        for span in days_from(known, start):
            yield from counting(clock.wall(start), pauses, (whole_days(clock, span),))

    def _spans(self) -> Iterator[Span]:
        if self.slice_ is None:
            return iter(counting(self.start, self.pauses))
        return self._day_spans(self.slice_) if self.by_day else self._open_spans(self.slice_)

    def passed(self, until: datetime) -> timedelta:
        """How much has passed by `until`."""
        if not (self.slice_ and self.by_day):
            return measured(self._spans(), until)
        start = max(self.start, self.slice_.valid_from)
        if until <= start:
            return NONE
        return measured(self._spans(), clock_of(self.slice_).furthest(start, until))

    def reached(self, amount: timedelta) -> datetime | None:
        """The first instant by which `amount` has passed; None if it is unknown."""
        found = reached(self._spans(), amount)
        if found is None or not (self.slice_ and self.by_day):
            return found
        start = max(self.start, self.slice_.valid_from)
        at = clock_of(self.slice_).instant(found, start)
        return at if covers(self.slice_, at) else None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How one run of a clock counts.

    `total` is the target in the clock's own measure, with extensions. For a date, or a limit that
    was moved to a working day, it is the time until then; if the date is unknown, the time until
    its calendar ends. `limit_at` is None if the end is unknown: the run is paused, or the end lies
    beyond the slices. No share of a target that is a date (`dated`) is known then either. Exactly
    at the limit counts as met.
    """

    total: timedelta
    limit_at: datetime | None
    parts: tuple[tuple[CountableTime, timedelta], ...]
    dated: bool = False

    @property
    def measure(self) -> Measure:
        """What the clock counts in; days if it counts any days."""
        of_calendar = [part for part, _ in self.parts if part.slice_]
        if any(part.by_day for part in of_calendar):
            return Measure.DAYS
        return Measure.OPEN_HOURS if of_calendar else Measure.ELAPSED

    def elapsed(self, until: datetime) -> timedelta:
        """How much has passed by `until`, without pauses and closed time; never negative."""
        *before, (last, _) = self.parts
        return sum((min(part.passed(until), most) for part, most in before), NONE) + (
            last.passed(until)
        )

    def reached(self, amount: timedelta) -> datetime | None:
        """The first instant by which `amount` has passed; None if it is unknown."""
        if amount == self.total or (self.dated and self.limit_at is None):
            return self.limit_at
        *before, (last, _) = self.parts
        left = amount
        for part, most in before:
            if left <= most:
                return part.reached(left)
            left -= most
        return last.reached(left)

    def breached(self, until: datetime) -> bool:
        """Whether the limit lies before `until`, even if nothing counts after it."""
        return self.limit_at is not None and self.limit_at < until


def _by_day(target: Target) -> bool:
    return bool(target.days or target.months or target.day_end is not None)


def _amounts(target: Target, extra: timedelta) -> tuple[timedelta, timedelta]:
    """How much counts in days, and how much then in open hours or elapsed time."""
    if not _by_day(target):
        return NONE, target.within + extra
    days = target.days * DAY
    if not target.within:
        return days + extra, NONE
    return days + extra.days * DAY, target.within + extra - extra.days * DAY


def _local(target: Target, slices: Mapping[str, CalendarSlice]) -> CalendarSlice:
    return slices[target.calendar or LOCAL]


def _months_on(slice_: CalendarSlice, at: datetime, months: int) -> datetime:
    clock = clock_of(slice_)
    return clock.instant(months_later(clock.wall(at), months))


def _countable_time(
    start: datetime,
    target: Target,
    pauses: Sequence[Span],
    slices: Mapping[str, CalendarSlice],
    *,
    by_day: bool,
) -> CountableTime:
    named = slices[target.calendar] if target.calendar is not None else None
    return CountableTime(start, tuple(pauses), _local(target, slices) if by_day else named, by_day)


def _counted(
    start: datetime,
    target: Target,
    pauses: Sequence[Span],
    slices: Mapping[str, CalendarSlice],
    extra: timedelta,
) -> Reckoning:
    """The reckoning of a target that counts: months, then days, then hours."""
    parts: list[tuple[CountableTime, timedelta]] = []
    at: datetime | None = start
    if target.months:
        month_ends_at = _months_on(_local(target, slices), start, target.months)
        parts.append((CountableTime(start, tuple(pauses)), month_ends_at - start))
        at = parts[0][0].reached(month_ends_at - start)
        at = at if at and covers(_local(target, slices), at) else None
    by_day, within = _amounts(target, extra)
    for amount, counts_days in ((by_day, True), (within, False)):
        if at is not None and (amount or not (parts or counts_days)):
            part = _countable_time(at, target, pauses, slices, by_day=counts_days)
            parts.append((part, amount))
            at = part.reached(amount)
    months = parts[0][1] if target.months else NONE
    return Reckoning(months + by_day + within, at, tuple(parts))


def _counted_back(
    date: datetime, target: Target, slices: Mapping[str, CalendarSlice]
) -> datetime | None:
    """The instant that lies the amount of the target before `date`; None beyond the slice."""
    at: datetime | None = date
    if target.day_end is not None:
        return end_of_working_day_before(_local(target, slices), date, target.day_end)
    if target.months:
        at = _months_on(_local(target, slices), date, -target.months)
    if at and target.days:
        local = _local(target, slices)
        clock = clock_of(local)
        wall = reached_back(days_worked(local), target.days * DAY, clock.wall(at))
        at = clock.instant(wall) if wall and covers(local, at) else None
    if at and target.within and target.calendar is not None:
        known = slices[target.calendar]
        at = reached_back(known.opens, target.within, at) if covers(known, at) else None
        return at if at and covers(known, at) else None
    return at - target.within if at else None


def _fixed(
    start: datetime,
    limit: datetime | None,
    target: Target,
    slices: Mapping[str, CalendarSlice],
    extra: timedelta,
) -> Reckoning:
    """The reckoning of a limit that is a date: all time counts towards it."""
    if limit is not None and extra:
        part = _countable_time(limit, target, (), slices, by_day=_by_day(target))
        limit = part.reached(extra)
    until = _local(target, slices).valid_until if limit is None else limit
    total = max(until - start, NONE)
    return Reckoning(total, limit, ((CountableTime(start), total),), dated=True)


def _rolled(reckoning: Reckoning, target: Target, slices: Mapping[str, CalendarSlice]) -> Reckoning:
    if target.rolls is None or reckoning.limit_at is None:
        return reckoning
    limit = rolled(slices[target.rolls.calendar], reckoning.limit_at, target.rolls.at)
    if limit == reckoning.limit_at:
        return reckoning
    total = reckoning.total if limit is None else reckoning.elapsed(limit)
    return replace(reckoning, total=max(total, reckoning.total), limit_at=limit)


def reckon(
    start: datetime,
    target: Target,
    pauses: Sequence[Span],
    slices: Mapping[str, CalendarSlice],
    *,
    extra: timedelta = NONE,
    dates: Mapping[str, datetime] = NO_DATES,
) -> Reckoning | None:
    """How a run that began at `start` counts; None while its date is unknown.

    `slices` are by the name of the calendar; `LOCAL` is needed if a target counts days or months
    without a calendar. A KeyError names a missing slice. `extra` is the sum of extensions, in the
    measure of the target (a day of 24 hours is one day if days count). `dates` are the dates that
    `before` may name. Instants are timezone-aware UTC.
    """
    if target.before is not None:
        date = dates.get(target.before)
        if date is None:
            return None
        limit = _counted_back(date, target, slices)
        return _rolled(_fixed(start, limit, target, slices, extra), target, slices)
    if target.day_end is not None:
        limit = end_of_working_day(_local(target, slices), start, target.day_end, pauses)
        return _rolled(_fixed(start, limit, target, slices, extra), target, slices)
    return _rolled(_counted(start, target, pauses, slices, extra), target, slices)
