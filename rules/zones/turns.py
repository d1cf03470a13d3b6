"""Whose turn it is in a rotation, by arithmetic on the hand-overs of its local clock.

Local times follow the rules of `rules.time.localtime`. If the local time of a hand-over comes
twice, the first one counts; if it never comes, the instant of the jump counts. If clocks jump past
several hand-overs, they are one: nobody has a shift without length, and its person takes the next
one.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.people.schedule import RotationHandOver, RotationSpec
from models.policy.sections.calendars import WEEK
from rules.time.localtime import DAY, LocalClock, at_time, midnight, months_later
from rules.zones.calendars import clock_between

ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001 - a local time
"""A Monday. If a rotation names no first shift, it has always been going on, and its first person
begins with the first hand-over at or after this local time."""

_WEEK = 7 * DAY
_INSTANT = timedelta(microseconds=1)
_ELAPSED = LocalClock(((datetime(1970, 1, 1, tzinfo=UTC), 0),))
_ONE_TIME = ("00:00",)


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's whole shift in a rotation."""

    begins_at: datetime
    ends_at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class HandOvers:
    """The hand-overs of a rotation, numbered: 0 is the first.

    They come at `offsets` into each `period` on a clock, counted from `origin`; `skipped` of them
    lie between `origin` and the first.
    """

    clock: LocalClock
    origin: datetime
    period: timedelta
    offsets: tuple[timedelta, ...]
    skipped: int = 0

    def at(self, number: int) -> datetime:
        """The instant of a hand-over."""
        periods, index = divmod(number + self.skipped, len(self.offsets))
        return self.clock.instant(self.origin + periods * self.period + self.offsets[index])

    def _last_by(self, wall: datetime) -> int:
        """The number of the last hand-over by a wall time."""
        periods, rest = divmod(wall - self.origin, self.period)
        return periods * len(self.offsets) + bisect_right(self.offsets, rest) - 1 - self.skipped

    def number(self, at: datetime) -> int:
        """The number of the shift at an instant; it begins with the hand-over of that number."""
        number = self._last_by(self.clock.wall(at))
        while self.at(number + 1) <= at:
            number += 1
        return number

    def turns_before(self, number: int) -> int:
        """How many shifts with a length lie between the first hand-over and another one."""
        low, high = min(0, number), max(0, number)
        empty = 0
        for (_, before), (at, after) in zip(
            self.clock.offsets, self.clock.offsets[1:], strict=False
        ):
            if after > before:
                since = _shown(at, before)
                first, last = self._last_by(since - _INSTANT) + 1, self._last_by(_shown(at, after))
                empty += max(0, min(last, high) - max(first, low))
        return number - empty if number >= 0 else number + empty

    def starting(self, wall: datetime) -> "HandOvers":
        """The same hand-overs, numbered from the first one at or after a wall time."""
        first = self._last_by(wall - _INSTANT) + 1
        return HandOvers(self.clock, self.origin, self.period, self.offsets, self.skipped + first)


@dataclass(frozen=True, slots=True)
class MonthlyHandOvers:
    """The monthly hand-overs of a rotation, numbered: 0 is the first.

    They come every `every` months after the month of `first`, on its `day` or its last one.
    """

    clock: LocalClock
    first: datetime
    day: int
    every: int

    def wall(self, number: int) -> datetime:
        """The local time of a hand-over."""
        of_month = months_later(self.first.replace(day=1), number * self.every)
        last = months_later(of_month, 1) - DAY
        return of_month.replace(day=min(self.day, last.day))

    def at(self, number: int) -> datetime:
        """The instant of a hand-over."""
        return self.clock.instant(self.wall(number))

    def number(self, at: datetime) -> int:
        """The number of the shift at an instant; it begins with the hand-over of that number."""
        wall = self.clock.wall(at)
        months = (wall.year - self.first.year) * 12 + wall.month - self.first.month
        number = months // self.every - 1
        while self.at(number + 1) <= at:
            number += 1
        return number

    def turns_before(self, number: int) -> int:
        """How many shifts lie between the first hand-over and another one; each has a length."""
        return number

    def starting(self, wall: datetime) -> "MonthlyHandOvers":
        """The same hand-overs, but counted from the first one at or after a wall time."""
        begins = self.first if self.wall(0) >= wall else months_later(self.first, 1)
        return MonthlyHandOvers(self.clock, begins, self.day, self.every)


def _shown(at: datetime, seconds: int) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)


def _on_a_day(wall: datetime, hand_over: RotationHandOver) -> datetime:
    """The first time at or after a wall time at which such a hand-over can begin."""
    time = hand_over.at[0] if hand_over.at else f"{wall:%H:%M}"
    day = at_time(wall, time) if at_time(wall, time) >= wall else at_time(wall + DAY, time)
    while hand_over.days and WEEK[day.weekday()] not in hand_over.days:
        day += DAY
    return day


def _hand_overs(rotation: RotationSpec, clock: LocalClock) -> HandOvers | MonthlyHandOvers:
    hand_over = rotation.hand_over
    begins = rotation.starts or hand_over.since or ANCHOR
    if hand_over.every_months:
        month = at_time(begins.replace(day=1), (hand_over.at or _ONE_TIME)[0])
        day, every = hand_over.month_day or 1, hand_over.every_months
        return MonthlyHandOvers(clock, month, day, every).starting(begins)
    if hand_over.elapsed:
        first = clock.instant(_on_a_day(begins, hand_over)).replace(tzinfo=None)
        return HandOvers(_ELAPSED, first, hand_over.elapsed, (timedelta(),))
    if hand_over.every_days:
        first = _on_a_day(begins, hand_over)
        return HandOvers(clock, first, hand_over.every_days * DAY, (timedelta(),))
    monday = midnight(begins) - begins.weekday() * DAY
    offsets = tuple(
        at_time(monday + WEEK.index(day) * DAY, time) - monday
        for day in sorted(hand_over.days, key=WEEK.index)
        for time in hand_over.at or _ONE_TIME
    )
    return HandOvers(clock, monday, _WEEK, offsets).starting(begins)


def _longest(hand_over: RotationHandOver) -> timedelta:
    days = max(hand_over.every_days or 0, 31 * (hand_over.every_months or 0))
    return max(_WEEK, days * DAY, hand_over.elapsed or timedelta())


def turns(rotation: RotationSpec, start: datetime, end: datetime) -> Iterator[Turn]:
    """The shifts of a rotation that touch the time from `start` to `end`, in order, whole.

    They are not limited to the hours of its `during`. Raises KeyError for an unknown zone.
    """
    begins = (rotation.starts or rotation.hand_over.since or ANCHOR).replace(tzinfo=UTC)
    around = 2 * _longest(rotation.hand_over) + 2 * DAY
    clock = clock_between(rotation.zone, min(start, begins) - around, max(end, begins) + around)
    hand_overs = _hand_overs(rotation, clock)
    everlasting = not (rotation.starts or rotation.hand_over.since)
    until = clock.instant(rotation.until) if rotation.until else None
    number = hand_overs.number(start)
    if not everlasting:
        number = max(number, 0)
    turn = hand_overs.turns_before(number)
    begins_at = hand_overs.at(number)
    while begins_at < end and not (until and begins_at >= until):
        number += 1
        ends_at = hand_overs.at(number)
        if ends_at > begins_at:
            person = rotation.people[turn % len(rotation.people)]
            yield Turn(begins_at, min(ends_at, until) if until else ends_at, person)
            turn += 1
        begins_at = ends_at
