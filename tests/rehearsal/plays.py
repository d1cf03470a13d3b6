"""Results of rehearsals that tests judge, compare and print."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.scenario import Scenario
from models.time.clock import ClockReading, ClockStatus, MetricReading, Stage
from rehearsal.results.played import (
    SLACK,
    Breach,
    IncidentStanding,
    LookAtIncidents,
    Played,
    PlayedIncident,
    PolicyPlayed,
    ReceivedMessage,
    RefusedAttempt,
)

STARTS = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)
POLICY = PolicyPlayed(file="p.yaml", name="P", version="1", policy_hash="0" * 64)


def after(minutes: float) -> datetime:
    """The instant of this minute."""
    return STARTS + timedelta(minutes=minutes)


def said(kind: str, at: float, who: str, because: str = "", **more: Any) -> ReceivedMessage:
    """A message at this minute; without a name it belongs to the only incident."""
    fields = {"incident": "incident", "channel": "pager", **more}
    return ReceivedMessage(kind=kind, at=after(at), who=who, because=because, **fields)


def refused(
    what: str, at: float, by: str = "ana", because: str = "no", **more: Any
) -> RefusedAttempt:
    """A refusal at this minute."""
    return RefusedAttempt(
        what=what, at=after(at), by=by, because=because, incident="incident", **more
    )


def reading(clock: str, elapsed: float, target: float, **more: Any) -> ClockReading:
    """A run of a clock that stopped in time or late, in minutes; `more` replaces fields."""
    late = elapsed > target
    fields: dict[str, Any] = {
        "clock": clock,
        "run": 1,
        "stage": Stage.COMPLETED,
        "status": ClockStatus.BREACHED if late else ClockStatus.MET,
        "started_at": STARTS,
        "stopped_at": after(elapsed),
        "target": timedelta(minutes=target),
        "elapsed": timedelta(minutes=elapsed),
        "remaining": timedelta(minutes=max(target - elapsed, 0)),
        "breach_at": after(target),
        "late_by": timedelta(minutes=elapsed - target) if late else None,
    }
    return ClockReading(**{**fields, **more})


def figure(name: str, elapsed: float) -> MetricReading:
    """A known figure, in minutes."""
    ends = after(elapsed)
    return MetricReading(metric=name, started_at=STARTS, stopped_at=ends, elapsed=ends - STARTS)


def standing(*clocks: ClockReading, name: str = "incident", **more: Any) -> IncidentStanding:
    """How an incident stands, led by ana."""
    fields: dict[str, Any] = {"state": "review", "severity": "SEV1"}
    fields |= {"roles": {"incident_manager": "ana"}, **more}
    return IncidentStanding(incident=name, clocks=clocks, **fields)


def incident(
    end: IncidentStanding, *heard: ReceivedMessage, breaches: tuple[Breach, ...] = ()
) -> PlayedIncident:
    """One incident at the end of a rehearsal."""
    return PlayedIncident(
        name=end.incident,
        id="INC-260327-TEST",
        title="Checkout fails",
        reported_at=STARTS,
        end=end,
        said=heard,
        breaches=breaches,
        timeline=(),
    )


def played(
    *incidents: PlayedIncident,
    refusals: tuple[RefusedAttempt, ...] = (),
    looks: tuple[LookAtIncidents, ...] = (),
    slack: timedelta = SLACK,
) -> Played:
    """A rehearsal."""
    return Played(
        scenario="A night",
        policy=POLICY,
        starts=STARTS,
        ended_at=after(240),
        ended_because="it is the end",
        incidents=incidents,
        refused=refusals,
        looks=looks,
        slack=slack,
    )


def scenario(*expect: dict[str, Any]) -> Scenario:
    """A scenario with these expectations."""
    event = {"at": "0m", "by": "cy", "report": {"title": "Checkout fails"}}
    given = {"scenario": "A night", "starts": STARTS, "events": [event], "expect": list(expect)}
    return Scenario.model_validate(given)
