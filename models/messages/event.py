"""Something that happened to an incident, as a subscriber of the policy gets it."""

from typing import Any

from models.base import Frozen, Instant


class Event(Frozen):
    """A line of the timeline: `type` is its kind, `timestamp` is when it was recorded.

    `data` names the incident and the number of the line, and has what the subscriber may see.
    """

    type: str
    timestamp: Instant
    data: dict[str, Any]


def event_key(incident: str, seq: int, subscriber: str) -> str:
    """The key follows from the line: whatever happens, the same event has the same key."""
    return f"{incident}/event-{seq}:{subscriber}"
