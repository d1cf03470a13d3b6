"""Random walks of an alert group and its incidents: nothing is lost and nothing gets stuck."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.alert import AlertBatch, AlertStatus
from models.contracts.alert_group import (
    FeedIncident,
    GroupState,
    IncidentFed,
    IncidentMoved,
    StartIncident,
)
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import (
    alerts_handed_over,
    alerts_not_handed_over,
    handing_over_alerts,
    incident_moved,
    incident_not_told,
    incident_opened,
    incident_told,
    opening_incident,
    telling_incident,
)
from rules.alerts.grouping import (
    EnsureStarted,
    GroupEnds,
    HandOverAlerts,
    IncidentNeeded,
    Next,
    OpenNewIncident,
    ReopenIncident,
    TellAgain,
    TellIncident,
    WaitUntil,
    next_step,
)
from rules.alerts.news import take_delivery
from states.lifecycle import BEFORE_REVIEW, State
from tests.examples import examples
from tests.rules.groups import AT_ONCE, ended, firing
from tests.specimens import after

NAMES = ("a", "b")
MOST_STEPS = 12
"""The most steps of a group at one instant; more would mean that it goes in circles."""


@dataclass
class FakeIncident:
    """A fake incident: it knows its alerts and which commands it has processed."""

    state: State = State.REPORTED
    resolved_at: float | None = None
    firing: set[str] = field(default_factory=set)
    heard: set[tuple[str, object]] = field(default_factory=set)
    processed: dict[str, IncidentFed] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it is before its review."""
        return self.state in BEFORE_REVIEW

    @property
    def is_resolved(self) -> bool:
        """Whether it could be reopened."""
        return self.state in {State.REVIEW, State.CLOSED}

    def take(self, request: FeedIncident) -> IncidentFed:
        """Answer as an incident does: the same command again changes nothing."""
        if request.command_id not in self.processed:
            answer = self._taken(request)
            if not answer.absorbed:
                return answer
            self.processed[request.command_id] = answer
        return self.processed[request.command_id]

    def _taken(self, request: FeedIncident) -> IncidentFed:
        if request.reopen and self.is_resolved:
            self.state, self.resolved_at = State.DIAGNOSIS, None
        fires = any(alert.status is AlertStatus.FIRING for alert in request.batch.alerts)
        over = self.state in {State.CLOSED, State.CANCELLED}
        if over or (fires and self.state not in BEFORE_REVIEW):
            return self.says(absorbed=False)
        for alert in request.batch.alerts:
            self.heard.add((alert.name, alert.started_at))
            change = self.firing.add if alert.status is AlertStatus.FIRING else self.firing.discard
            change(alert.name)
        if request.taken_over_by:
            self.firing.clear()
        return self.says(absorbed=True)

    def says(self, *, absorbed: bool) -> IncidentFed:
        """Its state, as it tells the group."""
        at = None if self.resolved_at is None else after(self.resolved_at)
        return IncidentFed(absorbed=absorbed, state=self.state, resolved_at=at)


@dataclass
class World:
    """A group, its incidents, and a clock in minutes."""

    state: GroupState = field(default_factory=lambda: GroupState(quiet_since_at=after(0)))
    incidents: dict[str, FakeIncident] = field(default_factory=dict)
    fires: dict[str, float] = field(default_factory=dict)
    began: set[tuple[str, object]] = field(default_factory=set)
    unheard: list[IncidentMoved] = field(default_factory=list)
    now: float = 1.0

    def says(self, name: str, *, still: bool) -> None:
        """Monitoring says that an alert fires, or fires no more."""
        if still:
            since = self.fires.setdefault(name, self.now)
            alert = firing(name, since)
            self.began.add((name, alert.started_at))
        elif name in self.fires:
            alert = ended(name, self.fires.pop(name), self.now)
        else:
            return
        batch = AlertBatch(group_key="k", alerts=(alert,), received_at=after(self.now))
        self.state = take_delivery(self.state, batch, AT_ONCE, after(self.now))

    def people(self, number: int, state: State) -> None:
        """People move an incident, if that is possible."""
        if not self.incidents:
            return
        name = list(self.incidents)[number % len(self.incidents)]
        incident = self.incidents[name]
        reopens = state is State.DIAGNOSIS
        closes = state is State.CLOSED and incident.state is State.REVIEW
        possible = incident.is_resolved if reopens else incident.is_open or closes
        if not possible:
            return
        incident.state = state
        incident.resolved_at = None if reopens else (incident.resolved_at or self.now)
        self._moves(name)

    def _moves(self, name: str) -> None:
        answer = self.incidents[name].says(absorbed=True)
        said = answer.model_dump(exclude={"absorbed"})
        self.unheard.append(IncidentMoved(incident_id=name, **said))

    def hears(self) -> None:
        """The group hears how its incidents moved."""
        for move in self.unheard:
            self.state = incident_moved(self.state, move, after(self.now))
        self.unheard.clear()

    def acts(self, *, loses: bool = False) -> None:
        """The group takes its steps until it waits; the first answer may be lost."""
        for _ in range(MOST_STEPS):
            step = next_step(self.state, AT_ONCE, after(self.now))
            if isinstance(step, WaitUntil | GroupEnds):
                return
            loses = self._take(step, loses=loses)
        raise AssertionError(f"it goes round in circles: {step}")

    def _open(self, step: IncidentNeeded | OpenNewIncident, due_at: datetime) -> None:
        previous = step.previous if isinstance(step, OpenNewIncident) else None
        report = report_of(self.state, "AG", happened_at=due_at, previous=previous)
        name = f"INC-{len(self.incidents) + 1}"
        self.state = opening_incident(self.state, StartIncident(incident_id=name, report=report))

    def _take(self, step: Next, *, loses: bool) -> bool:
        now = after(self.now)
        match step:
            case IncidentNeeded(due_at) | OpenNewIncident(due_at=due_at):
                self._open(step, due_at)
            case EnsureStarted(request):
                alerts = [record.alert for record in request.report.alerts]
                self.incidents[request.incident_id] = FakeIncident(
                    firing={alert.name for alert in alerts},
                    heard={(alert.name, alert.started_at) for alert in alerts},
                )
                self.state = incident_opened(self.state, now)
            case TellIncident() | ReopenIncident():
                recurring = step.recurring if isinstance(step, ReopenIncident) else None
                told = telling_incident(
                    self.state, group_id="AG", group_key="k", now=now, recurring=recurring
                )
                self.state = told
            case TellAgain(feed):
                incident = self.incidents[feed.incident_id]
                resolved = incident.is_resolved
                answer = incident.take(feed)
                if resolved and incident.is_open:
                    self._moves(feed.incident_id)
                    self.hears()
                lost = incident_not_told(self.state, after(self.now + 0.2))
                self.state = lost if loses else incident_told(self.state, answer, now)
                return False
            case HandOverAlerts(earlier):
                feed = handing_over_alerts(
                    self.state, earlier, group_id="AG", group_key="k", now=now
                )
                self.incidents[earlier].take(feed)
                lost = alerts_not_handed_over(self.state, earlier, after(self.now + 5))
                self.state = lost if loses else alerts_handed_over(self.state, earlier)
                return False
        return loses

    def rests(self) -> None:
        """Time passes until the group has nothing left to tell."""
        self.hears()
        for _ in range(3):
            self.now += 6
            self.acts()


EVENTS = st.tuples(
    st.one_of(
        st.tuples(st.just("says"), st.sampled_from(NAMES), st.booleans()),
        st.tuples(
            st.just("people"),
            st.integers(0, 3),
            st.sampled_from([State.REVIEW, State.CLOSED, State.CANCELLED, State.DIAGNOSIS]),
        ),
        st.tuples(st.just("passes"), st.sampled_from([1, 20, 40]), st.just(None)),
    ),
    st.sampled_from(["acts", "acts", "loses the answer", "is away", "hears of moves"]),
)
"""What happens, and what the group does then."""


def walk(events: list[tuple[Any, ...]]) -> World:
    """What became of everything once all has settled."""
    world = World()
    for (kind, what, how), group in events:
        world.now += 0.1
        if kind == "says":
            world.says(what, still=how)
        elif kind == "people":
            world.people(what, how)
        else:
            world.now += what
        if group == "hears of moves":
            world.hears()
        elif group != "is away":
            world.acts(loses=group == "loses the answer")
    world.rests()
    return world


@examples(150)
@given(st.lists(EVENTS, max_size=30))
def test_every_firing_is_known_to_an_incident_whenever_the_group_acts(
    events: list[tuple[Any, ...]],
) -> None:
    """This covers alerts that ended before the group acted, and incidents whose answer was lost."""
    world = walk(events)
    known = {firing for incident in world.incidents.values() for firing in incident.heard}
    assert {name for name, _ in world.began} == {name for name, _ in known}
    assert {(n, after(s)) for n, s in world.fires.items()} <= known


@examples(150)
@given(st.lists(EVENTS, max_size=30))
def test_incidents_that_are_not_over_know_what_fires_and_only_the_present_one_has_any(
    events: list[tuple[Any, ...]],
) -> None:
    """So each of the others can be closed once its own alerts are quiet."""
    world = walk(events)
    for name, incident in world.incidents.items():
        if name != world.state.incident_id and incident.state not in {
            State.CLOSED,
            State.CANCELLED,
        }:
            assert incident.firing == set()
        elif incident.is_open:
            assert incident.firing == set(world.fires)
        elif incident.state is State.REVIEW:
            assert incident.firing <= set(world.fires)
