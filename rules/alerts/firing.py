"""Which alerts of an incident still fire."""

from models.alert import AlertStatus
from models.incident import Incident
from rules.alerts.words import words_of


def alerts_firing(incident: Incident) -> tuple[str, ...]:
    """The incident's own alerts that still fire, truncated ones too."""
    names = words_of(
        [
            record.alert
            for record in incident.alerts.values()
            if record.alert.status is AlertStatus.FIRING and record.taken_over_by is None
        ]
    )
    if incident.truncated_alerts:
        names.append(f"{incident.truncated_alerts} that the sender left out")
    return tuple(names)
