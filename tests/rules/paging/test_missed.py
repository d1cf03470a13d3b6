"""An alert that fires and ends before the group can act still gets its incident.

No worker ran for a while; the group takes in everything sent meanwhile, and then decides.
"""

import pytest

from models.alert import AlertStatus, GroupingPolicy
from models.contracts.alert_group import IncidentFed
from rules.alerts.group_report import report_of
from rules.alerts.grouping import (
    GroupEnds,
    IncidentNeeded,
    OpenNewIncident,
    ReopenIncident,
    TellIncident,
    WaitUntil,
)
from rules.alerts.news import any_alert_fires
from rules.record.carried import ALERTS_IN_FULL
from states.lifecycle import State
from tests.rules.groups import FIRST, Group, a_resolved_group, ended, firing
from tests.specimens import after, minutes


def reported(group: Group) -> list[tuple[str, str]]:
    """The alerts of the report that the group would send, and whether they fire."""
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    return [(record.alert.name, record.alert.status.value) for record in report.alerts]


def test_an_alert_that_ended_before_the_group_could_act_has_an_incident() -> None:
    """The incident is reported as of the firing, and hears right after that the alert ended."""
    group = Group().hears(0, firing("a")).hears(4, ended("a", 0, 3))
    assert group.at(10) == IncidentNeeded(after(0))
    assert reported(group) == [("a", "firing")]
    assert group.opens(10).at(10) == TellIncident()
    request = group.asks(10)
    assert (request.batch.alerts, request.deliveries) == ((ended("a", 0, 3),), 1)
    group.answers(10, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.at(10) == WaitUntil()
    assert not any_alert_fires(group.state)
    assert group.moves(60, State.REVIEW).at(60) == WaitUntil()


def test_an_alert_that_ended_before_the_policy_opens_has_none() -> None:
    """Nobody looked meanwhile, but it only fired for eight of the ten minutes."""
    group = Group(GroupingPolicy(open_after=minutes(10)))
    group.hears(0, firing("a")).hears(8, ended("a", 0, 8))
    assert group.at(30) == GroupEnds()
    assert (group.state.unfed, group.state.urgent) == ({}, False)


def test_an_alert_that_ended_after_its_time_has_one_as_of_then() -> None:
    """The ten minutes of firing were over before it ended at twenty."""
    group = Group(GroupingPolicy(open_after=minutes(10)))
    group.hears(0, firing("a")).hears(20, ended("a", 0, 20))
    assert group.at(30) == IncidentNeeded(after(10))


def test_an_incident_is_due_at_the_last_delivery_that_the_policy_asks() -> None:
    """Later deliveries, and the end, do not move it."""
    group = Group(GroupingPolicy(open_after_count=2)).hears(0, firing("a"))
    group.hears(3, firing("a")).hears(7, firing("a")).hears(9, ended("a", 0, 9))
    assert group.at(30) == IncidentNeeded(after(3))


def test_an_alert_that_fires_again_meanwhile_is_told_as_firing() -> None:
    """There is one incident, and nothing else to tell."""
    group = Group().hears(0, firing("a")).hears(4, ended("a", 0, 3)).hears(5, firing("a", 5))
    assert group.at(10) == IncidentNeeded(after(0))
    assert reported(group) == [("a", "firing")]
    assert group.opens(10).at(10) == WaitUntil()


@pytest.mark.parametrize("state", [State.REVIEW, State.CLOSED])
def test_a_recurrence_that_ended_meanwhile_reopens(state: State) -> None:
    """The incident hears that it fired, then that it ended."""
    group = a_resolved_group(state).hears(70, firing("a", 70)).hears(75, ended("a", 70, 74))
    assert group.at(100) == ReopenIncident(("a",))
    assert group.feeds(100, recurring=("a",)) == ("a firing",)
    assert group.at(100) == TellIncident()
    assert group.feeds(100) == ("a resolved",)
    assert group.at(100) == WaitUntil()


def test_a_late_recurrence_that_ended_meanwhile_has_a_new_incident() -> None:
    """So does one whose incident refuses to be reopened."""
    late = a_resolved_group().hears(91, firing("a", 91)).hears(95, ended("a", 91, 94))
    assert late.at(100) == OpenNewIncident(FIRST, ("a",), after(91))
    soon = a_resolved_group(State.CLOSED).hears(70, firing("a", 70)).hears(75, ended("a", 70, 74))
    soon.feeds(80, IncidentFed(absorbed=False, state=State.CLOSED), recurring=("a",))
    assert soon.at(80) == OpenNewIncident(FIRST, ("a",), after(70))
    assert reported(soon) == [("a", "firing")]


def test_a_recurrence_that_ended_while_the_reopening_was_on_its_way_is_told_as_ended() -> None:
    """There is no second reopening for it."""
    group = a_resolved_group().hears(70, firing("a", 70))
    group.asks(70, recurring=("a",))
    group.hears(70.1, ended("a", 70, 70.1))
    group.answers(70.2, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.at(70.2) == TellIncident()
    assert group.feeds(70.2) == ("a resolved",)
    assert group.at(71) == WaitUntil()


def test_an_alert_that_was_told_before_resolve_and_ends_before_the_answer_is_not_lost() -> None:
    """The answer was lost for a while; the incident knew the alert and hears that it ended."""
    group = Group().hears(0, firing("a")).opens(0).hears(59, firing("b", 59))
    group.asks(59)
    group.moves(60, State.REVIEW).hears(61, ended("b", 59, 61))
    group.answers(62, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.at(62) == TellIncident()
    assert group.feeds(62, IncidentFed(absorbed=True, state=State.REVIEW)) == ("b resolved",)


def test_an_alert_that_fired_and_ended_after_resolve_reopens_even_if_it_is_reported_later() -> None:
    """The group thought the incident open; the person who resolved it did not know the alert."""
    group = Group().hears(0, firing("a")).opens(0)
    group.hears(61, firing("b", 61)).hears(62, ended("b", 61, 62))
    answer = IncidentFed(absorbed=False, state=State.CLOSED, resolved_at=after(60))
    group.feeds(63, answer)
    assert group.at(63) == ReopenIncident(("b",))
    assert sorted(group.feeds(63, recurring=("b",))) == ["a firing", "b firing"]
    assert group.feeds(63) == ("b resolved",)


def test_an_incident_that_people_reopened_is_told_only_of_the_end() -> None:
    """It is open already, so nothing is due."""
    group = a_resolved_group().hears(70, firing("b", 70)).hears(75, ended("b", 70, 74))
    group.moves(76, State.DIAGNOSIS)
    assert group.at(80) == TellIncident()
    assert group.feeds(80) == ("b resolved",)
    assert group.at(100) == WaitUntil()
    assert not group.state.missed


def test_an_end_of_an_alert_that_was_known_at_resolve_is_not_lost() -> None:
    """An incident in review hears that it ended, and stays in review."""
    group = Group().hears(0, firing("a")).opens(0).moves(60, State.REVIEW)
    group.hears(61, ended("a", 0, 61))
    assert group.at(61) == TellIncident()


def test_only_the_first_of_the_missed_alerts_are_kept_in_full() -> None:
    """Hundreds of alerts that flap while no worker runs do not bloat the state."""
    group = Group()
    for n in range(ALERTS_IN_FULL + 10):
        group.hears(n, firing(f"a{n}", n, labels={"x": "y"})).hears(n, ended(f"a{n}", n, n))
    assert len(group.state.missed) == ALERTS_IN_FULL + 10
    full = [record for record in group.state.missed.values() if record.alert.labels]
    assert len(full) == ALERTS_IN_FULL
    assert {r.alert.status for r in group.state.missed.values()} == {AlertStatus.FIRING}
