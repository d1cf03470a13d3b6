"""Bounds on the alerts of a group, in every format: how many, and how much of each.

Temporal bounds the input of a workflow, and an incident can carry only so much.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import accumulate, islice

from models.addresses import web_link
from models.alert import Alert, AlertBatch, AlertLink, AlertStatus, followable
from models.intake import IntakeRules
from rules.alerts.ignored import is_ignored
from rules.alerts.severity import severity_from_labels
from rules.alerts.words import NAMELESS, with_short_texts, without_labels
from rules.record.bounds import COUNT_BOUND
from rules.record.carried import ALERTS_IN_FULL, size
from rules.record.ids import bounded_fingerprint, bounded_key
from web.alerts.formats.format import SentAlert, SentGroup

MOST_FIRING, MOST_RESOLVED = 200, 1000
"""At most this many alerts of one group are taken from one delivery."""
MOST_GROUPS = 50
"""A delivery may have at most this many groups: each is a call to Temporal."""
LONGEST_NAME, LONGEST_TEXT, LONGEST_SERVICE = 200, 500, 100
MOST_LABELS, MOST_OF_LABELS = 64, 4096
"""At most this many labels, and this many characters of labels, are taken from one alert."""
MOST_TOGETHER = 512 * 1024
"""At most this many bytes of alerts are taken as they come; further ones have a short summary."""
SERVICE_LABELS = ("service", "app")
"""Labels that may name the service; the first one present counts."""


def batch_of(
    group: SentGroup, source: str, rules: IntakeRules, received_at: datetime
) -> tuple[AlertBatch, int]:
    """The delivery for the alert group, and how many of its alerts the policy ignores."""
    minded = [alert for alert in group.alerts if not is_ignored(alert.labels, rules.ignore)]
    taken, left_out = _bearable(minded)
    known = [_alert(alert, source, rules, received_at) for alert in taken]
    alerts = [*known[:ALERTS_IN_FULL], *(without_labels(alert) for alert in known[ALERTS_IN_FULL:])]
    batch = AlertBatch(
        source=source,
        group_key=bounded_key(group.key),
        alerts=_together(alerts),
        truncated=min(group.truncated + left_out, COUNT_BOUND),
        received_at=received_at,
    )
    return batch, len(group.alerts) - len(minded)


def fingerprint_of(alert: SentAlert) -> str:
    """The sender's fingerprint, or a digest of the labels if it sent none."""
    if alert.fingerprint:
        return bounded_fingerprint(alert.fingerprint)
    labels = "\n".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))
    return sha256(labels.encode(errors="replace")).hexdigest()[:16]


def _bearable(said: Iterable[SentAlert]) -> tuple[list[SentAlert], int]:
    """The alerts that one incident can carry, and how many firing alerts are only counted.

    Sorted by fingerprint, so that the next delivery keeps the same alerts. The others count as left
    out by the sender: as firing, until a delivery says otherwise.
    """
    told = (replace(alert, fingerprint=fingerprint_of(alert)) for alert in said)
    ordered = sorted(told, key=lambda alert: alert.fingerprint)
    firing = [alert for alert in ordered if alert.status is AlertStatus.FIRING]
    resolved = [alert for alert in ordered if alert.status is not AlertStatus.FIRING]
    taken = firing[:MOST_FIRING] + resolved[:MOST_RESOLVED]
    return taken, max(len(firing) - MOST_FIRING, 0)


def _alert(said: SentAlert, source: str, rules: IntakeRules, received_at: datetime) -> Alert:
    dated = said.started_at is not None
    link, runbook_url = web_link(said.link), web_link(said.runbook_url)
    named = (AlertLink(name=name, url=url) for name, url in said.links)
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
        link=link,
        runbook_url=runbook_url,
        links=followable(named, besides=[url for url in (link, runbook_url) if url]),
    )


def _service(labels: Mapping[str, str]) -> str | None:
    named = (labels[label] for label in SERVICE_LABELS if labels.get(label))
    return next((name[:LONGEST_SERVICE] for name in named), None)


def _bounded(labels: Mapping[str, str]) -> dict[str, str]:
    """The first labels, up to what an incident can carry for each alert."""
    first = islice(labels.items(), MOST_LABELS)
    kept = [(name[:LONGEST_NAME], value[:LONGEST_TEXT]) for name, value in first]
    sizes = accumulate(len(name) + len(value) for name, value in kept)
    return {
        name: value
        for (name, value), size in zip(kept, sizes, strict=True)
        if size <= MOST_OF_LABELS
    }


def _together(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Keep labels while they fit into one delivery; keep only the identity of the other alerts."""
    sizes = accumulate(size(alert) for alert in alerts)
    return tuple(
        alert if weight <= MOST_TOGETHER else with_short_texts(alert)
        for alert, weight in zip(alerts, sizes, strict=True)
    )
