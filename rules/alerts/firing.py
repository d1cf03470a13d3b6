"""The alerts of an incident that still fire."""

from datetime import datetime

from models.alert import Alert, AlertStatus
from models.incident.record import Incident
from rules.alerts.words import words_of


def without_future_start(alert: Alert, at: datetime) -> Alert:
    """The alert as received at `at`. A start that lies ahead is a wrong clock, and no date.

    With such a start, the group would ignore every end and every firing until then.
    """
    return alert if alert.started_at <= at else alert.changed(started_at=at, dated=False)


def with_known_start(alert: Alert, known: Alert | None) -> Alert:
    """The alert; if its sender does not say when it began, it began when it was known to."""
    if known is None or (alert.dated and known.dated):
        return alert
    return alert.changed(started_at=known.started_at)


def own_firing(incident: Incident) -> tuple[Alert, ...]:
    """The incident's own alerts that fire, without those that a later incident took over."""
    return tuple(
        record.alert
        for record in incident.alerts.values()
        if record.alert.status is AlertStatus.FIRING and record.taken_over_by is None
    )


def alerts_firing(incident: Incident) -> tuple[str, ...]:
    """The incident's own alerts that still fire, and how many more the sender left out."""
    names = words_of(own_firing(incident))
    if incident.truncated_alerts:
        names.append(f"{incident.truncated_alerts} that the sender left out")
    return tuple(names)
