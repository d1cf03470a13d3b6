"""Reads single events of an iCalendar text and groups them by series; expands none.

All that a group needs to know of an event is worked out when the event is read. So an odd event
fails by itself, and never while others are grouped with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.feeds.lines import Block

_WORDS = 80
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")


class Odd(Exception):  # noqa: N818 - says what is
    """Says in words why an event cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """An event as the library reads it, and what its group needs to know of it.

    `uid` is its UID, or its number in the text if it has none. `changes` is true for a change to a
    single occurrence. `identity` distinguishes two events of one UID from two versions of one.
    """

    read: Any
    uid: tuple[str, int]
    called: str
    sequence: int
    identity: str
    changes: bool
    recurs: bool


@dataclass(frozen=True, slots=True)
class Series:
    """An event and the changes to single occurrences of it."""

    events: tuple[Event, ...]

    @property
    def recurs(self) -> bool:
        """Whether the event has several occurrences."""
        return any(event.recurs for event in self.events)

    @property
    def called(self) -> str:
        """The beginning of its summary."""
        return self.events[0].called


def event_of(block: Block, number: int) -> Event:
    """Read one event. Raises Odd, or whatever the library raises on odd texts."""
    import icalendar  # noqa: PLC0415 - slow to load, and most schedules need none

    read = icalendar.Event.from_ical(block.text)
    for name in _ONCE:
        if isinstance(read.get(name), list):
            raise Odd(f"has more than one {name}")
    uid, begins = str(read.get("UID") or ""), read.get("DTSTART")
    return Event(
        read=read,
        uid=(uid, 0) if uid else ("", number),
        called=shortened(summary_of(read)),
        sequence=_sequence(read),
        identity=f"{begins and begins.to_ical()!r} {read.get('RRULE')!r}",
        changes="RECURRENCE-ID" in read,
        recurs="RRULE" in read or "RDATE" in read,
    )


def summary_of(read: Any) -> str:
    """The summary of an event in one line; the first if it has several."""
    said = read.get("SUMMARY")
    return " ".join(str((said[0] if isinstance(said, list) else said) or "").split())


def shortened(summary: str) -> str:
    """What an event is called in a remark."""
    return summary[:_WORDS] or "an event without a summary"


def _sequence(read: Any) -> int:
    try:
        return int(read.get("SEQUENCE", 0))
    except (TypeError, ValueError):
        return 0


def series_of(events: Iterable[Event]) -> Iterator[Series]:
    """Group the events by series; several series of one UID each count for themselves.

    Of several versions of an event, the newest counts. A change to a single occurrence belongs to
    the series that recurs.
    """
    groups: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        groups.setdefault(event.uid, []).append(event)
    for group in groups.values():
        changes = tuple(event for event in group if event.changes)
        masters = (event for event in group if not event.changes)
        newest = {e.identity: e for e in sorted(masters, key=lambda event: event.sequence)}
        every = sorted(newest.values(), key=lambda event: not event.recurs)
        if every:
            yield Series((every[0], *changes))
        yield from (Series((event,)) for event in every[1:] or () if every)
        yield from (Series((event,)) for event in changes if not every)
