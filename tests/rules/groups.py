"""An alert group whose story is told as deliveries at minutes."""

from dataclasses import dataclass, field

from models.alert import Alert, AlertBatch, AlertStatus, GroupingPolicy
from models.contracts.alert_group import (
    FeedIncident,
    GroupState,
    IncidentFed,
    IncidentMoved,
    StartIncident,
)
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import (
    incident_moved,
    incident_opened,
    incident_told,
    opening_incident,
    telling_incident,
)
from rules.alerts.grouping import EnsureStarted, Next, TellAgain, next_step
from rules.alerts.news import take_delivery
from states.lifecycle import State
from tests.specimens import after

FIRST, SECOND = "INC-260327-00000001", "INC-260327-00000002"
AT_ONCE = GroupingPolicy()
"""Opens at once; reopens within 30 min, settles after 15, repeats every 1, quiet after 5."""


def firing(name: str, since: float = 0, **fields: object) -> Alert:
    """An alert that fires since a minute."""
    return Alert(
        fingerprint=name, name=name, status=AlertStatus.FIRING, started_at=after(since), **fields
    )


def ended(name: str, since: float, until: float) -> Alert:
    """An alert that fired from a minute until a minute."""
    return Alert(
        fingerprint=name,
        name=name,
        status=AlertStatus.RESOLVED,
        started_at=after(since),
        ended_at=after(until),
    )


@dataclass
class Group:
    """A group and its policy."""

    policy: GroupingPolicy = AT_ONCE
    state: GroupState = field(default_factory=lambda: GroupState(quiet_since_at=after(0)))

    def hears(
        self, minute: float, *alerts: Alert, truncated: int = 0, taken_in: float | None = None
    ) -> "Group":
        """A delivery is received, and taken in at once unless a minute is said."""
        batch = AlertBatch(
            group_key="k", alerts=alerts, truncated=truncated, received_at=after(minute)
        )
        self.state = take_delivery(self.state, batch, self.policy, after(taken_in or minute))
        return self

    def at(self, minute: float) -> Next:
        """What it does at a minute."""
        return next_step(self.state, self.policy, after(minute))

    def opens(self, minute: float, incident_id: str = FIRST) -> "Group":
        """It opens an incident, and that succeeds."""
        report = report_of(self.state, "AG-k", happened_at=None, previous=None)
        request = StartIncident(incident_id=incident_id, report=report)
        self.state = opening_incident(self.state, request)
        assert self.at(minute) == EnsureStarted(request)
        self.state = incident_opened(self.state, after(minute))
        return self

    def asks(self, minute: float, **reopen: tuple[str, ...]) -> FeedIncident:
        """What it tells its incident is on its way."""
        self.state = telling_incident(
            self.state, group_id="AG-k", group_key="k", now=after(minute), **reopen
        )
        request = self.state.feeding
        assert request is not None
        assert self.at(minute) == TellAgain(request)
        return request

    def answers(self, minute: float, answer: IncidentFed) -> None:
        """Its incident says what it made of it."""
        self.state = incident_told(self.state, answer, after(minute))

    def feeds(
        self, minute: float, answer: IncidentFed | None = None, **reopen: tuple[str, ...]
    ) -> tuple[str, ...]:
        """It feeds its incident, which answers; what it told."""
        request = self.asks(minute, **reopen)
        self.answers(minute, answer or IncidentFed(absorbed=True, state=State.DIAGNOSIS))
        return tuple(f"{a.name} {a.status}" for a in request.batch.alerts)

    def moves(self, minute: float, state: State, incident_id: str = FIRST) -> "Group":
        """Its incident says where it stands; one that is over was resolved at that minute."""
        resolved_at = after(minute) if state in {State.REVIEW, State.CLOSED} else None
        move = IncidentMoved(incident_id=incident_id, state=state, resolved_at=resolved_at)
        self.state = incident_moved(self.state, move, after(minute))
        return self


def a_resolved_group(state: State = State.REVIEW) -> Group:
    """Fired at 0, its incident was resolved at 60; the alert had ended at 50."""
    group = Group().hears(0, firing("a")).opens(0).hears(50, ended("a", 0, 50))
    group.feeds(50)
    return group.moves(60, state)
