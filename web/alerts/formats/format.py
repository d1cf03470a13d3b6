"""The protocol of an alert format, and what a format reads from a body."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from models.alert import AlertStatus

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class SentAlert:
    """One alert as its sender describes it.

    The policy and the web server read the severity and the service from its labels (`severity`,
    `service`). A format that has fields for these turns them into labels. If there is no
    `fingerprint`, the labels tell the alerts of a group apart. If there is no `started_at`, the
    alert fires since it first arrived; if there is no `ended_at`, it ended when that news arrived.

    `link` leads to where the sender shows the alert. `links` are further links, the most useful
    first, each with its name. They may be anything: only those that lead into the web are kept.
    """

    status: AlertStatus
    labels: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    summary: str = ""
    fingerprint: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    link: str = ""
    runbook_url: str = ""
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class SentGroup:
    """What a body says about one group of alerts.

    `key` tells the group from other groups of its format; `title` names it for people. `truncated`
    counts the alerts that the sender left out.
    """

    key: str
    title: str
    alerts: tuple[SentAlert, ...]
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """One format of alerts.

    Its alerts come to `/v1/alerts/NAME`, and its name is their source. `words` describe it. `body`
    is the model of a valid body; a body that does not fit is answered field by field.

    `recognises` decides from JSON alone whether a body is in this format and no other. Rehearsals
    use it to read a file, and a sender that uses the wrong address gets the right one.

    `read` gets the valid body and the headers (lower case; none in a rehearsal). It returns what
    the body says about each group, or nothing if the body has no alerts.
    """

    name: str
    words: str
    body: type[BaseModel]
    recognises: Callable[[Any], bool]
    read: Callable[[Any, Mapping[str, str]], tuple[SentGroup, ...]]
    media_types: tuple[str, ...] = (JSON,)
