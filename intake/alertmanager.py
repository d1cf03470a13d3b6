"""The format of Alertmanager's webhook, version 4, and what it is to us.

Newer versions add fields, which are ignored. Each alert counts for itself: the status of the
group is the sender's summary, and wrong where alerts were left out.
"""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate, islice
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, FailFast, Field
from pydantic_core import PydanticCustomError

from models.addresses import web_link
from models.alert import Alert, AlertBatch, AlertStatus
from models.base import LAST_YEAR, Lenient
from models.intake import IntakeRules
from rules.alerts.ignored import is_ignored
from rules.alerts.severity import severity_from_labels
from rules.alerts.words import NAMELESS, briefly
from rules.record.carried import ALERTS_IN_FULL
from rules.record.identity import bounded_key

SOURCE = "alertmanager"
NAME_LABEL = "alertname"
SERVICE_LABELS = ("service", "app")
"""The labels that may name the service, the first that is there."""
SUMMARY_ANNOTATIONS = ("summary", "message", "description")
FIRING_LIMIT = 200
RESOLVED_LIMIT = 1000
"""So many alerts of one delivery are taken; Temporal bounds what a workflow may be given."""
TEXT_LIMIT = 500
LABELS_LIMIT, LABELS_SIZE = 64, 4096
TOGETHER_SIZE = 1024 * 1024
NAME_LIMIT = 200
SERVICE_LIMIT = 100
EARLIEST_YEAR, LATEST_YEAR = 1970, LAST_YEAR


def _in_history(at: datetime) -> datetime:
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise PydanticCustomError(
            "instant", "must be an instant such as 2026-11-01T12:00:00Z, after 1970"
        )
    return at.astimezone(UTC)


def _or_none(at: datetime) -> datetime | None:
    """The zero instant of Go, which means none, in whichever zone."""
    return at.astimezone(UTC) if EARLIEST_YEAR <= at.year <= LATEST_YEAR else None


class WebhookAlert(Lenient):
    """One alert, as the webhook says it."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: Annotated[AwareDatetime, AfterValidator(_in_history)] = Field(alias="startsAt")
    ends_at: Annotated[AwareDatetime, AfterValidator(_or_none)] | None = Field(
        default=None, alias="endsAt"
    )
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = Field(default="", max_length=NAME_LIMIT)


class Webhook(Lenient):
    """One delivery about one group."""

    version: Literal["4"]
    group_key: str = Field(alias="groupKey", min_length=1)
    truncated_alerts: int = Field(default=0, ge=0, alias="truncatedAlerts")
    receiver: str = ""
    group_labels: dict[str, str] = Field(default_factory=dict, alias="groupLabels")
    alerts: Annotated[tuple[WebhookAlert, ...], FailFast()]


def summary_of(webhook: Webhook) -> str:
    """The group for people: the values that its alerts share."""
    shared = ", ".join(webhook.group_labels.values())
    return f"alerts: {shared or webhook.receiver or bounded_key(webhook.group_key)}"


def batch_of(webhook: Webhook, rules: IntakeRules, received_at: datetime) -> tuple[AlertBatch, int]:
    """The delivery as the alert group takes it, and how many alerts the policy ignores."""
    minded = [alert for alert in webhook.alerts if not is_ignored(alert.labels, rules.ignore)]
    taken, left_out = _bearable(minded)
    known = [_alert(alert, rules) for alert in taken]
    alerts = [*known[:ALERTS_IN_FULL], *(briefly(alert) for alert in known[ALERTS_IN_FULL:])]
    batch = AlertBatch(
        group_key=bounded_key(webhook.group_key),
        alerts=_together(alerts),
        truncated=webhook.truncated_alerts + left_out,
        received_at=received_at,
    )
    return batch, len(webhook.alerts) - len(minded)


def _bearable(said: list[WebhookAlert]) -> tuple[list[WebhookAlert], int]:
    """What one incident can carry, and how many firing alerts are only counted.

    In the order of their fingerprints, so that the next delivery keeps the same ones. The
    others count as left out by the sender: as firing, until a delivery says otherwise.
    """
    ordered = sorted(said, key=lambda alert: alert.fingerprint or _fingerprint(alert.labels))
    firing = [alert for alert in ordered if alert.status == "firing"]
    resolved = [alert for alert in ordered if alert.status != "firing"]
    taken = firing[:FIRING_LIMIT] + resolved[:RESOLVED_LIMIT]
    return taken, max(len(firing) - FIRING_LIMIT, 0)


def _alert(said: WebhookAlert, rules: IntakeRules) -> Alert:
    labels = said.labels
    status = AlertStatus(said.status)
    link = web_link(said.generator_url)
    return Alert(
        fingerprint=said.fingerprint or _fingerprint(labels),
        name=(labels.get(NAME_LABEL) or NAMELESS)[:NAME_LIMIT],
        status=status,
        summary=_summary(said.annotations),
        labels=_bounded(labels),
        severity=severity_from_labels(labels, rules.severity),
        service=_service(labels),
        started_at=said.starts_at,
        ended_at=said.ends_at if status is AlertStatus.RESOLVED else None,
        source=SOURCE,
        link=link,
    )


def _summary(annotations: dict[str, str]) -> str:
    said = (annotations.get(name, "").strip() for name in SUMMARY_ANNOTATIONS)
    words = next((text for text in said if text), "")
    return " ".join(words.split())[:TEXT_LIMIT]


def _service(labels: dict[str, str]) -> str | None:
    named = (labels[label] for label in SERVICE_LABELS if labels.get(label))
    return next((name[:SERVICE_LIMIT] for name in named), None)


def _bounded(labels: dict[str, str]) -> dict[str, str]:
    """The first of the labels, as much of them as an incident can carry of each alert."""
    first = islice(labels.items(), LABELS_LIMIT)
    kept = [(name[:NAME_LIMIT], value[:TEXT_LIMIT]) for name, value in first]
    sizes = accumulate(len(name) + len(value) for name, value in kept)
    return {
        name: value for (name, value), size in zip(kept, sizes, strict=True) if size <= LABELS_SIZE
    }


def _together(alerts: list[Alert]) -> tuple[Alert, ...]:
    """The alerts with as many labels as one delivery can hand on; of the others, who they are."""
    sizes = accumulate(len(alert.model_dump_json()) for alert in alerts)
    return tuple(
        alert if size <= TOGETHER_SIZE else briefly(alert)
        for alert, size in zip(alerts, sizes, strict=True)
    )


def _fingerprint(labels: dict[str, str]) -> str:
    """What tells alerts apart where the sender, an old one, gives them no fingerprint."""
    told = "\n".join(f"{name}={value}" for name, value in sorted(labels.items()))
    return sha256(told.encode()).hexdigest()[:16]
