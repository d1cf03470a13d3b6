"""The room for the alerts of one group, or of one incident.

When a run continues as new, everything that the workflow knows goes into one message, and Temporal
accepts no message of more than 2 MiB. So the total weight of alerts in bytes is bounded, however
few they are: the first are kept in full, further ones with a short summary, and the rest are only
counted.
"""

from collections.abc import Iterable

from models.alert import Alert, AlertStatus
from rules.alerts.words import with_short_texts, without_labels
from rules.record.carried import ALERTS_BYTES, ALERTS_IN_FULL_BYTES, ALERTS_KEPT, size


class AlertRoom:
    """The room that `alerts` leave. An alert that is kept in several places counts once."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self._weights: dict[str, int] = {}
        self._total = 0
        for alert in alerts:
            self.take(alert)

    def take(self, alert: Alert) -> None:
        """Count the alert as kept."""
        before = self._weights.get(alert.fingerprint, 0)
        after = max(before, size(alert))
        self._weights[alert.fingerprint] = after
        self._total += after - before

    def forget(self, fingerprint: str) -> None:
        """Stop counting the alert."""
        self._total -= self._weights.pop(fingerprint, 0)

    def fitted(self, alert: Alert, known: Alert | None, *, in_full: bool) -> Alert | None:
        """The alert, shortened to the room that is left; None if it can only be counted.

        A `known` alert is always kept: if there is no room for more, its old content stays with its
        new status. An alert whose end is the first news of it gets room only among the first ones.
        """
        fits = self._fits
        if in_full and fits(alert, ALERTS_IN_FULL_BYTES):
            return alert
        brief = without_labels(alert)
        if fits(brief, ALERTS_IN_FULL_BYTES):
            return brief
        short = with_short_texts(alert)
        unheard = known is None and alert.status is AlertStatus.RESOLVED
        if fits(short, ALERTS_IN_FULL_BYTES if unheard else ALERTS_BYTES):
            return short
        if known is None:
            return None
        return known.changed(
            status=alert.status,
            started_at=alert.started_at,
            ended_at=alert.ended_at,
            dated=alert.dated,
        )

    def _fits(self, alert: Alert, limit: int) -> bool:
        before = self._weights.get(alert.fingerprint)
        if before is None and len(self._weights) >= ALERTS_KEPT:
            return False
        weight = size(alert)
        return weight <= (before or 0) or self._total - (before or 0) + weight <= limit
