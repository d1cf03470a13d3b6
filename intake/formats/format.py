"""What makes a format of alerts, and what a format reads a body to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from models.alert import AlertStatus

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class SentAlert:
    """One alert as its sender tells it.

    How bad it is and which service it concerns, the policy and the intake read from its labels
    (`severity`, `service`): a format that has fields for that makes them labels. Without a
    `fingerprint` the labels tell alerts of a group apart. Without `started_at` the alert fires
    since it was first heard of; without `ended_at` it has ended when that was heard.
    """

    status: AlertStatus
    labels: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    summary: str = ""
    fingerprint: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class SentGroup:
    """What a body says of one group of alerts.

    `key` tells the group from others of its format, `title` names it for people. `truncated`
    alerts were left out by the sender.
    """

    key: str
    title: str
    alerts: tuple[SentAlert, ...]
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """One format of alerts.

    Its alerts come to `/v1/alerts/NAME`, and its name is their source. `words` say what it is.
    `body` says what a body must be: whatever it refuses is answered by field. `recognises` tells
    from JSON alone whether a body is meant to be of this format, and of no other; so rehearsals
    know what is in a file, and a sender that uses the wrong address hears the right one. `read`
    gets the valid body and the headers (lower case; none in a rehearsal), and returns what the
    body says of each group: nothing if it says nothing of alerts.
    """

    name: str
    words: str
    body: type[BaseModel]
    recognises: Callable[[Any], bool]
    read: Callable[[Any, Mapping[str, str]], tuple[SentGroup, ...]]
    media_types: tuple[str, ...] = (JSON,)
