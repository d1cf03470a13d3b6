"""The result of a rehearsal, with all that a person, a program or a judgement needs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import Field

from models.base import Frozen, Instant, Seconds
from models.scenario import MESSAGES
from models.time.clock import ClockReading, Measure, MetricReading

SLACK = timedelta(seconds=5)
"""How long after its cause an entry may be recorded: the engine needs some time."""
MOST_SLACK = timedelta(seconds=45)
"""Even the slowest machine gets no more."""


class ReceivedMessage(Frozen):
    """A message that somebody received. `roles` are the roles that the person held then."""

    incident: str
    at: Instant
    kind: str
    who: str
    channel: str
    because: str
    target: str = ""
    roles: tuple[str, ...] = ()


def in_order(said: Iterable[ReceivedMessage]) -> tuple[ReceivedMessage, ...]:
    """Sort messages by time; at one instant, where order is chance, pages come first."""
    return tuple(
        sorted(said, key=lambda one: (one.at, MESSAGES.index(one.kind), one.because, one.who))
    )


class PlayedLine(Frozen):
    """A line of an incident's timeline. `at` is when it was recorded."""

    at: Instant
    happened_at: Instant
    kind: str
    by: str
    summary: str


class RefusedAttempt(Frozen):
    """A refused attempt. `what` is a command, or report or alert."""

    at: Instant
    incident: str
    by: str
    what: str
    because: str
    missing: tuple[str, ...] = ()


class IncidentStanding(Frozen):
    """An incident's state at an instant; `told` are its ended waits for status updates."""

    incident: str
    state: str
    severity: str
    roles: dict[str, str]
    clocks: tuple[ClockReading, ...]
    told: tuple[ClockReading, ...] = ()
    metrics: tuple[MetricReading, ...] = ()


class Breach(Frozen):
    """A broken promise: of a clock, or of the next status update.

    `at` is when the limit passed. `late_by` is how late it was kept, or if it is still `open`, how
    late it was at the end, in the clock's own `measure`. `corrected_by` is who corrected it later.
    """

    incident: str
    clock: str
    run: int
    at: Instant | None
    late_by: Seconds
    measure: Measure = Measure.ELAPSED
    open: bool
    corrected_by: str = ""


class PlayedIncident(Frozen):
    """One incident at the end of the rehearsal."""

    name: str
    id: str
    title: str
    reported_at: Instant
    end: IncidentStanding
    said: tuple[ReceivedMessage, ...]
    breaches: tuple[Breach, ...]
    timeline: tuple[PlayedLine, ...]


class LookAtIncidents(Frozen):
    """The state of the incidents at an instant during the rehearsal."""

    at: Instant
    standings: tuple[IncidentStanding, ...]


class PolicyPlayed(Frozen):
    """The policy that was rehearsed."""

    file: str
    name: str
    version: str
    policy_hash: str


class Played(Frozen):
    """A whole rehearsal.

    `slack` is how much instants and durations may be off: more than usual if the machine was slow.
    """

    scenario: str
    policy: PolicyPlayed
    starts: Instant
    ended_at: Instant
    ended_because: str
    incidents: tuple[PlayedIncident, ...]
    refused: tuple[RefusedAttempt, ...]
    looks: tuple[LookAtIncidents, ...] = ()
    slack: Seconds = Field(default=SLACK, exclude=True)

    @property
    def said(self) -> tuple[ReceivedMessage, ...]:
        """Every message of every incident, in order."""
        return in_order(said for incident in self.incidents for said in incident.said)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every broken promise."""
        return tuple(breach for incident in self.incidents for breach in incident.breaches)

    def standings(self, at: datetime | None = None) -> tuple[IncidentStanding, ...]:
        """The state of the incidents at a checked instant; without an instant, at the end."""
        if at is None:
            return tuple(incident.end for incident in self.incidents)
        return next((look.standings for look in self.looks if look.at == at), ())
