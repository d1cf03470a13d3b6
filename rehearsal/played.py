"""What came of a rehearsal: everything that a person, a program or a judgement may ask of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.base import Frozen, Instant, Seconds
from models.scenario import MESSAGES
from models.time.clock import ClockReading, Measure, MetricReading

SLACK = timedelta(seconds=5)
"""How long after its cause something may be recorded: the engine has to get round to it."""


class Said(Frozen):
    """Somebody heard something. `roles` are those that the person held then."""

    incident: str
    at: Instant
    kind: str
    who: str
    channel: str
    because: str
    target: str = ""
    roles: tuple[str, ...] = ()


def in_order(said: Iterable[Said]) -> tuple[Said, ...]:
    """Messages by time; of those of one instant, whose order is chance, pages first."""
    return tuple(
        sorted(said, key=lambda one: (one.at, MESSAGES.index(one.kind), one.because, one.who))
    )


class Line(Frozen):
    """A line of an incident's timeline. `at` is when it was recorded."""

    at: Instant
    happened_at: Instant
    kind: str
    by: str
    summary: str


class Refused(Frozen):
    """Something that was tried in vain. `what` is a command, or report or alert."""

    at: Instant
    incident: str
    by: str
    what: str
    because: str
    missing: tuple[str, ...] = ()


class Standing(Frozen):
    """How an incident stood at an instant; `told` are its waits for updates that are over."""

    incident: str
    state: str
    severity: str
    roles: dict[str, str]
    clocks: tuple[ClockReading, ...]
    told: tuple[ClockReading, ...] = ()
    metrics: tuple[MetricReading, ...] = ()


class Breach(Frozen):
    """A promise that was not kept: a clock's, or that of the next status update.

    `at` is when the limit passed; `late_by` how late it was kept, or had become at the end where
    it is `open` still, in the clock's own `measure`. `corrected_by` is who took it back since.
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
    """One incident as it was when the rehearsal ended."""

    name: str
    id: str
    title: str
    reported_at: Instant
    end: Standing
    said: tuple[Said, ...]
    breaches: tuple[Breach, ...]
    timeline: tuple[Line, ...]


class Look(Frozen):
    """How the incidents stood at an instant in between."""

    at: Instant
    standings: tuple[Standing, ...]


class PolicyPlayed(Frozen):
    """The policy that was rehearsed."""

    file: str
    name: str
    version: str
    policy_hash: str


class Played(Frozen):
    """A whole rehearsal."""

    scenario: str
    policy: PolicyPlayed
    starts: Instant
    ended_at: Instant
    ended_because: str
    incidents: tuple[PlayedIncident, ...]
    refused: tuple[Refused, ...]
    looks: tuple[Look, ...] = ()

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything that was said of any incident, in order."""
        return in_order(said for incident in self.incidents for said in incident.said)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every promise that was not kept."""
        return tuple(breach for incident in self.incidents for breach in incident.breaches)

    def standings(self, at: datetime | None = None) -> tuple[Standing, ...]:
        """How the incidents stood at an instant that was looked at; without one, at the end."""
        if at is None:
            return tuple(incident.end for incident in self.incidents)
        return next((look.standings for look in self.looks if look.at == at), ())
