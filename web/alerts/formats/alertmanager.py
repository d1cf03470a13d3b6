"""The format of Alertmanager's webhook, version 4.

Newer versions add fields, which are ignored. Each alert counts for itself. The group's status is
the sender's summary, and it is wrong if alerts were left out.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import FailFast, Field

from models.alert import AlertStatus
from models.base import Lenient
from rules.record.ids import bounded_key
from web.alerts.formats.batches import LONGEST_NAME
from web.alerts.formats.format import Format, SentAlert, SentGroup
from web.alerts.formats.instants import Began, Ended

NAME_LABEL = "alertname"
SUMMARY_ANNOTATIONS = ("summary", "message", "description")
VERSION = "4"


class WebhookAlert(Lenient):
    """One alert in the webhook."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: Began = Field(alias="startsAt")
    ends_at: Ended | None = Field(default=None, alias="endsAt")
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = Field(default="", max_length=LONGEST_NAME)


class Webhook(Lenient):
    """One delivery for one group."""

    version: Literal["4"]
    group_key: str = Field(alias="groupKey", min_length=1)
    truncated_alerts: int = Field(default=0, ge=0, alias="truncatedAlerts")
    receiver: str = ""
    group_labels: dict[str, str] = Field(default_factory=dict, alias="groupLabels")
    alerts: Annotated[tuple[WebhookAlert, ...], FailFast()]


def _recognises(body: Any) -> bool:
    return isinstance(body, dict) and "groupKey" in body and body.get("version") == VERSION


def _read(webhook: Webhook, _headers: Mapping[str, str]) -> tuple[SentGroup, ...]:
    group = SentGroup(
        key=webhook.group_key,
        title=_title(webhook),
        alerts=tuple(_alert(alert) for alert in webhook.alerts),
        truncated=webhook.truncated_alerts,
    )
    return (group,)


def _title(webhook: Webhook) -> str:
    """The group's title for people: the values that its alerts share."""
    shared = ", ".join(webhook.group_labels.values())
    return shared or webhook.receiver or bounded_key(webhook.group_key)


def _alert(said: WebhookAlert) -> SentAlert:
    return SentAlert(
        status=AlertStatus(said.status),
        labels=said.labels,
        name=said.labels.get(NAME_LABEL, ""),
        summary=_summary(said.annotations),
        fingerprint=said.fingerprint,
        started_at=said.starts_at,
        ended_at=said.ends_at,
        link=said.generator_url,
    )


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
