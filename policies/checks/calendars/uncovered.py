"""Times at which nobody is there, in words, in the zone of the people concerned."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from policies.reading.tree import Loc, path_words
from rules.time.localtime import Open
from rules.time.weekly import weekly
from rules.zones.calendars import clock_between


def how_to_accept(loc: Loc) -> str:
    """How to accept a gap at a place."""
    return f"or accept it with accepted: {{ {path_words(loc)}: REASON }}"


def closed_between(opens: Iterable[Open], since: datetime, until: datetime) -> list[Open]:
    """The times between two instants at which nothing is open; `opens` is in order."""
    found, at = [], since
    for begins_at, ends_at in (*opens, (until, until)):
        if at < min(begins_at, until):
            found.append((at, min(begins_at, until)))
        at = max(at, ends_at)
    return found


def times_in_words(zone: str, spans: list[Open], since: datetime) -> str:
    """When that is in an ordinary week; else the first of some spans, and how many more there are.

    Raises KeyError if the zone is not known.
    """
    first, last = spans[0], spans[-1]
    day = timedelta(days=1)
    clock = clock_between(zone, min(since, first[0]) - day, last[1] + day)
    words = weekly(spans, clock, since)
    if words:
        return f"{words}, {zone}"
    begins, ends = (f"{clock.wall(at):%Y-%m-%d %H:%M}" for at in first)
    more = len(spans) - 1
    again = f" and {more} more time{'s' * (more != 1)}" if more else ""
    return f"from {begins} until {ends} {zone}{again}"
