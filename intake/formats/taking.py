"""What is taken of a group, whatever format it came in: so many alerts, and so much of each.

Temporal bounds what a workflow may be given, and an incident what it can carry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import accumulate, islice

from intake.formats.format import SentAlert, SentGroup
from models.addresses import web_link
from models.alert import Alert, AlertBatch, AlertStatus
from models.intake import IntakeRules
from rules.alerts.ignored import is_ignored
from rules.alerts.severity import severity_from_labels
from rules.alerts.words import NAMELESS, briefly
from rules.record.carried import ALERTS_IN_FULL
from rules.record.identity import bounded_key

MOST_FIRING, MOST_RESOLVED = 200, 1000
"""So many alerts of one group are taken of one delivery."""
MOST_GROUPS = 50
"""So many groups one delivery may speak of: each is a call of Temporal."""
LONGEST_NAME, LONGEST_TEXT, LONGEST_SERVICE = 200, 500, 100
MOST_LABELS, MOST_OF_LABELS = 64, 4096
"""So many labels of one alert are taken, and so many characters of them."""
MOST_TOGETHER = 1024 * 1024
"""Bytes of the alerts of one group."""
SERVICE_LABELS = ("service", "app")
"""The labels that may name the service, the first that is there."""


def batch_of(
    group: SentGroup, source: str, rules: IntakeRules, received_at: datetime
) -> tuple[AlertBatch, int]:
    """The delivery as the alert group takes it, and how many alerts the policy ignores."""
    minded = [alert for alert in group.alerts if not is_ignored(alert.labels, rules.ignore)]
    taken, left_out = _bearable(minded)
    known = [_alert(alert, source, rules, received_at) for alert in taken]
    alerts = [*known[:ALERTS_IN_FULL], *(briefly(alert) for alert in known[ALERTS_IN_FULL:])]
    batch = AlertBatch(
        source=source,
        group_key=bounded_key(group.key),
        alerts=_together(alerts),
        truncated=group.truncated + left_out,
        received_at=received_at,
    )
    return batch, len(group.alerts) - len(minded)


def fingerprint_of(alert: SentAlert) -> str:
    """What tells alerts apart: the sender's own word, or the labels if it has none."""
    if 0 < len(alert.fingerprint) <= LONGEST_NAME:
        return alert.fingerprint
    labels = "\n".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))
    return sha256((alert.fingerprint or labels).encode(errors="replace")).hexdigest()[:16]


def _bearable(said: Iterable[SentAlert]) -> tuple[list[SentAlert], int]:
    """What one incident can carry, and how many firing alerts are only counted.

    In the order of their fingerprints, so that the next delivery keeps the same ones. The
    others count as left out by the sender: as firing, until a delivery says otherwise.
    """
    told = (replace(alert, fingerprint=fingerprint_of(alert)) for alert in said)
    ordered = sorted(told, key=lambda alert: alert.fingerprint)
    firing = [alert for alert in ordered if alert.status is AlertStatus.FIRING]
    resolved = [alert for alert in ordered if alert.status is not AlertStatus.FIRING]
    taken = firing[:MOST_FIRING] + resolved[:MOST_RESOLVED]
    return taken, max(len(firing) - MOST_FIRING, 0)


def _alert(said: SentAlert, source: str, rules: IntakeRules, received_at: datetime) -> Alert:
    dated = said.started_at is not None
    ended_at = said.ended_at or (None if dated else received_at)
    return Alert(
        fingerprint=said.fingerprint,
        name=said.name[:LONGEST_NAME] or NAMELESS,
        status=said.status,
        summary=" ".join(said.summary.split())[:LONGEST_TEXT],
        labels=_bounded(said.labels),
        severity=severity_from_labels(said.labels, rules.severity),
        service=_service(said.labels),
        started_at=said.started_at or received_at,
        ended_at=ended_at if said.status is AlertStatus.RESOLVED else None,
        dated=dated,
        source=source,
        link=web_link(said.link),
    )


def _service(labels: Mapping[str, str]) -> str | None:
    named = (labels[label] for label in SERVICE_LABELS if labels.get(label))
    return next((name[:LONGEST_SERVICE] for name in named), None)


def _bounded(labels: Mapping[str, str]) -> dict[str, str]:
    """The first of the labels, as much of them as an incident can carry of each alert."""
    first = islice(labels.items(), MOST_LABELS)
    kept = [(name[:LONGEST_NAME], value[:LONGEST_TEXT]) for name, value in first]
    sizes = accumulate(len(name) + len(value) for name, value in kept)
    return {
        name: value
        for (name, value), size in zip(kept, sizes, strict=True)
        if size <= MOST_OF_LABELS
    }


def _together(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """The alerts with as many labels as one delivery can hand on; of the others, who they are."""
    sizes = accumulate(len(alert.model_dump_json()) for alert in alerts)
    return tuple(
        alert if size <= MOST_TOGETHER else briefly(alert)
        for alert, size in zip(alerts, sizes, strict=True)
    )
