"""What a subscriber of the policy reads of an event: always bounded, and only what it may see."""

from datetime import datetime
from typing import Any

from pydantic_core import to_json

from models.compiled import Subscriber
from models.incident.record import Incident, TimelineEntry
from models.messages.event import Event, event_key
from models.messages.message import Message, MessageKind
from rules.clocks.conditions import attributes_of
from rules.record.carried import cut_to_bytes
from states.lifecycle import TERMINAL

STATE, SEVERITY, TITLE = "state", "severity", "title"
SERVICE, ATTRIBUTES, LINE = "service", "attributes", "line"
FACTS = (STATE, SEVERITY, TITLE, SERVICE, ATTRIBUTES, LINE)
"""What a subscriber can see, beside the incident's id, the kind and the time of the event."""
TEXT_BYTES = 1000
PART_BYTES = 2500
"""The most that a title, and that the attributes or the data of a line, weigh as JSON."""


def event_message(
    subscriber: Subscriber, entry: TimelineEntry, incident: Incident, now: datetime
) -> Message:
    """The message about a line of the timeline, with the incident as it was after that line."""
    shown = incident.severity if SEVERITY in (subscriber.sees or FACTS) else ""
    return Message(
        key=event_key(incident.id, entry.seq, subscriber.name),
        kind=MessageKind.EVENT,
        incident_id=incident.id,
        recipient=subscriber.name,
        subject=f"[{incident.id}] {' '.join(filter(None, (shown, entry.kind)))}",
        body="",
        severity=shown,
        reason=entry.kind,
        event=Event(
            type=entry.kind,
            timestamp=entry.recorded_at,
            data=_data(subscriber, entry, incident, now),
        ),
    )


def _data(
    subscriber: Subscriber, entry: TimelineEntry, incident: Incident, now: datetime
) -> dict[str, Any]:
    line = entry.model_dump(mode="json")
    facts: dict[str, Any] = {
        STATE: incident.state.value,
        SEVERITY: incident.severity,
        TITLE: cut_to_bytes(incident.report.title, TEXT_BYTES),
        SERVICE: incident.report.service and cut_to_bytes(incident.report.service, TEXT_BYTES),
        ATTRIBUTES: _if_it_fits(attributes_of(incident, now)),
        LINE: _bounded(line),
    }
    seen = subscriber.sees or FACTS
    return {
        "incident": incident.id,
        "sequence": entry.seq,
        "happened_at": line["happened_at"],
        "open": incident.state not in TERMINAL,
        **{name: fact for name, fact in facts.items() if name in seen},
    }


def _bounded(line: dict[str, Any]) -> dict[str, Any]:
    """The line as the API gives it, without data that are too large."""
    summary, data = cut_to_bytes(line["summary"], PART_BYTES), _if_it_fits(line["data"])
    return {**line, "summary": summary, "data": data}


def _if_it_fits(values: dict[str, Any]) -> dict[str, Any]:
    return values if len(to_json(values)) <= PART_BYTES else {}
