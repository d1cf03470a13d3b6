"""A group and its incident stay within Temporal's limits, however large their alerts are."""

from datetime import timedelta

import pytest

from models.alert import Alert, AlertBatch, AlertStatus, GroupingPolicy
from models.base import MONITORING
from models.command import RecordAlertsCommand
from models.contracts.alert_group import GroupState, IncidentFed, StartIncident
from models.incident.record import Incident
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import (
    incident_opened,
    incident_told,
    opening_incident,
    telling_incident,
)
from rules.alerts.news import take_delivery
from rules.commands.beginning.first_record import open_incident
from rules.commands.changes.alerts import record_alerts
from rules.record.bounds import excessive
from rules.record.carried import ALERTS_BYTES, ALERTS_KEPT, CARRIED_BYTES, size, weight
from rules.record.decision import Case, Decision
from states.lifecycle import State
from tests.specimens import POLICY, START
from web.alerts.formats.batches import MOST_FIRING, MOST_RESOLVED

ONE_MINUTE = timedelta(minutes=1)
LETTERS = ("x", "é", "😀", "\x01", '"')
"""As JSON they have one byte to six."""


def heavy(name: str, letter: str, status: AlertStatus = AlertStatus.FIRING) -> Alert:
    """An alert at the bounds of every text that a message may have."""
    return Alert(
        fingerprint=name + letter * 400,
        name=letter * 500,
        status=status,
        summary=letter * 2000,
        labels={f"{n}{letter * 400}": letter * 2000 for n in range(9)},
        severity=letter * 500,
        service=name + letter * 400,
        started_at=START,
        source=letter * 500,
        link="https://example.org/" + "x" * 1900,
    )


def light(name: str) -> Alert:
    """An alert that says nearly nothing."""
    return Alert(fingerprint=name, name="a", status=AlertStatus.FIRING, started_at=START)


def heard(state: GroupState, minute: int, alerts: list[Alert]) -> GroupState:
    """What a group knows after a delivery that uses every bound in full."""
    at = START + minute * ONE_MINUTE
    batch = AlertBatch(group_key="k", alerts=tuple(alerts), received_at=at)
    assert excessive(batch) is None
    return take_delivery(state, batch, GroupingPolicy(), at)


def told(state: GroupState, minute: int) -> GroupState:
    """The same once it is telling its incident."""
    at = START + minute * ONE_MINUTE
    return telling_incident(state, group_id="AG-k", group_key="k", now=at)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_group_carries_no_more_than_a_run_may(letter: str) -> None:
    """It holds while the group opens its incident, while it tells it, and after a refusal."""
    state = GroupState()
    for number in range(4):
        state = heard(state, number, [heavy(f"{number}-{n}", letter) for n in range(60)])
        state = heard(state, number, [light(f"{number}-{n}-light") for n in range(700)])
    # By now the group knows more.
    state = heard(state, 5, [heavy(f"0-{n}-light", letter) for n in range(60)])
    report = report_of(state, "AG-k", happened_at=START, previous=None)
    request = StartIncident(incident_id="INC-1", report=report)
    state = opening_incident(state, request)
    later = [heavy(f"later-{n}", letter) for n in range(60)]
    state = heard(state, 6, later)
    assert size(request) < CARRIED_BYTES
    assert size(state) < CARRIED_BYTES
    assert state.truncated > 0
    state = told(heard(incident_opened(state, START + 6 * ONE_MINUTE), 7, later), 7)
    assert state.feeding
    assert size(state.feeding) < CARRIED_BYTES
    state = heard(state, 8, [a.changed(status=AlertStatus.RESOLVED) for a in later])
    assert size(state) < CARRIED_BYTES
    answer = IncidentFed(absorbed=False, state=State.CLOSED, resolved_at=START)
    state = told(incident_told(state, answer, START + 9 * ONE_MINUTE), 9)
    assert size(state) < CARRIED_BYTES


@pytest.mark.parametrize("letter", LETTERS)
def test_an_incident_carries_no_more_than_a_run_may(letter: str) -> None:
    """It holds from the first delivery on, whatever its alerts say, and people can still write."""
    state = GroupState()
    for number in range(8):
        state = heard(state, number, [heavy(f"{number}-{n}", letter) for n in range(60)])
    report = report_of(state, "AG-k", happened_at=START, previous=None)
    incident = open_incident("INC-1", report, POLICY, START)
    for number in range(8):
        incident = recorded(incident, [heavy(f"more-{number}-{n}", letter) for n in range(100)])
        incident = recorded(
            incident,
            [heavy(f"more-{number}-{n}", letter, AlertStatus.RESOLVED) for n in range(50)],
        )
    assert size(incident) < CARRIED_BYTES * 2 // 3
    assert weight(incident) < 64 * 1024


def recorded(incident: Incident, alerts: list[Alert]) -> Incident:
    """The record after alerts that anybody may have sent."""
    batch = AlertBatch(group_key="k", alerts=tuple(alerts), received_at=START)
    command = RecordAlertsCommand(
        actor=MONITORING.name, via=MONITORING.via, batch=batch, deliveries=1
    )
    assert excessive(command) is None
    case = Case(incident, POLICY, MONITORING, START, START)
    decision = record_alerts(case, command)
    assert isinstance(decision, Decision)
    assert len(decision.summary.encode()) <= 2000
    return decision.incident


def test_an_end_is_heard_however_full_a_group_is() -> None:
    """What is known of an alert is kept, including how it ended."""
    state = GroupState()
    for number in range(6):
        state = heard(state, number, [heavy(f"{number}-{n}", "😀") for n in range(100)])
    assert state.truncated > 0
    kept = [record.alert for record in state.firing.values()]
    assert sum(size(alert) for alert in kept) <= ALERTS_BYTES
    ends = [heavy("", "😀", AlertStatus.RESOLVED).changed(fingerprint=a.fingerprint) for a in kept]
    state = heard(state, 7, ends)
    assert not state.firing
    assert {a.fingerprint for a in kept} <= state.unfed.keys()


def test_messages_of_a_group_keep_the_bounds_of_a_command() -> None:
    """Otherwise the incident would refuse the news."""
    state = GroupState(incident_id="INC-1", incident_state=State.DIAGNOSIS, unfed_deliveries=10**6)
    state = heard(state, 1, [light(str(n)) for n in range(MOST_FIRING + MOST_RESOLVED)])
    state = told(heard(state, 2, [light("more")]), 2)
    assert state.feeding
    assert len(state.feeding.batch.alerts) == ALERTS_KEPT
    command = RecordAlertsCommand(
        actor=MONITORING.name,
        via=MONITORING.via,
        batch=state.feeding.batch,
        deliveries=state.feeding.deliveries,
    )
    assert excessive(command) is None
