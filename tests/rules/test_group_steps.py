"""What an alert group knows after its steps: who answers its alerts, and who must hear of it."""

import pytest

from models.group import IncidentFed
from rules.group_steps import handed_over, handing_over, not_handed_over
from rules.grouping import Feed, HandOver, Wait
from states.lifecycle import State
from tests.rules.groups import FIRST, SECOND, Group, a_resolved_group, ended, firing
from tests.specimens import after


def a_group_that_went_on(state: State = State.REVIEW) -> Group:
    """Its first incident is in `state`; the second was opened at 91."""
    return a_resolved_group(state).hears(91, firing("a", 91)).opens(91, SECOND)


def test_an_incident_in_review_hears_that_a_new_one_has_its_alerts() -> None:
    """Once; it says by whom, and tells of no alert."""
    group = a_group_that_went_on()
    assert group.at(91) == HandOver(FIRST)
    request = handing_over(group.state, FIRST, group_id="AG-k", group_key="k", now=after(91))
    assert (request.incident_id, request.taken_over_by) == (FIRST, SECOND)
    assert (request.batch.alerts, request.batch.truncated, request.reopen) == ((), 0, False)
    group.state = handed_over(group.state, FIRST)
    assert group.at(91) == Wait()


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_an_incident_that_is_over_needs_not_hear_it(state: State) -> None:
    """Unless people reopen it: then its alerts are not its own any more."""
    group = a_group_that_went_on(state)
    assert group.at(91) == Wait()
    group.moves(100, State.DIAGNOSIS)
    assert group.state.incident_id == SECOND
    assert group.at(100) == HandOver(FIRST)
    assert group.moves(101, State.DIAGNOSIS).state.takeovers == (FIRST,)


def test_what_the_present_incident_has_to_hear_goes_first() -> None:
    """Also while the earlier one cannot be told; that is tried again after a while."""
    group = a_group_that_went_on().hears(91.5, firing("b", 91.5))
    assert group.at(91.5) == Feed()
    group.feeds(91.5)
    group.state = not_handed_over(group.state, FIRST, after(97))
    assert group.at(92) == Wait(after(97), "tell an earlier incident")
    group.hears(92, firing("a", 91))
    assert group.at(92) == Wait(after(92.5), "feed what was repeated")
    assert group.feeds(92.5) == ("a firing",)
    assert group.at(97) == HandOver(FIRST)


def test_a_group_does_not_end_before_every_earlier_incident_was_told() -> None:
    """Its alerts are quiet and its incident is over: the earlier one waits still."""
    group = a_group_that_went_on()
    group.state = not_handed_over(group.state, FIRST, after(500))
    group.hears(92, ended("a", 91, 92))
    group.feeds(92, IncidentFed(absorbed=True, state=State.DIAGNOSIS))
    group.moves(95, State.CLOSED, SECOND)
    assert group.at(300) == Wait(after(500), "tell an earlier incident")
