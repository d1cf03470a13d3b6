"""What an alert group does with deliveries that come at given minutes."""

from models.contracts.alert_group import IncidentFed, StartIncident
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import incident_not_told, incident_opened, opening_incident
from rules.alerts.grouping import (
    EnsureStarted,
    GroupEnds,
    IncidentNeeded,
    OpenNewIncident,
    ReopenIncident,
    TellAgain,
    TellIncident,
    WaitUntil,
)
from states.lifecycle import State
from tests.rules.groups import FIRST, SECOND, Group, a_resolved_group, ended, firing
from tests.specimens import after


def test_a_firing_alert_opens_an_incident_at_once() -> None:
    """It does so under a policy that asks for nothing else."""
    assert Group().hears(1, firing("a")).at(1) == IncidentNeeded(after(1))


def test_a_resolve_of_an_unknown_group_opens_nothing_and_the_group_ends() -> None:
    """Alerts that were left out open none either."""
    group = Group().hears(1, ended("a", 0, 1), truncated=2)
    assert group.at(1) == WaitUntil(after(5), "end, if nothing fires")
    assert group.at(5) == GroupEnds()


def test_a_repeat_never_opens_a_second_incident_and_is_fed_once_a_minute() -> None:
    """Many repeats are one feed."""
    group = Group().hears(0, firing("a")).opens(0)
    assert group.at(0) == WaitUntil()
    group.hears(0.2, firing("a")).hears(0.4, firing("a"))
    assert group.at(0.5) == WaitUntil(after(1), "tell the incident about repeats")
    assert group.at(1) == TellIncident()
    assert group.feeds(1) == ("a firing",)
    assert group.at(1) == WaitUntil()


def test_changes_are_fed_at_once_and_what_came_meanwhile_goes_in_one() -> None:
    """A new alert and a resolved one go in one feed with the repeats before them."""
    group = Group().hears(0, firing("a")).opens(0).hears(0.1, firing("a"))
    group.hears(0.2, firing("a"), firing("b", 0.1)).hears(0.3, ended("a", 0, 0.2))
    assert group.at(0.3) == TellIncident()
    assert sorted(group.feeds(0.3)) == ["a resolved", "b firing"]


def test_unanswered_news_is_repeated_unchanged_before_later_news() -> None:
    """During the pause nothing else is sent: only a repeated command counts just once."""
    group = Group().hears(0, firing("a")).opens(0).hears(0.2, firing("b", 0.1))
    request = group.asks(0.2)
    group.hears(0.3, ended("b", 0.1, 0.3))
    group.state = incident_not_told(group.state, after(2))
    assert group.at(1) == WaitUntil(after(2), "try again")
    assert group.at(2) == TellAgain(request)
    group.answers(2, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.at(2) == TellIncident()
    assert group.feeds(2) == ("b resolved",)
    assert group.asks(3).command_id != request.command_id


def test_a_reopening_that_was_not_answered_is_told_again_whatever_came_meanwhile() -> None:
    """Even if the incident says that it moved, and later than the policy allows reopening."""
    group = a_resolved_group().hears(70, firing("a", 70))
    request = group.asks(70, recurring=("a",))
    group.state = incident_not_told(group.state, after(71))
    group.moves(70.5, State.DIAGNOSIS)
    assert group.hears(99, ended("a", 70, 99)).at(99) == TellAgain(request)
    group.answers(99, IncidentFed(absorbed=True, state=State.RESOLUTION))
    assert group.state.incident_state is State.DIAGNOSIS
    assert group.feeds(99) == ("a resolved",)


def test_an_alert_soon_after_resolve_reopens() -> None:
    """A closed incident is reopened like one in review, and hears of everything that fires."""
    for state in (State.REVIEW, State.CLOSED):
        group = a_resolved_group(state).hears(70, firing("a", 70))
        assert group.at(70) == ReopenIncident(("a",))
        assert group.feeds(70, recurring=("a",)) == ("a firing",)
        assert group.at(70) == WaitUntil()


def test_an_alert_long_after_resolve_opens_a_new_incident_that_names_the_previous() -> None:
    """The first stays as it is, and the group no longer tells it news."""
    group = a_resolved_group().hears(91, firing("a", 91))
    assert group.at(91) == OpenNewIncident(FIRST, ("a",), after(91))
    group.opens(91, SECOND).moves(92, State.CLOSED)
    assert (group.state.incident_id, group.state.incident_state) == (SECOND, State.REPORTED)
    assert (group.state.opened, group.state.resolved_at) == (2, None)


def test_an_end_is_told_even_if_it_was_refused_together_with_a_firing() -> None:
    """The incident was resolved while both were on their way, so it still thought that a fires."""
    group = Group().hears(0, firing("a")).opens(0)
    group.hears(61, ended("a", 0, 61), firing("b", 61))
    group.feeds(61, IncidentFed(absorbed=False, state=State.REVIEW, resolved_at=after(60)))
    assert group.at(61) == ReopenIncident(("b",))
    assert sorted(group.feeds(61, recurring=("b",))) == ["a resolved", "b firing"]


def test_an_end_that_a_closed_incident_refused_is_told_when_it_is_reopened() -> None:
    """It was closed unnoticed; without this, it would still believe that the alert fires."""
    group = Group().hears(0, firing("a")).opens(0).hears(61, ended("a", 0, 61))
    group.feeds(61, IncidentFed(absorbed=False, state=State.CLOSED, resolved_at=after(60)))
    assert isinstance(group.at(61), WaitUntil)
    group.hears(62, firing("b", 62))
    assert group.at(62) == ReopenIncident(("b",))
    assert sorted(group.feeds(62, recurring=("b",))) == ["a resolved", "b firing"]


def test_an_incident_that_refuses_to_be_reopened_gets_a_successor() -> None:
    """The group does not try the same again; the successor may be reopened."""
    group = a_resolved_group().hears(70, firing("a", 70))
    group.feeds(70, IncidentFed(absorbed=False, state=State.CLOSED), recurring=("a",))
    assert group.at(70) == OpenNewIncident(FIRST, ("a",), after(70))
    group.opens(70, SECOND).hears(71, ended("a", 70, 71))
    group.feeds(71)
    group.moves(80, State.REVIEW, SECOND).hears(85, firing("a", 85))
    assert group.at(85) == ReopenIncident(("a",))


def test_an_incident_that_was_resolved_unnoticed_is_reopened_by_what_it_refuses() -> None:
    """The refusal says when it was resolved, and the alert began after that."""
    group = Group().hears(0, firing("a")).opens(0).hears(61, firing("b", 61))
    assert group.at(61) == TellIncident()
    answer = IncidentFed(absorbed=False, state=State.REVIEW, resolved_at=after(60))
    group.feeds(61, answer)
    assert group.at(61) == ReopenIncident(("b",))


def test_a_change_of_state_during_a_feed_is_newer_than_the_answer() -> None:
    """The answer said diagnosis, but the incident was resolved in the meantime."""
    group = Group().hears(0, firing("a")).opens(0).hears(59, firing("b", 59))
    group.asks(59)
    group.moves(60, State.REVIEW)
    group.answers(60, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.state.incident_state is State.REVIEW


def test_news_of_a_reopening_is_not_repeated_after_a_change_of_state() -> None:
    """The incident says that it is open before the reopening is answered."""
    group = a_resolved_group().hears(70, firing("a", 70))
    group.asks(70, recurring=("a",))
    group.moves(70, State.DIAGNOSIS)
    group.answers(70, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    assert group.at(70) == WaitUntil()


def test_an_incident_in_review_is_told_of_resolved_alerts() -> None:
    """It would refuse alerts that fire."""
    group = Group().hears(0, firing("a"), firing("b")).opens(0).moves(60, State.REVIEW)
    group.hears(61, ended("a", 0, 61), firing("b"))
    assert group.at(61) == TellIncident()
    assert group.feeds(61, IncidentFed(absorbed=True, state=State.REVIEW)) == ("a resolved",)
    assert group.at(62) == WaitUntil()


def test_an_incident_that_people_reopen_is_told_of_firing_alerts() -> None:
    """It did not take its alerts while it was resolved."""
    group = Group().hears(0, firing("a"), firing("b")).opens(0).moves(60, State.REVIEW)
    group.hears(60.8, ended("b", 0, 60.8))
    group.feeds(60.8, IncidentFed(absorbed=True, state=State.REVIEW))
    group.moves(61, State.DIAGNOSIS)
    assert group.state.resolved_at is None
    assert group.at(61) == TellIncident()
    request = group.asks(61)
    assert (request.batch.alerts, request.deliveries) == ((firing("a"),), 1)


def test_a_group_lives_as_long_as_a_recurrence_could_reopen_its_incident() -> None:
    """That is through the whole review, and after closing until 30 minutes after resolve."""
    assert a_resolved_group().at(10_000) == WaitUntil()
    closed = a_resolved_group(State.CLOSED)
    assert closed.at(61) == WaitUntil(after(90), "end, if nothing fires")
    assert closed.at(90) == GroupEnds()


def test_a_group_does_not_end_while_left_out_alerts_may_fire() -> None:
    """The sender says resolved, and also that it left out one alert."""
    group = a_resolved_group(State.CLOSED).hears(61, ended("a", 0, 50), truncated=1)
    assert group.at(200) == WaitUntil()
    assert group.hears(201, ended("a", 0, 50)).at(300) == GroupEnds()


def test_left_out_alerts_are_told_when_their_number_changes() -> None:
    """This is as urgent as a new alert."""
    group = Group().hears(0, firing("a")).opens(0).hears(0.1, firing("a"), truncated=3)
    assert group.at(0.1) == TellIncident()


def test_an_older_resolve_does_not_end_a_newer_firing() -> None:
    """The resolve is from before the beginning of the firing that is known."""
    group = Group().hears(0, firing("a")).opens(0)
    group.hears(11, firing("a", 11)).hears(12, ended("a", 0, 10))
    assert set(group.state.firing) == {"a"}


def test_a_repeat_that_was_received_before_the_end_and_comes_in_after_it_does_not_fire() -> None:
    """Messages can overtake each other on the way from the web server."""
    group = Group().hears(0, firing("a")).opens(0).hears(11, ended("a", 0, 10))
    group.feeds(11)
    assert not group.hears(10.5, firing("a"), taken_in=12).state.firing
    assert group.at(20) == WaitUntil()


def test_an_alert_fires_again_also_with_the_start_that_it_had_before_its_end() -> None:
    """Alertmanager says resolved when Prometheus is silent; later the alert still fires."""
    group = Group().hears(0, firing("a")).opens(0).hears(6, ended("a", 0, 5))
    group.feeds(6)
    assert group.hears(9, firing("a")).at(9) == TellIncident()
    assert group.feeds(9) == ("a firing",)
    assert set(group.hears(6, ended("a", 0, 5), taken_in=10).state.firing) == {"a"}
    assert not group.hears(20, ended("a", 0, 19)).state.firing


def test_an_end_in_the_future_does_not_make_the_group_deaf() -> None:
    """The sender's clock is wrong by years; the next firing still counts."""
    group = Group().hears(0, firing("a")).hears(1, ended("a", 0, 10_000_000))
    assert group.hears(2, firing("a", 1.5)).state.firing


def test_an_incident_being_opened_is_started_until_that_succeeds() -> None:
    """Even if the alert resolved meanwhile: it already met the policy's conditions."""
    group = Group().hears(0, firing("a"))
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    request = StartIncident(incident_id=FIRST, report=report)
    group.state = opening_incident(group.state, request)
    assert group.hears(1, ended("a", 0, 1)).at(1) == EnsureStarted(request)
    group.state = incident_opened(group.state, after(2))
    assert group.at(2) == TellIncident()
    assert group.feeds(2) == ("a resolved",)


def test_news_of_an_incident_that_runs_already_ends_its_opening() -> None:
    """The answer of the start was lost, but the incident itself sends news."""
    group = Group().hears(0, firing("a"))
    report = report_of(group.state, "AG-k", happened_at=None, previous=None)
    group.state = opening_incident(group.state, StartIncident(incident_id=FIRST, report=report))
    group.moves(1, State.DIAGNOSIS)
    assert (group.state.incident_id, group.state.incident_state) == (FIRST, State.DIAGNOSIS)
    assert group.state.opening is None
    assert group.hears(1.5, firing("a")).at(1.5) == WaitUntil(
        after(2), "tell the incident about repeats"
    )
