"""The steps of an alert group: which incident answers its alerts, and who must hear of it."""

import pytest

from models.alert import Alert, AlertStatus, GroupingPolicy
from models.contracts.alert_group import IncidentFed, IncidentMoved, StartIncident
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import (
    alerts_handed_over,
    alerts_not_handed_over,
    handing_over_alerts,
    incident_moved,
    incident_not_told,
    incident_opened,
    opening_incident,
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
    words_for_step,
)
from states.lifecycle import State
from tests.rules.groups import FIRST, SECOND, Group, a_resolved_group, ended, firing
from tests.specimens import after, minutes

THIRD = "INC-260327-00000003"


def a_group_that_went_on(state: State = State.REVIEW) -> Group:
    """A group whose first incident is in `state` and whose second was opened at 91."""
    return a_resolved_group(state).hears(91, firing("a", 91)).opens(91, SECOND)


def test_an_incident_in_review_hears_that_a_new_one_has_its_alerts() -> None:
    """It hears this once: by which incident, with no alerts."""
    group = a_group_that_went_on()
    assert group.at(91) == HandOverAlerts(FIRST)
    request = handing_over_alerts(group.state, FIRST, group_id="AG-k", group_key="k", now=after(91))
    assert (request.incident_id, request.taken_over_by) == (FIRST, SECOND)
    assert (request.batch.alerts, request.batch.truncated, request.reopen) == ((), 0, False)
    group.state = alerts_handed_over(group.state, FIRST)
    assert group.at(91) == WaitUntil()
    assert group.moves(95, State.CLOSED).at(95) == WaitUntil()


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_an_incident_that_is_over_is_not_told_of_a_takeover(state: State) -> None:
    """If people reopen it, it does hear that its alerts belong to another incident."""
    group = a_group_that_went_on(state)
    assert group.at(91) == WaitUntil()
    group.moves(100, State.DIAGNOSIS)
    assert group.state.incident_id == SECOND
    assert group.at(100) == HandOverAlerts(FIRST)
    assert group.moves(101, State.DIAGNOSIS).state.takeovers == (FIRST,)


def test_news_for_the_present_incident_goes_first() -> None:
    """This holds while the earlier one cannot be told; the group tries that again later."""
    group = a_group_that_went_on().hears(91.5, firing("b", 91.5))
    assert group.at(91.5) == TellIncident()
    group.feeds(91.5)
    group.state = alerts_not_handed_over(group.state, FIRST, after(97))
    assert group.at(92) == WaitUntil(after(97), "tell an earlier incident")
    group.hears(92, firing("a", 91))
    assert group.at(92) == WaitUntil(after(92.5), "tell the incident about repeats")
    assert group.feeds(92.5) == ("a firing",)
    assert group.at(97) == HandOverAlerts(FIRST)


def test_a_group_does_not_end_before_every_earlier_incident_was_told() -> None:
    """Its alerts are quiet and its incident is over, but the earlier one still waits."""
    group = a_group_that_went_on()
    group.state = alerts_not_handed_over(group.state, FIRST, after(500))
    group.hears(92, ended("a", 91, 92))
    group.feeds(92, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    group.moves(95, State.CLOSED, SECOND)
    assert group.at(300) == WaitUntil(after(500), "tell an earlier incident")


def test_each_earlier_incident_is_told_though_another_cannot_be() -> None:
    """One that fails waits and goes last; once one was told, the rest follow at once."""
    group = a_group_that_went_on().hears(91, ended("a", 91, 91))
    group.feeds(91)
    group.moves(92, State.REVIEW, SECOND)
    group.hears(200, firing("a", 200)).opens(200, THIRD)
    assert group.state.takeovers == (FIRST, SECOND)
    group.state = alerts_not_handed_over(group.state, FIRST, after(210))
    assert group.state.takeovers == (SECOND, FIRST)
    assert group.at(205) == WaitUntil(after(210), "tell an earlier incident")
    assert group.at(210) == HandOverAlerts(SECOND)
    group.state = alerts_not_handed_over(group.state, SECOND, after(230))
    group.state = alerts_handed_over(group.state, FIRST)
    assert group.at(211) == HandOverAlerts(SECOND)
    group.state = alerts_handed_over(group.state, SECOND)
    assert group.state.takeovers == ()


def test_a_message_to_an_incident_has_everything_that_it_needs() -> None:
    """It gets how often an alert came, how many were left out and when; each command only once."""
    group = Group().hears(0, firing("a")).opens(0)
    group.hears(1, firing("b", 1), truncated=2).hears(1.5, firing("b", 1), truncated=2)
    request = group.asks(3)
    assert (request.incident_id, request.deliveries, request.reopen) == (FIRST, 2, False)
    assert (request.batch.truncated, request.batch.received_at) == (2, after(1.5))
    assert request.note == ""
    group.answers(3, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.state.fed == 1
    group.hears(5, ended("b", 1, 5), truncated=2)
    again = group.asks(5)
    assert (again.deliveries, again.command_id) == (1, "AG-k/1/2")


def test_a_reopening_says_which_alerts_recur() -> None:
    """The reopening's note names them; once the incident took it, nothing is due."""
    group = a_resolved_group().hears(70, firing("a", 70), firing("b", 70))
    request = group.asks(70, recurring=("a", "b"))
    assert request.reopen
    assert request.note == "alert fires again: a; b"
    group.answers(70, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert (group.state.resolved_at, group.state.due_at) == (None, None)


def test_an_incident_may_be_reopened_again_and_again() -> None:
    """Each time it was resolved too soon."""
    group = a_resolved_group()
    for minute in (70, 80, 90):
        group.hears(minute, firing("a", minute))
        assert group.at(minute) == ReopenIncident(("a",))
        group.feeds(minute, recurring=("a",))
        group.hears(minute + 1, ended("a", minute, minute + 1))
        group.feeds(minute + 1)
        group.moves(minute + 2, State.REVIEW)


def test_alerts_that_an_incident_knew_before_resolve_do_not_reopen_it() -> None:
    """It was told at the opening or later, so the person who resolved it knew."""
    group = Group().hears(0, firing("a")).opens(0).hears(5, firing("b", 5))
    group.feeds(5)
    group.moves(60, State.REVIEW).hears(61, firing("a"), firing("b", 5))
    assert group.at(61) == WaitUntil()


def test_an_answer_ends_the_pause_that_a_failure_had_made() -> None:
    """The group tells what comes next at once."""
    group = Group().hears(0, firing("a")).opens(0).hears(1, firing("b", 1))
    group.asks(1)
    group.state = incident_not_told(group.state, after(30))
    group.answers(5, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.hears(6, ended("b", 1, 6)).at(6) == TellIncident()


def test_a_start_that_succeeds_ends_the_pause_that_a_failure_had_made() -> None:
    """The group tells the incident at once what it has to hear."""
    group = Group().hears(0, firing("a"))
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    group.state = opening_incident(group.state, StartIncident(incident_id=FIRST, report=report))
    group.state = incident_opened(incident_not_told(group.state, after(30)), after(5))
    assert group.hears(6, firing("b", 6)).at(6) == TellIncident()


def test_a_review_that_ends_does_not_move_the_resolve_that_it_reviews() -> None:
    """Whether a recurrence is soon or late is counted from that resolve."""
    group = Group().hears(0, firing("a")).opens(0)
    for minute, state, resolved_at in ((60, State.REVIEW, after(58)), (80, State.CLOSED, None)):
        move = IncidentMoved(incident_id=FIRST, state=state, resolved_at=resolved_at)
        group.state = incident_moved(group.state, move, after(minute))
        assert group.state.resolved_at == after(58)


def test_an_incident_that_people_reopened_may_be_reopened_again() -> None:
    """It is, although it once refused to be."""
    group = a_resolved_group().hears(70, firing("a", 70))
    group.feeds(70, IncidentFed(absorbed=False, state=State.REVIEW), recurring=("a",))
    group.moves(71, State.DIAGNOSIS)
    group.feeds(71)
    group.moves(80, State.REVIEW).hears(85, firing("b", 85))
    assert group.at(85) == ReopenIncident(("b",))


def test_alerts_of_the_report_do_not_reopen_its_incident() -> None:
    """The alert had ended, and the incident was resolved before it heard of that."""
    group = Group().hears(0, firing("a")).hears(4, ended("a", 0, 3))
    group.opens(10).moves(11, State.REVIEW)
    assert group.at(11) == TellIncident()


def test_a_group_without_an_incident_owes_none_to_another() -> None:
    """Even if some incident says that it does not know the group."""
    group = Group().hears(0, firing("a")).moves(1, State.DIAGNOSIS)
    assert (group.state.incident_id, group.state.takeovers) == (None, ())


def test_an_end_that_was_refused_with_a_firing_is_told_while_the_firing_waits() -> None:
    """The incident in review hears of the end; the firing will get another incident."""
    group = Group().hears(0, firing("a")).opens(0)
    group.policy = GroupingPolicy(open_after=minutes(10))
    group.hears(95, ended("a", 0, 95), firing("b", 95))
    group.feeds(95, IncidentFed(absorbed=False, state=State.REVIEW, resolved_at=after(60)))
    assert group.at(95) == TellIncident()
    request = group.asks(95)
    assert [alert.name for alert in request.batch.alerts] == ["a"]
    assert request.deliveries == 1


@pytest.mark.parametrize("alert", [firing("b", 61), ended("a", 0, 61)])
def test_news_that_a_reviewed_incident_refused_alone_is_not_told_again(alert: Alert) -> None:
    """The incident would refuse it again."""
    group = Group().hears(0, firing("a")).opens(0).hears(61, alert)
    group.feeds(61, IncidentFed(absorbed=False, state=State.REVIEW, resolved_at=after(60)))
    assert (group.state.unfed, group.state.urgent) == ({}, False)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (WaitUntil(), "wait for news"),
        (
            WaitUntil(after(5), "end, if nothing fires"),
            "end, if nothing fires at 2026-03-27 16:55:00 UTC",
        ),
        (IncidentNeeded(after(0)), "open an incident"),
        (OpenNewIncident(FIRST, ("a",), after(0)), f"open a new incident after {FIRST}"),
        (ReopenIncident(("a",)), "reopen the incident"),
        (TellIncident(), "feed the incident"),
        (HandOverAlerts(FIRST), f"tell {FIRST} that its alerts were taken over"),
        (GroupEnds(), "end"),
    ],
)
def test_the_state_of_a_group_says_what_it_does_next(step: Next, words: str) -> None:
    """Each step has its own words."""
    assert words_for_step(step) == words


def test_news_on_its_way_is_shown_as_such() -> None:
    """Until the incident answers, the group shows what it is sending."""
    group = Group().hears(0, firing("a")).opens(0).hears(1, firing("b", 1))
    request = group.asks(1)
    assert words_for_step(TellAgain(request)) == "feed the incident"
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    start = EnsureStarted(StartIncident(incident_id=SECOND, report=report))
    assert words_for_step(start) == "open an incident"


def test_an_incident_that_a_lost_task_had_opened_is_told_what_became_of_its_alerts() -> None:
    """The incident began with a report in which both fire; one has ended since."""
    group = Group().hears(0, firing("a"), firing("b")).hears(5, ended("a", 0, 5))
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    group.state = opening_incident(group.state, StartIncident(incident_id=FIRST, report=report))
    group.state = incident_opened(group.state, after(6), anew=False)
    assert group.at(6) == TellIncident()
    told = {alert.fingerprint: alert.status for alert in group.asks(6).batch.alerts}
    assert told == {"a": AlertStatus.RESOLVED, "b": AlertStatus.FIRING}
