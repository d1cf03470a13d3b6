"""Finished waits for status updates; each ended with an update, or with the response."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident, StatusUpdate
from models.time.clock import ClockReading, Stage
from rules.clocks.run_events import states_entered
from rules.clocks.severity_over_time import severity_at
from rules.record.update_reach import given_to
from rules.updates.cadence import UpdateWait, waits
from states.lifecycle import BEFORE_REVIEW, State

OVER = ("resolved", "cancelled")
"""Milestones that end the response, and every wait with it."""


def told_readings(policy: CompiledPolicy, incident: Incident) -> tuple[ClockReading, ...]:
    """Each finished wait of each audience, as it ended."""
    return tuple(reading for a in policy.audiences for reading in _of(a.name, policy, incident))


def _of(audience: str, policy: CompiledPolicy, incident: Incident) -> Iterator[ClockReading]:
    told = sorted(given_to(audience, incident), key=lambda update: update.at)
    for number, update in enumerate(told):
        wait = _waited(audience, policy, _as_of(incident, told[:number], update.at))
        if wait and wait.started_at <= update.at:
            yield wait.reading(update.at, Stage.COMPLETED)
    over_at = _over_at(incident)
    wait = _waited(audience, policy, _as_of(incident, told, over_at)) if over_at else None
    if over_at and wait and wait.started_at <= over_at:
        yield wait.reading(over_at, Stage.CANCELLED)


def _over_at(incident: Incident) -> datetime | None:
    """When the response ended; None while it goes on."""
    if incident.state in BEFORE_REVIEW:
        return None
    ends = (incident.milestone(name) for name in OVER)
    return max((end.at for end in ends if end), default=None)


def _as_of(incident: Incident, told: Sequence[StatusUpdate], at: datetime) -> Incident:
    """The record right before an instant, as far as waits depend on it."""
    severities = tuple(change for change in incident.severities if change.at <= at)
    return incident.changed(
        state=_state_before(incident, at),
        severity=severity_at(incident, at),
        severities=severities or incident.severities[:1],
        updates=tuple(told),
        paces=tuple(pace for pace in incident.paces if pace.at <= at),
    )


def _state_before(incident: Incident, at: datetime) -> State:
    before = [state for since, state, _ in states_entered(incident) if since < at]
    return before[-1] if before else State.REPORTED


def _waited(audience: str, policy: CompiledPolicy, before: Incident) -> UpdateWait | None:
    mine = (wait for wait in waits(policy, before) if wait.audience.name == audience)
    return next(mine, None)
