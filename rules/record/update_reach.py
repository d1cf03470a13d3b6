"""Whom a status update reached. It counts as given once a channel took it for anybody.

Until a channel refuses it, it counts as given, so an update at the limit is in time. If every
channel refuses it, it was not given; if a channel takes it later, it counts from then.
"""

from datetime import datetime

from models.base import ENGINE
from models.incident.record import Incident, StatusUpdate
from models.incident.timeline import EntryKind
from rules.record.timeline import note


def given_to(audience: str, incident: Incident) -> tuple[StatusUpdate, ...]:
    """The updates that count as given to an audience, each at the instant from which it counts."""
    given = ((update, update.given_at(audience)) for update in incident.updates)
    return tuple(update.changed(at=at) for update, at in given if at)


def with_taken_update(incident: Incident, number: int, audience: str, now: datetime) -> Incident:
    """The record after a channel took an update for an audience."""
    update = _of(incident, number)
    if update is None or audience in update.taken:
        return incident
    at = now if audience in update.unreached else update.at
    return _replaced(
        incident,
        number,
        update.changed(
            taken={**update.taken, audience: at},
            unreached=tuple(name for name in update.unreached if name != audience),
        ),
    )


def is_news(incident: Incident, number: int, audience: str, *, final: bool) -> bool:
    """Whether it is news that no channel took an update for an audience, so far or finally."""
    update = _of(incident, number)
    if update is None or audience in update.taken:
        return False
    return final or audience not in update.unreached


def with_missed_update(
    incident: Incident, number: int, audience: str, why: str, now: datetime
) -> Incident:
    """The record after every channel refused an update for an audience."""
    update = _of(incident, number)
    if update is None:
        return incident
    if audience not in update.unreached:
        incident = _replaced(
            incident, number, update.changed(unreached=(*update.unreached, audience))
        )
    return note(
        incident,
        EntryKind.UPDATE_UNREACHED,
        f"{missed_words(audience)}: {why}",
        actor=ENGINE,
        now=now,
        audience=audience,
    )


def missed_words(audience: str) -> str:
    """The words that an update reached nobody of an audience."""
    return f"the status update to {audience} reached nobody"


def _of(incident: Incident, number: int) -> StatusUpdate | None:
    return incident.updates[number] if 0 <= number < len(incident.updates) else None


def _replaced(incident: Incident, number: int, update: StatusUpdate) -> Incident:
    updates = (*incident.updates[:number], update, *incident.updates[number + 1 :])
    return incident.changed(updates=updates)
