"""The format of Alertmanager's webhook, version 4.

Newer versions add fields, which are ignored. Each alert counts for itself. The group's status is
the sender's summary, and it is wrong if alerts were left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, FailFast, Field

from models.addresses import web_link
from models.alert import AlertStatus
from models.base import Lenient
from rules.record.ids import bounded_key
from web.alerts.formats.batches import LONGEST_NAME
from web.alerts.formats.format import Format, SentAlert, SentGroup
from web.alerts.formats.instants import Began, Ended

NAME_LABEL = "alertname"
SUMMARY_ANNOTATIONS = ("summary", "message", "description")
RUNBOOK_ANNOTATIONS = ("runbookurl", "runbook", "runbooklink")
"""Annotations with the address of a runbook, in lower case and without `_` and `-`."""
VERSION = "4"
_SUFFIX = re.compile(r"(url|URL|Url|link|Link)$")


Address = Annotated[str, BeforeValidator(lambda said: said if isinstance(said, str) else "")]
"""An address that no alert needs: anything else than a text is left out."""


class WebhookAlert(Lenient):
    """One alert in the webhook. Grafana adds addresses of its own."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: Began = Field(alias="startsAt")
    ends_at: Ended | None = Field(default=None, alias="endsAt")
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = Field(default="", max_length=LONGEST_NAME)
    dashboard_url: Address = Field(default="", alias="dashboardURL")
    panel_url: Address = Field(default="", alias="panelURL")
    silence_url: Address = Field(default="", alias="silenceURL")


class Webhook(Lenient):
    """One delivery for one group."""

    version: Literal["4"]
    group_key: str = Field(alias="groupKey", min_length=1)
    truncated_alerts: int = Field(default=0, ge=0, alias="truncatedAlerts")
    receiver: str = ""
    external_url: Address = Field(default="", alias="externalURL")
    group_labels: dict[str, str] = Field(default_factory=dict, alias="groupLabels")
    alerts: Annotated[tuple[WebhookAlert, ...], FailFast()]


def _recognises(body: Any) -> bool:
    return isinstance(body, dict) and "groupKey" in body and body.get("version") == VERSION


def _read(webhook: Webhook, _headers: Mapping[str, str]) -> tuple[SentGroup, ...]:
    group = SentGroup(
        key=webhook.group_key,
        title=_title(webhook),
        alerts=tuple(_alert(alert, webhook) for alert in webhook.alerts),
        truncated=webhook.truncated_alerts,
    )
    return (group,)


def _title(webhook: Webhook) -> str:
    """The group's title for people: the values that its alerts share."""
    shared = ", ".join(webhook.group_labels.values())
    return shared or webhook.receiver or bounded_key(webhook.group_key)


def _alert(said: WebhookAlert, webhook: Webhook) -> SentAlert:
    return SentAlert(
        status=AlertStatus(said.status),
        labels=said.labels,
        name=said.labels.get(NAME_LABEL, ""),
        summary=_summary(said.annotations),
        fingerprint=said.fingerprint,
        started_at=said.starts_at,
        ended_at=said.ends_at,
        link=said.generator_url,
        runbook_url=_runbook(said.annotations),
        links=tuple(_links(said, webhook)),
    )


def _runbook(annotations: dict[str, str]) -> str:
    found = (text for name, text in annotations.items() if _plain(name) in RUNBOOK_ANNOTATIONS)
    return next((text.strip() for text in found if web_link(text.strip())), "")


def _links(said: WebhookAlert, webhook: Webhook) -> Iterator[tuple[str, str]]:
    """The addresses of an alert: what shows more of it first, what silences it last.

    An annotation that is nothing but an address is one of them.
    """
    yield "dashboard", said.dashboard_url
    yield "panel", said.panel_url
    texts = {name: text.strip() for name, text in said.annotations.items()}
    own = (name for name in texts if name not in SUMMARY_ANNOTATIONS and web_link(texts[name]))
    for name in sorted(own, key=lambda name: "dashboard" not in name.lower()):
        if _plain(name) not in RUNBOOK_ANNOTATIONS:
            yield _words(name), texts[name]
    yield "silence", said.silence_url
    yield "Alertmanager", webhook.external_url


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _words(name: str) -> str:
    """The name of an annotation in words: `logs_url` says `logs`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return _SUFFIX.sub("", words).rstrip() or words


def _summary(annotations: dict[str, str]) -> str:
    said = (annotations.get(name, "").strip() for name in SUMMARY_ANNOTATIONS)
    return next((text for text in said if text), "")


FORMAT = Format(
    name="alertmanager",
    words="Alertmanager's webhook, version 4",
    body=Webhook,
    recognises=_recognises,
    read=_read,
)
