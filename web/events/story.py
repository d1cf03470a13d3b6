"""What follows what: the events of incidents, their ids, and what somebody has not seen yet."""

import json
import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.answers.lines import Lines
from models.incident.record import TimelineEntry

KEPT_BYTES = 64 * 1024
"""How much of the newest lines of one incident is kept for those who come or come back."""
LOG_BYTES = 4 * 1024 * 1024
"""How much of the newest events of all incidents is kept for those who come back."""
MOST_SEEN = 10_000
"""Of so many incidents it is known which line was the last."""
_ID = re.compile(r"(?P<incident>[A-Za-z0-9._~-]{1,200})/(?P<seq>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class EventId:
    """The id of an event: the incident, and the number of the line on its timeline."""

    incident: str
    seq: int

    def __str__(self) -> str:
        """As somebody sends it back."""
        return f"{self.incident}/{self.seq}"


def event_id(text: str) -> EventId | None:
    """The id that somebody sends back; None if it is none."""
    found = _ID.fullmatch(text)
    return EventId(found["incident"], int(found["seq"])) if found else None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a timeline, as it is sent: `data` is the line as JSON."""

    incident: str
    seq: int
    kind: str
    recorded_at: datetime
    data: str

    @property
    def id(self) -> EventId:
        """Its id."""
        return EventId(self.incident, self.seq)


def event_of(incident: str, entry: TimelineEntry) -> Event:
    """The event of a line."""
    data = json.dumps(entry.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":"))
    return Event(incident, entry.seq, entry.kind, entry.recorded_at, data)


class _Newest:
    """The newest events, as many as have room."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self.events: deque[Event] = deque()

    def add(self, event: Event) -> Event | None:
        """Keep an event; returns the last of those that had to go for it."""
        self.events.append(event)
        self._bytes += len(event.data)
        gone = None
        while self._bytes > self._most and len(self.events) > 1:
            gone = self.events.popleft()
            self._bytes -= len(gone.data)
        return gone

    def clear(self) -> None:
        """Forget all of them."""
        self.events.clear()
        self._bytes = 0


class Story:
    """The newest lines of one incident. Every line after `floor` up to `top` is here.

    Both are None as long as nothing is known.
    """

    def __init__(self, incident: str, most_bytes: int = KEPT_BYTES) -> None:
        self._incident = incident
        self._kept = _Newest(most_bytes)
        self.floor: int | None = None
        self.top: int | None = None

    def covers(self, after: int) -> bool:
        """Whether every line after this one is here."""
        return self.floor is not None and self.floor <= after

    def after(self, after: int) -> tuple[Event, ...]:
        """The lines after this one that are here."""
        return tuple(event for event in self._kept.events if event.seq > after)

    def take(self, lines: Lines) -> tuple[Event, ...]:
        """Take the lines that were read; returns those that are new."""
        below = lines.entries[0].seq - 1 if lines.entries else lines.last
        if self.top is None or below > self.top:
            self._kept.clear()
            self.floor, self.top = below, below
        new = tuple(
            event_of(self._incident, entry) for entry in lines.entries if entry.seq > self.top
        )
        for event in new:
            gone = self._kept.add(event)
            self.floor = gone.seq if gone else self.floor
            self.top = event.seq
        return new


class Log:
    """The newest events of all incidents, in the order in which they were sent."""

    def __init__(self, most_bytes: int = LOG_BYTES) -> None:
        self._kept = _Newest(most_bytes)
        self._seen: OrderedDict[str, int] = OrderedDict()

    def take(self, event: Event) -> bool:
        """Take an event; False if it was taken before."""
        if event.seq <= self._seen.get(event.incident, -1):
            return False
        self._seen[event.incident] = event.seq
        self._seen.move_to_end(event.incident)
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        self._kept.add(event)
        return True

    def after(self, last: EventId) -> tuple[Event, ...] | None:
        """What was sent after an event; None if that event is not here any more."""
        events = tuple(self._kept.events)
        for place in range(len(events) - 1, -1, -1):
            if events[place].id == last:
                return events[place + 1 :]
        return None


def by_recording(events: Iterable[Event]) -> list[Event]:
    """Events of many incidents in the order in which they were recorded."""
    return sorted(events, key=lambda event: (event.recorded_at, event.incident, event.seq))
