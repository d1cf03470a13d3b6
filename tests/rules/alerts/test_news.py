"""Deliveries leave the same alerts firing, in whatever order they come."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert import Alert, AlertBatch, AlertStatus
from models.contracts.alert_group import GroupState
from rules.alerts.news import ENDINGS_KEPT, take_delivery
from rules.record.carried import ALERTS_IN_FULL
from tests.rules.groups import AT_ONCE
from tests.specimens import after


def an_alert(name: str, since: float, until: float | None) -> Alert:
    """An alert that fires from one minute on, or until another."""
    return Alert(
        fingerprint=name,
        name=name,
        status=AlertStatus.FIRING if until is None else AlertStatus.RESOLVED,
        labels={"a": "b"},
        link="https://m.example.com",
        started_at=after(since),
        ended_at=None if until is None else after(until),
    )


def heard(alerts: list[tuple[datetime, Alert]]) -> GroupState:
    """What a group knows after one delivery for each alert, all taken in at the end."""
    state = GroupState()
    now = max(at for at, _ in alerts)
    for at, alert in alerts:
        batch = AlertBatch(group_key="k", alerts=(alert,), received_at=at)
        state = take_delivery(state, batch, AT_ONCE, now)
    return state


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Alert], bool]:
    """Everything that senders say about one alert, in order, and whether it fires in the end.

    A firing may go on after somebody said that it ended.
    """
    said: list[Alert] = []
    since = at = 0.0
    ends = False
    for _ in range(draw(st.integers(1, 4))):
        same = ends and draw(st.booleans())
        since = since if same else at + draw(st.integers(1, 5))
        at = max(at, since) + draw(st.integers(1, 5))
        ends = draw(st.booleans())
        said += [an_alert("a", since, None)] * draw(st.integers(1, 3))
        if ends:
            said += [an_alert("a", since, at)] * draw(st.integers(1, 2))
    return said, not ends


@given(lives(), st.data())
def test_the_newest_word_holds_whatever_the_order_of_deliveries(
    life: tuple[list[Alert], bool], data: Any
) -> None:
    """Deliveries may come twice, and overtake each other between the web server and the group."""
    said, still_fires = life
    received = [(after(100 + n), alert) for n, alert in enumerate(said)]
    state = heard(data.draw(st.permutations(received)))
    assert bool(state.firing) is still_fires
    assert (state.firing_since_at is not None) is still_fires
    assert (state.quiet_since_at is None) is still_fires


@given(st.permutations(range(6)))
def test_the_newest_delivery_says_how_many_were_left_out(order: list[int]) -> None:
    """The newest is the one that was received last, not the one taken in last."""
    state = GroupState()
    for number in order:
        batch = AlertBatch(group_key="k", alerts=(), truncated=number, received_at=after(number))
        state = take_delivery(state, batch, AT_ONCE, batch.received_at)
    assert state.truncated == 5


def test_a_record_tells_when_an_alert_was_first_and_last_seen_and_how_often() -> None:
    """Three deliveries within two minutes."""
    state = heard([(after(n), an_alert("a", 0, None)) for n in (1, 3, 2)])
    record = state.firing["a"]
    assert (record.first_seen_at, record.last_seen_at) == (after(1), after(3))
    assert record.times_seen == 3


def test_the_memory_of_a_group_is_bounded() -> None:
    """Only the first of many alerts are kept in full, and only the newest of those that ended."""
    fires = heard([(after(1), an_alert(str(n), 0, None)) for n in range(ALERTS_IN_FULL + 10)])
    kept = [(record.alert.labels, record.alert.link) for record in fires.firing.values()]
    assert kept[ALERTS_IN_FULL:] == [({}, None)] * 10
    assert all(labels and link for labels, link in kept[:ALERTS_IN_FULL])
    rests = heard([(after(5), an_alert(str(n), 0, 1)) for n in range(ENDINGS_KEPT + 10)])
    assert len(rests.ended) == ENDINGS_KEPT
    assert "0" not in rests.ended
    assert set(rests.ends_heard) == set(rests.ended)


def test_an_end_that_is_heard_again_is_among_the_newest() -> None:
    """It does not matter when the alert first ended."""
    ends = [(after(5), an_alert(str(n), 0, 1)) for n in range(ENDINGS_KEPT)]
    again = [(after(6), an_alert("0", 2, 3)), (after(6), an_alert("more", 0, 1))]
    assert {"0", "more"} < set(heard(ends + again).ended)


def test_a_new_firing_is_counted_from_its_own_beginning() -> None:
    """Even if nobody ever heard that the one before it ended."""
    state = heard([(after(1), an_alert("a", 0, None)), (after(6), an_alert("a", 5, None))])
    record = state.firing["a"]
    assert (record.first_seen_at, record.times_seen) == (after(6), 1)


def test_a_late_word_of_an_earlier_firing_makes_no_news_of_the_present_one() -> None:
    """The present firing keeps its beginning; a repeat of it is no new firing."""
    state = heard([(after(12), an_alert("a", 11, None)), (after(13), an_alert("a", 0, None))])
    assert state.firing["a"].alert.started_at == after(11)
    batch = AlertBatch(group_key="k", alerts=(an_alert("a", 11, None),), received_at=after(14))
    quiet = state.changed(urgent=False)
    assert not take_delivery(quiet, batch, AT_ONCE, after(14)).urgent


@pytest.mark.parametrize(
    ("said", "still_fires"),
    [
        # Of messages received at one instant, the one taken in last counts.
        ([(6, an_alert("a", 0, 5)), (6, an_alert("a", 0, None))], True),
        # An end that was heard twice counts from when it was last heard.
        ([(n, an_alert("a", 0, 5)) for n in (20, 10)] + [(15, an_alert("a", 0, None))], False),
        ([(n, an_alert("a", 0, 5)) for n in (10, 20)] + [(15, an_alert("a", 0, None))], False),
        # The repeated end of an earlier firing does not end a later one.
        (
            [(n, an_alert("a", 0, 5)) for n in (10, 20)]
            + [(15, an_alert("a", 6, 10)), (17, an_alert("a", 6, None))],
            True,
        ),
    ],
)
def test_the_last_received_word_about_a_firing_holds(
    said: list[tuple[float, Alert]],
    still_fires: bool,  # noqa: FBT001 - the claim itself
) -> None:
    """Even if messages came twice and overtook each other."""
    state = heard([(after(minute), alert) for minute, alert in said])
    assert bool(state.firing) is still_fires


def test_the_last_of_two_deliveries_at_one_instant_counts_the_left_out_alerts() -> None:
    """The last one says that none was left out."""
    state = GroupState()
    for truncated in (2, 0):
        batch = AlertBatch(group_key="k", alerts=(), truncated=truncated, received_at=after(1))
        state = take_delivery(state, batch, AT_ONCE, after(1))
    assert state.truncated == 0


def test_only_news_is_urgent() -> None:
    """A repeat and a repeated resolve are no news; a new firing is."""
    known = heard([(after(1), an_alert("a", 0, None))]).changed(
        incident_id="INC-1", urgent=False, unfed={}, unfed_deliveries=0
    )

    def hears(state: GroupState, alert: Alert, minute: float) -> GroupState:
        batch = AlertBatch(group_key="k", alerts=(alert,), received_at=after(minute))
        return take_delivery(state.changed(urgent=False), batch, AT_ONCE, after(minute))

    repeated = hears(known, an_alert("a", 0, None), 2)
    resolved = hears(repeated, an_alert("a", 0, 3), 3)
    again = hears(resolved, an_alert("a", 0, 3), 4)
    anew = hears(again, an_alert("a", 5, None), 5)
    states = (repeated, resolved, again, anew)
    assert [state.urgent for state in states] == [False, True, False, True]
    assert anew.unfed_deliveries == 4
    assert anew.firing_since_at == after(5)


def test_a_delivery_from_the_future_came_now() -> None:
    """A wrong clock elsewhere neither delays an incident nor hides later deliveries."""
    batch = AlertBatch(
        group_key="k", alerts=(an_alert("a", 0, None),), truncated=3, received_at=after(500)
    )
    state = take_delivery(GroupState(), batch, AT_ONCE, after(1))
    assert (state.firing_since_at, state.last_received_at) == (after(1), after(1))


def undated(at: float, status: AlertStatus = AlertStatus.FIRING) -> tuple[datetime, Alert]:
    """News of an alert whose sender does not say since when it fires."""
    said = an_alert("a", at, None if status is AlertStatus.FIRING else at)
    return after(at), said.changed(dated=False)


def test_a_repeat_that_names_no_instant_is_of_the_same_firing() -> None:
    """It is no news, and the alert fires since it was first heard of."""
    state = heard([undated(1), undated(5)])
    assert state.firing["a"].alert.started_at == after(1)
    assert state.firing["a"].times_seen == 2


def test_an_end_that_names_no_instant_ends_the_firing_that_is_known() -> None:
    """The firing keeps its beginning; an alert that fires afterwards fires anew."""
    over = heard([undated(1), undated(5, AlertStatus.RESOLVED)])
    assert (over.firing, over.ended) == ({}, {"a": after(5)})
    again = heard([undated(1), undated(5, AlertStatus.RESOLVED), undated(9)])
    assert again.firing["a"].alert.started_at == after(9)
    late = heard([undated(1), undated(5, AlertStatus.RESOLVED), undated(3)])
    assert late.firing == {}


@pytest.mark.parametrize("ahead", [0.2, 60, 60 * 24 * 365 * 100])
def test_an_alert_whose_clock_is_fast_is_one_firing_and_neither_deaf_nor_mute(ahead: float) -> None:
    """Its start lies ahead when it comes: it began when it was first heard."""
    fast = an_alert("a", 1 + ahead, None)
    state = heard([(after(1), fast), (after(2), fast)])
    record = state.firing["a"]
    assert (record.alert.started_at, record.times_seen) == (after(1), 2)
    ended = heard([(after(1), fast), (after(2), fast), (after(3), an_alert("a", 0, 3))])
    assert not ended.firing
    again = heard(
        [(after(1), fast), (after(3), an_alert("a", 0, 3)), (after(5), an_alert("a", 4, None))]
    )
    assert again.firing["a"].alert.started_at == after(4)
