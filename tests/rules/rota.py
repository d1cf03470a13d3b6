"""An oracle for on-call schedules: it lives through every quarter of an hour and keeps watch.

A tick is a quarter of an hour of UTC. What the clock on the wall shows comes from the zone data,
tick by tick; whoever is on hands over when it shows the time for it, or jumps past it. Nothing
here numbers shifts, lays layers over each other or converts local times.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

TICK = 15
DAY = 1440
WEEK = 7 * DAY
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday: minutes of the week count from it."""


class Era:
    """Some years of a zone: the furthest that its clock has shown, in minutes, tick by tick."""

    def __init__(self, zone: str, first: datetime, days: int) -> None:
        self.zone = zone
        self.first = first
        place = ZoneInfo(zone)
        shows: list[int] = []
        for tick in range(days * DAY // TICK):
            wall = (first + timedelta(minutes=tick * TICK)).astimezone(place)
            shows.append(int((wall.replace(tzinfo=UTC) - _EPOCH).total_seconds()) // 60)
        self.seen = list(accumulate(shows, max))
        self.of_week = [minute % WEEK for minute in self.seen]
        self.changes = [t for t in range(1, len(shows)) if shows[t] - shows[t - 1] != TICK]

    def __repr__(self) -> str:
        return f"{self.zone} from {self.first:%Y-%m-%d}"

    def at(self, tick: int) -> datetime:
        """The instant of a tick."""
        return self.first + timedelta(minutes=tick * TICK)

    def wall(self, minute: int) -> datetime:
        """A minute of the wall as a local time."""
        return (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=None)

    def passed(self, tick: int) -> range:
        """What the clock on the wall shows anew with a tick, or jumps past."""
        return range(self.seen[tick - 1] + TICK, self.seen[tick] + 1, TICK)


@cache
def era(zone: str, begins: date, days: int) -> Era:
    """The years from a day on."""
    return Era(zone, datetime(begins.year, begins.month, begins.day, tzinfo=UTC), days)


@dataclass(frozen=True)
class Turns:
    """People who hand over, first at or after `starts`.

    They do in these minutes of the week, every so many minutes of the wall, or every so many that
    pass.
    """

    people: tuple[str, ...]
    starts: int
    until: int | None = None
    minutes: frozenset[int] = frozenset()
    every: int = 0
    elapsed: int = 0
    windows: tuple[tuple[int, int], ...] | None = None

    def handed_over(self, known: Era, until: int) -> list[int]:
        """The ticks at which somebody takes over, until a tick. Standing still is no showing."""
        first = bisect_left(known.seen, self.starts)
        ticks = range(max(first, 1), until + 1)
        if self.elapsed:
            return list(ticks[:: self.elapsed // TICK])
        seen, of_week, wanted = known.seen, known.of_week, self.minutes
        if self.every:
            found = {t for t in ticks if not (seen[t] - self.starts) % self.every}
        else:
            found = {t for t in ticks if of_week[t] in wanted}
        for tick in known.changes:
            shown = [minute for minute in known.passed(tick) if minute >= self.starts]
            if tick in ticks and any(map(self._meant, shown)):
                found.add(tick)
        return sorted(t for t in found if seen[t] > seen[t - 1])

    def _meant(self, shown: int) -> bool:
        if self.every:
            return (shown - self.starts) % self.every == 0
        return shown % WEEK in self.minutes

    def lived(self, known: Era, since: int, until: int) -> Iterator[str | None]:
        """Who is on by it, tick by tick from one to another, as `PERSON NUMBER` of the shift."""
        handed = self.handed_over(known, until)
        for tick in range(since, until + 1):
            number = bisect_right(handed, tick) - 1
            over = self.until is not None and known.seen[tick] >= self.until
            on = number >= 0 and not over and self._open(known.seen[tick])
            yield f"{self.people[number % len(self.people)]} {number}" if on else None

    def _open(self, shown: int) -> bool:
        if self.windows is None:
            return True
        minute = shown % WEEK
        return any(
            begins <= minute < ends or begins <= minute + WEEK < ends
            for begins, ends in self.windows
        )


@dataclass(frozen=True)
class Swap:
    """Somebody is on instead, between two minutes of the wall; or nobody."""

    person: str | None
    begins: int
    ends: int


def watch(
    known: Era, layers: tuple[Turns, ...], swaps: tuple[Swap, ...], since: int, until: int
) -> list[str | None]:
    """Who is on, tick by tick: by the last layer that covers a tick, or a swap."""
    lived = zip(*(layer.lived(known, since, until) for layer in layers), strict=True)
    kept: list[str | None] = []
    for tick, said in enumerate(lived, start=since):
        on = [f"{found} by {index}" for index, found in enumerate(said) if found]
        now = on[-1] if on else None
        for index, swap in enumerate(swaps):
            if swap.begins <= known.seen[tick] < swap.ends:
                now = f"{swap.person or 'nobody'} {index} by swap"
        kept.append(now)
    return kept
