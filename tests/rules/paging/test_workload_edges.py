"""Pages of many incidents to one person: when they ask again, and when they are forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from models.people.workload import (
    HoldRole,
    Leave,
    PageLimit,
    PageVerdict,
    SettledPages,
    WorkloadState,
)
from rules.paging.workload import (
    APART,
    GATHER,
    LAG,
    MOST_BYTES,
    MOST_HELD,
    MOST_REMEMBERED,
    NO_ROOM,
    REMEMBERED,
    ROUNDS,
    answer_to_page,
    answers_to_pages,
    forgotten_at,
    pages_for_summaries,
    pages_one_by_one,
    pruned,
    with_role,
    with_summary_failed,
)
from rules.record.carried import size
from tests.rules.storms import NOON, TEN, page, paged, storm, told

LATER = NOON + REMEMBERED
LEAD = HoldRole(role="lead", incident_id="INC-1", holds=True, at=NOON)


@pytest.mark.parametrize(("most", "parts"), [(3, (1, 1, 1)), (5, (2, 1, 2)), (10, (4, 3, 3))])
def test_a_limit_is_parted_without_a_rest(most: int, parts: tuple[int, int, int]) -> None:
    """The parts are for any severity, for the worst, and for summaries."""
    limit = PageLimit(most=most, within=TEN.within)
    at_any, at_worst = (pages_one_by_one(limit, worst=worst) for worst in (False, True))
    assert (at_any, at_worst - at_any, pages_for_summaries(limit)) == parts


def test_held_pages_ask_again_one_after_the_other() -> None:
    """Each asks a moment after the one before it, whoever asks first."""
    state, _ = paged(*(page(number) for number in (50, 51, 52)), state=storm(4))
    again = [answer_to_page(state, page(number), NOON)[1].again_at for number in (52, 50, 51)]
    assert again == [NOON + GATHER + LAG + APART * place for place in (2, 0, 1)]
    _, further = answer_to_page(storm(4 + MOST_HELD), page(99_999), NOON)
    assert further.again_at == NOON + GATHER + LAG + APART * MOST_HELD
    overdue = NOON + GATHER + timedelta(minutes=1)
    assert answer_to_page(state, page(50), overdue)[1].again_at == overdue + APART + LAG


def test_the_reason_of_a_held_page_counts_the_sent_ones() -> None:
    """The words fit for one page and for many."""
    limit = PageLimit(most=3, within=TEN.within)
    state, _ = paged(page(1, limit=limit))
    assert (
        answer_to_page(state, page(2, limit=limit), NOON)[1].why
        == "1 page within 15m, of at most 3"
    )


def test_a_summary_that_was_taken_begins_the_counting_of_failures_anew() -> None:
    """The next summary that fails is tried again just as soon."""
    state = with_summary_failed(storm(5), (page(4).key,), NOON)
    state = told(state, NOON + GATHER)
    assert (state.failed, state.not_before) == (0, None)


def test_a_sent_page_is_remembered_as_long_as_its_limit_counts_it() -> None:
    """It is kept for an hour at least, even after everything else is forgotten."""
    assert pruned(storm(1), LATER - APART).sent
    assert pruned(storm(1), LATER).sent == ()
    assert with_role(storm(1), LEAD, LATER)[0].sent == ()
    long = PageLimit(most=5, within=timedelta(hours=6))
    state, _ = paged(page(1, limit=long))
    assert pruned(state, LATER).sent


def test_outcomes_are_remembered_up_to_their_bound() -> None:
    """With one more, the oldest is forgotten."""
    keys = tuple(f"INC-{number}" for number in range(MOST_REMEMBERED))
    known = SettledPages(leave=Leave(verdict=PageVerdict.UNDELIVERED), at=NOON, keys=keys)
    assert pruned(WorkloadState(settled=(known,)), NOON).settled == (known,)


def test_a_workload_that_gave_up_a_summary_remembers_it() -> None:
    """Its pages ask what became of them."""
    state, given_up = storm(5), NOON + timedelta(hours=2)
    for _ in range(ROUNDS):
        state = with_summary_failed(state, tuple(state.held), given_up)
    assert forgotten_at(state) == given_up + REMEMBERED


def test_a_workload_of_which_nothing_is_left_was_over_long_ago() -> None:
    """It only knew a role, and that was given up."""
    state, _ = with_role(WorkloadState(), LEAD, NOON)
    state, _ = with_role(state, LEAD.changed(holds=False), NOON)
    assert forgotten_at(state) == datetime.min.replace(tzinfo=UTC)


def test_the_memory_of_a_workload_is_bounded_in_bytes() -> None:
    """A page for which there is no room is sent at once, also if it asks again, and not kept."""
    channels = tuple(f"c{number}{'x' * 480}" for number in range(190))
    state = storm(4)
    for number in range(6):
        pages = tuple(
            page(number * 100 + each + 10).changed(channels=channels) for each in range(15)
        )
        state, leaves = answers_to_pages(state, pages, NOON)
        assert size(state) <= MOST_BYTES < 1024 * 1024
    assert leaves.leaves == (NO_ROOM,) * 15
    assert answers_to_pages(state, pages, NOON) == (state, leaves)
    held = next(ask.asked for ask in state.held.values())
    withdrawn, _ = answers_to_pages(state, (held.changed(withdraw=True),), NOON)
    assert len(withdrawn.held) == len(state.held) - 1


def test_the_roles_that_a_workload_knows_are_bounded_in_bytes() -> None:
    """One that is left makes room."""
    state = WorkloadState()
    for number in range(2000):
        state, _ = with_role(state, LEAD.changed(incident_id=f"{number}{'x' * 4000}"), NOON)
        if number > len(state.roles):
            break
    assert size(state) <= MOST_BYTES
    fewer, _ = with_role(state, state.roles[0].changed(holds=False), NOON)
    assert len(fewer.roles) == len(state.roles) - 1
