"""An oracle for calendars: it lives through every minute and counts. It knows nothing of the rules.

A tick is a minute of UTC. What the clock on the wall shows comes from the zone data, tick by tick;
nothing here computes with offsets, spans or slices.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTES = 1440
BEFORE, AFTER = 6 * MINUTES, 10 * MINUTES
ON_HOLIDAYS = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Era:
    """Some weeks of a zone around a day: what its clock shows, in minutes, tick by tick.

    `seen` is the furthest that it has shown so far; `changes` are the ticks at which clocks have
    just changed, the middle where they never do.
    """

    def __init__(self, zone: str, first: datetime, shows: list[int]) -> None:
        self.zone = zone
        self.first = first
        self.shows = shows
        self.seen = list(accumulate(shows, max))
        changes = [t for t in range(1, len(shows)) if shows[t] != shows[t - 1] + 1]
        self.changes = changes or [BEFORE]

    def __repr__(self) -> str:
        return f"{self.zone} from {self.first}"

    def at(self, tick: int) -> datetime:
        """The instant of a tick."""
        return self.first + timedelta(minutes=tick)


@cache
def era(zone: str, middle: date) -> Era:
    """The weeks around a day."""
    first = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(minutes=BEFORE)
    shows: list[int] = []
    for tick in range(BEFORE + AFTER):
        wall = (first + timedelta(minutes=tick)).astimezone(ZoneInfo(zone))
        shows.append(int((wall.replace(tzinfo=UTC) - _EPOCH).total_seconds()) // 60)
    return Era(zone, first, shows)


@dataclass(frozen=True)
class Week:
    """Windows by day of the week, in minutes of the day, over midnight beyond 1440; holidays.

    Monday is 0; 7 is a holiday, whatever day of the week it is.
    """

    windows: dict[int, list[tuple[int, int]]]
    holidays: frozenset[date] = frozenset()

    def windows_on(self, day: int) -> list[tuple[int, int]]:
        """The windows that begin on a day, which is counted from the epoch."""
        on = date(1970, 1, 1) + timedelta(days=day)
        return self.windows.get(ON_HOLIDAYS if on in self.holidays else on.weekday(), [])

    def open_minutes(self, first: int, last: int) -> set[int]:
        """The minutes of some days in which it is open."""
        found: set[int] = set()
        for day in range(first - 1, last + 1):
            for opens, closes in self.windows_on(day):
                found.update(range(day * MINUTES + opens, day * MINUTES + closes))
        return found


@dataclass
class Oracle:
    """Plays an era up to a tick, with a calendar and pauses (in ticks)."""

    era: Era
    week: Week
    pauses: Iterable[tuple[int, int]]
    until: int
    paused: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.paused = {tick for begins, ends in self.pauses for tick in range(begins, ends)}

    def elapsed_minutes(self, start: int) -> Iterator[int]:
        """The ticks from `start` on that count without a calendar."""
        return (tick for tick in range(start, self.until) if tick not in self.paused)

    def open_minutes(self, start: int) -> Iterator[int]:
        """The ticks from `start` on that count while the calendar is open."""
        seen = self.era.seen
        opens = self.week.open_minutes(seen[start] // MINUTES, seen[-1] // MINUTES)
        return (tick for tick in self.elapsed_minutes(start) if seen[tick] in opens)

    def day_minutes(self, start: int) -> Iterator[int]:
        """For each minute of working days that passes on the wall, the tick in which it does.

        A minute that comes again does not pass again; minutes that never come pass in the tick
        before. A day that never was goes with the one before.
        """
        shows = self.era.shows
        existing = {minute // MINUTES for minute in shows}
        days = range(min(existing), max(existing) + 1)
        worked = {d for d in days if self.week.windows_on(d if d in existing else d - 1)}
        reached = shows[start]
        for tick in range(start, self.until):
            reaches = max(reached, shows[tick] + 1, shows[tick + 1])
            if tick not in self.paused:
                for minute in range(reached, reaches):
                    if minute // MINUTES in worked:
                        yield tick
            reached = reaches

    def new_on_the_wall(self, start: int, tick: int) -> int:
        """From `tick` on, the first at which the clock shows what it has not since `start`."""
        shows = self.era.shows
        furthest = max(shows[start:tick])
        return next(t for t in range(tick, len(shows)) if shows[t] > furthest)


def lived(minutes: Iterator[int], amount: int, until: int) -> list[int]:
    """The ticks that count: until they are `amount`, and all before the tick `until`."""
    found: list[int] = []
    for tick in minutes:
        found.append(tick)
        if len(found) >= amount and tick >= until:
            break
    return found
