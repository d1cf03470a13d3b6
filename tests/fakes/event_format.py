"""An alert format that differs from Alertmanager's as much as possible, in one file.

A body is a list of events. Each belongs to the group of its key. It does not say since when it
fires and, once it is over, what it was; a header names the sender of all of them.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import RootModel

from models.alert import AlertStatus
from models.base import Lenient
from web.alerts.formats.format import Format, SentAlert, SentGroup

STATUS = {"trigger": AlertStatus.FIRING, "resolve": AlertStatus.RESOLVED}


class Event(Lenient):
    """One event; an alert never sends `ack`."""

    action: Literal["trigger", "resolve", "ack"]
    key: str
    summary: str = ""
    severity: str = "warning"


class Events(RootModel[tuple[Event, ...]]):
    """A list of events."""


def _recognises(body: Any) -> bool:
    return isinstance(body, list) and all(isinstance(e, dict) and "action" in e for e in body)


def _read(events: Events, headers: Mapping[str, str]) -> tuple[SentGroup, ...]:
    region = headers.get("x-region", "none")
    return tuple(
        SentGroup(key=event.key, title=event.key, alerts=(_alert(event, region),))
        for event in events.root
        if event.action in STATUS
    )


def _alert(event: Event, region: str) -> SentAlert:
    return SentAlert(
        status=STATUS[event.action],
        labels={"severity": event.severity, "region": region},
        name=event.key,
        summary=event.summary,
        fingerprint=event.key,
    )


FORMAT = Format(
    name="events",
    words="a list of events",
    body=Events,
    recognises=_recognises,
    read=_read,
    media_types=("application/events+json",),
)
