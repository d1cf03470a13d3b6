"""The local clock of a zone, from the offsets that a slice recorded; this reads no zone data.

Wall times are naive: the time that a clock on the wall shows. Three rules apply everywhere:

- If a wall time comes twice because clocks go back, the first one counts.
- If a wall time never comes because clocks go forward, the instant of the jump counts.
- A day begins at its midnight, by these two rules, and lasts until the next midnight.
"""

import calendar
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.time.calendar import CalendarSlice

DAY = timedelta(days=1)

Open = tuple[datetime, datetime]
"""A span with an end."""


@dataclass(frozen=True, slots=True)
class LocalClock:
    """What a clock on the wall shows.

    `offsets` are seconds ahead of UTC, each from an instant. The first offset also holds before its
    instant, the last one forever.
    """

    offsets: tuple[tuple[datetime, int], ...]

    def _index(self, at: datetime) -> int:
        return max(bisect_right(self.offsets, at, key=lambda offset: offset[0]) - 1, 0)

    def wall(self, at: datetime) -> datetime:
        """The wall time at an instant."""
        _, seconds = self.offsets[self._index(at)]
        return at.astimezone(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)

    def furthest(self, since: datetime, at: datetime) -> datetime:
        """The latest wall time between `since` and `at`, so that time never runs backwards."""
        shown = self.wall(at)
        for index in range(self._index(since), self._index(at)):
            changes_at, _ = self.offsets[index + 1]
            before = changes_at + timedelta(seconds=self.offsets[index][1])
            shown = max(shown, before.astimezone(UTC).replace(tzinfo=None))
        return shown

    def instant(self, wall: datetime, since: datetime | None = None) -> datetime:
        """The first instant, from `since` on, at which the clock shows `wall` or jumps past it."""
        utc = wall.replace(tzinfo=UTC)
        index = 0 if since is None else self._index(since)
        found = utc - timedelta(seconds=self.offsets[index][1])
        for changes_at, seconds in self.offsets[index + 1 :]:
            if found < changes_at:
                break
            found = max(changes_at, utc - timedelta(seconds=seconds))
        return found if since is None else max(found, since)


def clock_of(slice_: CalendarSlice) -> LocalClock:
    """The local clock of a calendar."""
    return LocalClock(slice_.offsets)


def midnight(wall: datetime) -> datetime:
    """The beginning of the day of a wall time."""
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def at_time(day: datetime, time: str) -> datetime:
    """The wall time of a day at `HH:MM`; `24:00` is the end of the day."""
    hours, minutes = time.split(":")
    return midnight(day) + timedelta(hours=int(hours), minutes=int(minutes))


def months_later(wall: datetime, months: int) -> datetime:
    """The same day and time of another month, at most that month's last day."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def whole_days(clock: LocalClock, span: Open) -> Open:
    """A span of days as wall times, midnight to midnight.

    A day that never existed, because its zone crossed the date line, belongs to the day before it.
    """
    return midnight(clock.wall(span[0])), midnight(clock.wall(span[1]))


def _days_between(clock: LocalClock, begins: datetime, ends: datetime) -> list[datetime]:
    days = (begins + number * DAY for number in range((ends - begins).days))
    return [day for day in days if clock.instant(day) < clock.instant(day + DAY)]


def days_from(slice_: CalendarSlice, at: datetime) -> tuple[Open, ...]:
    """The spans of working days that may have wall times from that of `at` on.

    They include the one before: if clocks go back over midnight, its evening comes again.
    """
    later = bisect_right(slice_.days, at, key=lambda span: span[1])
    return slice_.days[max(later - 1, 0) :]


def working_days(slice_: CalendarSlice, since: datetime) -> Iterator[datetime]:
    """The midnight of each working day, from the day of the instant `since` on."""
    clock = clock_of(slice_)
    today = midnight(clock.wall(since))
    for span in days_from(slice_, since):
        begins, ends = whole_days(clock, span)
        yield from _days_between(clock, max(begins, today), ends)


def working_days_back(slice_: CalendarSlice, until: datetime) -> Iterator[datetime]:
    """The midnight of each working day, from the day of the instant `until` back."""
    clock = clock_of(slice_)
    tomorrow = midnight(clock.wall(until)) + DAY
    for span in reversed(slice_.days):
        begins, ends = whole_days(clock, span)
        yield from reversed(_days_between(clock, begins, min(ends, tomorrow)))
