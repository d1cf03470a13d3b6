"""Which alerts call for an incident, before the first and after resolve, and when."""

from models.alert import GroupingPolicy
from models.contracts.alert_group import IncidentFed, StartIncident
from rules.alerts.group_report import report_of
from rules.alerts.group_steps import incident_opened, opening_incident
from rules.alerts.grouping import (
    IncidentNeeded,
    OpenNewIncident,
    ReopenIncident,
    TellIncident,
    WaitUntil,
)
from rules.alerts.wanted_incident import incident_wanted
from states.lifecycle import State
from tests.rules.groups import FIRST, Group, a_resolved_group, ended, firing
from tests.specimens import after, minutes


def test_an_incident_opens_after_as_many_deliveries_as_the_policy_asks() -> None:
    """The policy asks for three; an alert that resolves in between starts the count again."""
    group = Group(GroupingPolicy(open_after_count=3))
    assert group.hears(1, firing("a")).hears(2, firing("a")).at(2) == WaitUntil()
    group.hears(3, ended("a", 0, 3)).hears(4, firing("a", 4)).hears(5, firing("a", 4))
    assert group.at(5) == WaitUntil()
    assert isinstance(group.hears(6, firing("a", 4)).at(6), IncidentNeeded)


def test_a_delivery_in_which_nothing_fires_does_not_count_towards_opening() -> None:
    """It only holds an alert that ended, while another alert fires."""
    group = Group(GroupingPolicy(open_after_count=2)).hears(1, firing("a"))
    assert group.hears(2, ended("b", 0, 2)).at(2) == WaitUntil()
    assert isinstance(group.hears(3, firing("a")).at(3), IncidentNeeded)


def test_an_incident_opens_when_the_alert_still_fires_after_a_time() -> None:
    """The time is ten minutes; an alert that resolves before opens nothing."""
    group = Group(GroupingPolicy(open_after=minutes(10))).hears(1, firing("a"))
    assert group.at(1) == WaitUntil(after(11), "open an incident if it still fires")
    assert group.at(11) == IncidentNeeded(after(11))
    assert isinstance(group.hears(10.5, ended("a", 0, 10)).at(11), WaitUntil)


def test_a_new_incident_after_another_asks_as_much_as_the_first() -> None:
    """That is three deliveries and ten minutes, counted from the recurrence."""
    group = a_resolved_group()
    group.policy = GroupingPolicy(open_after_count=3, open_after=minutes(10))
    group.hears(91, firing("a", 91))
    assert group.at(91) == WaitUntil()
    group.hears(92, firing("a", 91)).hears(93, firing("a", 91))
    assert group.at(93) == WaitUntil(after(101), "open an incident if it still fires")
    assert group.at(101) == OpenNewIncident(FIRST, ("a",), after(101))
    assert isinstance(group.hears(100, ended("a", 91, 100)).at(101), TellIncident)
    group.feeds(101, IncidentFed(absorbed=True, state=State.REVIEW))
    assert group.at(110) == WaitUntil()


def test_a_reopening_asks_neither_deliveries_nor_time() -> None:
    """The incident was not over, so it asks for neither."""
    group = a_resolved_group()
    group.policy = GroupingPolicy(open_after_count=3, open_after=minutes(10))
    assert group.hears(70, firing("a", 70)).at(70) == ReopenIncident(("a",))


def test_an_end_is_told_while_a_recurrence_waits_for_its_time() -> None:
    """The incident in review knows the other alert."""
    group = Group().hears(0, firing("a")).opens(0).moves(60, State.REVIEW)
    group.policy = GroupingPolicy(open_after=minutes(10))
    group.hears(95, firing("b", 95), ended("a", 0, 95))
    assert group.at(95) == TellIncident()
    assert group.feeds(95, IncidentFed(absorbed=True, state=State.REVIEW)) == ("a resolved",)
    assert group.at(95) == WaitUntil(after(105), "open an incident if it still fires")
    assert group.at(105) == OpenNewIncident(FIRST, ("b",), after(105))


def test_an_alert_that_fired_at_resolve_recurs_only_when_it_is_still_reported_later() -> None:
    """Alerts settle for 15 minutes; reports until then are no news."""
    group = Group().hears(0, firing("a")).opens(0).moves(60, State.REVIEW)
    assert group.hears(74, firing("a")).at(80) == WaitUntil()
    assert group.hears(75, firing("a")).at(75) == ReopenIncident(("a",))


def test_an_alert_that_is_reported_again_only_after_hours_opens_a_new_incident() -> None:
    """It never stopped, but nobody worked on it for longer than the policy allows reopening."""
    group = Group().hears(0, firing("a")).opens(0).moves(60, State.CLOSED)
    assert group.at(200) == WaitUntil()
    assert group.hears(300, firing("a")).at(300) == OpenNewIncident(FIRST, ("a",), after(300))


def test_an_alert_that_is_first_heard_after_resolve_recurs_at_once_whenever_it_began() -> None:
    """The person who resolved the incident did not know of it."""
    group = a_resolved_group().hears(61, firing("b", 59.5))
    assert group.at(61) == ReopenIncident(("b",))


def test_an_alert_that_the_incident_knew_waits_whatever_the_clock_of_monitoring_says() -> None:
    """That clock runs ahead, so the alert seems to have begun after the resolve."""
    group = Group().hears(0, firing("a", 70)).opens(0).moves(60, State.REVIEW)
    assert group.hears(61, firing("a", 70)).at(61) == WaitUntil()


def test_a_new_firing_of_an_alert_whose_end_was_never_heard_recurs() -> None:
    """The delivery with the end was lost."""
    group = Group().hears(0, firing("a")).opens(0).moves(60, State.REVIEW)
    assert group.hears(61, firing("a", 60.5)).at(61) == ReopenIncident(("a",))


def test_an_alert_that_ended_and_fires_again_after_closing_recurs_at_once() -> None:
    """Even with its old start, because the closed incident was not told of the end."""
    group = Group().hears(0, firing("a")).opens(0).moves(10, State.CLOSED)
    group.hears(12, ended("a", 0, 11))
    assert group.hears(20, firing("a")).at(20) == ReopenIncident(("a",))


def test_alerts_that_fire_at_cancel_are_left_alone_but_a_new_firing_opens_an_incident() -> None:
    """The person who cancelled knew of the alert, and cancelled is final."""
    group = Group().hears(0, firing("a")).opens(0).moves(10, State.CANCELLED)
    assert group.hears(600, firing("a")).at(600) == WaitUntil()
    group.hears(602, ended("a", 0, 602)).hears(603, firing("a", 603))
    assert group.at(603) == OpenNewIncident(FIRST, ("a",), after(603))


def test_an_alert_that_was_unknown_at_cancel_opens_a_new_incident() -> None:
    """It does not matter how long it had fired by then."""
    group = Group().hears(0, firing("a")).opens(0).moves(10, State.CANCELLED)
    assert group.hears(11, firing("b", 5)).at(11) == OpenNewIncident(FIRST, ("b",), after(11))


def test_a_recurrence_that_ended_before_the_group_could_act_still_reopens() -> None:
    """No worker ran for a while; the deliveries that a new incident asks for do not matter."""
    group = a_resolved_group()
    group.policy = GroupingPolicy(open_after_count=3, open_after=minutes(10))
    group.hears(70, firing("a", 70)).hears(71, ended("a", 70, 71))
    assert group.at(72) == ReopenIncident(("a",))


def test_a_recurrence_reopens_up_to_the_time_that_the_policy_gives() -> None:
    """At half an hour after resolve it does; a moment later it does not."""
    assert a_resolved_group().hears(90, firing("a", 90)).at(90) == ReopenIncident(("a",))
    late = a_resolved_group().hears(90.1, firing("a", 90.1))
    assert late.at(90.1) == OpenNewIncident(FIRST, ("a",), after(90.1))


def test_while_an_incident_is_open_or_being_opened_nothing_asks_for_another() -> None:
    """The incident hears of alerts that fire meanwhile; one that ended is no reason for another."""
    group = Group().hears(0, firing("a"))
    request = StartIncident(
        incident_id=FIRST,
        report=report_of(group.state, "AG-k", happened_at=None, previous=None),
    )
    group.state = opening_incident(group.state, request)
    group.hears(1, firing("b", 1)).hears(2, ended("b", 1, 2))
    assert incident_wanted(group.state, group.policy) is None
    assert group.state.missed == {}
    group.state = incident_opened(group.state, after(3))
    group.hears(4, firing("c", 4))
    assert incident_wanted(group.state, group.policy) is None
