"""Pages of many incidents to one person: within the limit, the worst first, none lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.people.workload import (
    HoldRole,
    Leave,
    PageLimit,
    PageVerdict,
    SentSummary,
    SettledPages,
    WorkloadState,
)
from rules.paging.summary import summary_of
from rules.paging.workload import (
    GATHER,
    MOST_HELD,
    MOST_REMEMBERED,
    REMEMBERED,
    ROUNDS,
    answer_to_page,
    answers_to_pages,
    forgotten_at,
    pruned,
    summary_due,
    with_role,
    with_summary_failed,
    with_summary_sent,
)
from tests.rules.storms import NOON, TEN, page, paged, storm, told


def test_pages_go_out_one_by_one_until_only_what_is_kept_is_left() -> None:
    """Of ten, four go out; three are reserved for the worst severity and three for summaries."""
    _, verdicts = paged(*(page(number) for number in range(6)))
    assert verdicts == [PageVerdict.GRANTED] * 4 + [PageVerdict.HELD] * 2


def test_the_worst_page_goes_out_even_if_others_wait() -> None:
    """Three more of the worst severity go out; then even those wait for a summary."""
    _, verdicts = paged(*(page(90 + number, urgency=1) for number in range(4)), state=storm(6))
    assert verdicts == [PageVerdict.GRANTED] * 3 + [PageVerdict.HELD]


def test_the_worst_of_the_pages_that_ask_together_is_answered_first() -> None:
    """Their order does not matter; the answers are in the order of the questions."""
    pages = (*(page(number) for number in range(9)), page(99, urgency=1))
    _, answers = answers_to_pages(WorkloadState(), pages, NOON)
    verdicts = [leave.verdict for leave in answers.leaves]
    assert verdicts == [PageVerdict.GRANTED] * 3 + [PageVerdict.HELD] * 6 + [PageVerdict.GRANTED]


def test_further_pages_wait_while_any_page_waits() -> None:
    """Even if there is room again: pages go out in the order in which they came."""
    state = storm(5)
    later = NOON + TEN.within
    assert paged(page(50), state=state, at=later)[1] == [PageVerdict.HELD]


def test_room_comes_back_as_pages_leave_the_window() -> None:
    """A page no longer counts at the very end of the window."""
    state = storm(4)
    just_before = NOON + TEN.within - timedelta(milliseconds=1)
    assert paged(page(50), state=state, at=just_before)[1] == [PageVerdict.HELD]
    assert paged(page(50), state=state, at=NOON + TEN.within)[1] == [PageVerdict.GRANTED]


def test_the_same_page_gets_the_same_answer() -> None:
    """Asking again after a lost answer uses no room; a summary that had the page is named."""
    state = storm(5)
    again, verdicts = paged(page(0), page(4), state=state)
    assert verdicts == [PageVerdict.GRANTED, PageVerdict.HELD]
    assert (again.sent, again.held) == (state.sent, state.held)
    known = told(state, NOON + GATHER)
    _, leave = answer_to_page(known, page(4), NOON + GATHER)
    assert leave.verdict is PageVerdict.TOLD
    assert leave.summary is not None
    assert (leave.summary.channel, leave.summary.incidents) == ("pager", 1)


def test_the_first_that_is_held_waits_for_others() -> None:
    """It waits half a minute; a held page asks again just after that."""
    state, leave = answer_to_page(storm(4), page(50), NOON)
    assert summary_due(state) == NOON + GATHER
    assert leave.why == "4 pages within 15m, of at most 10"
    assert leave.again_at is not None
    assert NOON + GATHER < leave.again_at < NOON + GATHER + timedelta(seconds=5)


def test_summaries_are_spread_over_the_time() -> None:
    """There are three in a quarter of an hour, five minutes apart."""
    state = told(storm(5), NOON + GATHER)
    state, _ = paged(page(60), state=state, at=NOON + timedelta(minutes=1))
    assert summary_due(state) == NOON + GATHER + timedelta(minutes=5)


def test_a_summary_waits_where_the_limit_is_used_up() -> None:
    """It waits until the first of those pages leaves the window."""
    pages = [page(number, urgency=1) for number in range(7)]
    state, _ = paged(*pages)
    for minute in (1, 2, 3):
        at = NOON + timedelta(minutes=minute)
        state, _ = paged(page(10 + minute), state=state, at=at)
        state = told(state, at)
    state, _ = paged(page(60), state=state, at=NOON + timedelta(minutes=4))
    assert summary_due(state) == NOON + TEN.within


def test_a_page_that_is_withdrawn_is_in_no_summary() -> None:
    """Its incident hears so each time it asks; a page that never asked counts as withdrawn."""
    state, verdicts = paged(page(4, withdraw=True), state=storm(6))
    assert verdicts == [PageVerdict.WITHDRAWN]
    assert summary_of(state, "WL", "person:ana").keys == (page(5).key,)
    again = (page(4, withdraw=True), page(77, withdraw=True))
    assert paged(*again, state=state)[1] == [PageVerdict.WITHDRAWN] * 2


def test_a_told_or_sent_page_cannot_be_withdrawn() -> None:
    """The record says what really happened."""
    state = told(storm(5), NOON + GATHER)
    asks = (page(4, withdraw=True), page(0, withdraw=True))
    assert paged(*asks, state=state)[1] == [PageVerdict.TOLD, PageVerdict.GRANTED]


def test_a_summary_that_no_channel_takes_is_tried_again_and_given_up_at_last() -> None:
    """It is tried after 1, 2, 4 ... minutes; then its pages hear that they reached nobody."""
    state = storm(5)
    at, waits = NOON + GATHER, []
    for _ in range(ROUNDS):
        state = with_summary_failed(state, tuple(state.held), at)
        if state.not_before:
            waits.append(state.not_before - at)
            at = state.not_before
            assert summary_due(state) == at
    assert waits == [timedelta(minutes=2**power) for power in range(ROUNDS - 1)]
    assert paged(page(4), state=state, at=at)[1] == [PageVerdict.UNDELIVERED]
    assert (state.failed, state.held) == (0, {})


def test_a_page_that_comes_during_a_summary_waits_for_the_next() -> None:
    """That page was not in the summary."""
    state = storm(5)
    keys = summary_of(state, "WL", "person:ana").keys
    state, _ = paged(page(70), state=state)
    sent = SentSummary(key="s", at=NOON, channel="pager", incidents=1)
    assert tuple(with_summary_sent(state, keys, sent, NOON).held) == (page(70).key,)


def test_pages_beyond_the_bound_are_still_owed() -> None:
    """Their incidents ask again when there is room."""
    state = storm(MOST_HELD + 5)
    assert len(state.held) == MOST_HELD
    _, leave = answer_to_page(state, page(99_999), NOON)
    assert leave.verdict is PageVerdict.HELD
    assert leave.again_at is not None


def test_a_workload_is_over_when_nothing_is_left_to_remember() -> None:
    """It is not over while it holds a page or a role."""
    assert forgotten_at(storm(1)) == NOON + REMEMBERED
    assert forgotten_at(storm(5)) is None
    held = HoldRole(role="lead", incident_id="INC-1", holds=True, at=NOON)
    state, _ = with_role(WorkloadState(), held, NOON)
    assert forgotten_at(state) is None
    long = PageLimit(most=5, within=timedelta(hours=6))
    state, _ = paged(page(1, limit=long))
    assert forgotten_at(state) == NOON + long.within
    state = told(storm(5), NOON + GATHER)
    later = NOON + GATHER + REMEMBERED
    assert forgotten_at(state) == later
    assert (pruned(state, later).sent, pruned(state, later).settled) == ((), ())


def test_the_oldest_outcomes_of_pages_are_forgotten_first() -> None:
    """A run carries all that is known, so this must stay small."""
    third = tuple(f"INC-{number}" for number in range(MOST_REMEMBERED // 3))
    leave = Leave(verdict=PageVerdict.UNDELIVERED)
    known = tuple(SettledPages(leave=leave, at=NOON, keys=(name, *third)) for name in "abc")
    state = pruned(WorkloadState(settled=known), NOON)
    assert [settled.keys[0] for settled in state.settled] == ["b", "c"]


def test_roles_are_counted_over_incidents() -> None:
    """Only the same role counts, each incident once, until it is given up."""

    def tell(
        state: WorkloadState, incident: str, *, role: str = "lead", holds: bool = True
    ) -> tuple[WorkloadState, tuple[str, ...]]:
        said = HoldRole(role=role, incident_id=incident, holds=holds, at=NOON)
        state, answer = with_role(state, said, NOON)
        return state, answer.elsewhere

    state, _ = tell(WorkloadState(), "INC-1")
    state, _ = tell(state, "INC-2", role="scribe")
    state, elsewhere = tell(state, "INC-3")
    assert elsewhere == ("INC-1",)
    assert tell(state, "INC-3")[1] == ("INC-1",)
    state, _ = tell(state, "INC-1", holds=False)
    assert tell(state, "INC-4")[1] == ("INC-3",)


def _played(limit: PageLimit, asks: list[tuple[int, int]]) -> Iterator[tuple[datetime, str]]:
    """Every message that reaches ana, if summaries go out when they are due."""
    state, now = WorkloadState(), NOON
    for number, (pause, urgency) in enumerate(asks):
        now += timedelta(seconds=pause)
        due = summary_due(state)
        while due and due <= now:
            yield due, "summary"
            state = told(state, due)
            due = summary_due(state)
        state, leave = answer_to_page(state, page(number, urgency, limit), now)
        if leave.verdict is PageVerdict.GRANTED:
            yield now, f"page {urgency}"
    while state.held:
        due = summary_due(state) or now
        yield due, "summary"
        state = told(state, due)


@given(
    most=st.integers(3, 12),
    minutes=st.integers(1, 30),
    asks=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), max_size=80),
)
def test_nobody_is_ever_paged_more_often_than_the_limit(
    most: int, minutes: int, asks: list[tuple[int, int]]
) -> None:
    """This holds for any window and any pages; and nothing is held for ever."""
    limit = PageLimit(most=most, within=timedelta(minutes=minutes))
    sent = [at for at, _ in _played(limit, asks)]
    assert sent == sorted(sent)
    for first, at in zip(sent, sent[limit.most :], strict=False):
        assert at - first >= limit.within


@pytest.mark.parametrize("most", [3, 4, 5, 10, 50])
def test_the_worst_page_never_waits_for_a_lesser_one(most: int) -> None:
    """It does not matter how many smaller pages came before."""
    limit = PageLimit(most=most, within=timedelta(minutes=15))
    state, _ = paged(*(page(number, 2, limit) for number in range(200)))
    _, leave = answer_to_page(state, page(999, 1, limit), NOON)
    assert leave == Leave(verdict=PageVerdict.GRANTED)
