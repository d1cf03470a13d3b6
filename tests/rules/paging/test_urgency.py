"""How urgent a severity is, and what goes first."""

from itertools import product

import pytest

from models.contracts.paging import EscalateIncident
from models.severity import LEAST_URGENT
from rules.paging.urgency import LANES, WorkKind, home_of, lane, rank, urgency

SIX = ("S1", "S2", "S3", "S4", "S5", "S6")
EVERY_URGENCY = range(1, LEAST_URGENT + 1)


@pytest.mark.parametrize(
    ("severity", "expected"), [("S1", 1), ("S3", 3), ("S6", 5), ("S9", 5), (None, 5)]
)
def test_urgency_follows_the_place_of_the_severity(severity: str | None, expected: int) -> None:
    """It distinguishes five at most; an unknown severity waits longest."""
    assert urgency(severity, SIX) == expected


def test_a_first_page_outranks_all_other_work_of_any_severity() -> None:
    """Only the kind of work decides: the mildest first page goes before the worst reminder."""
    for kind, urgent in product(WorkKind, EVERY_URGENCY):
        assert rank(kind, urgent).priority_key == kind
    assert list(WorkKind) == sorted(WorkKind)
    assert (
        WorkKind.FIRST_PAGE
        < WorkKind.LATER_PAGE
        < WorkKind.COMMAND
        < WorkKind.NOTICE
        < WorkKind.CHORE
    )


def test_there_are_no_more_kinds_than_a_server_tells_apart() -> None:
    """A Temporal server has five priorities unless somebody changes that number."""
    assert max(WorkKind) == 5


def test_within_a_kind_the_worse_severity_has_more_turns_and_none_has_no_turn() -> None:
    """Each severity has a share of its own, so milder ones get turns too."""
    ranks = [rank(WorkKind.NOTICE, urgent) for urgent in EVERY_URGENCY]
    assert len({one.fairness_key for one in ranks}) == len(ranks)
    weights = [one.fairness_weight for one in ranks]
    assert weights == sorted(weights, reverse=True)
    # Beyond these bounds Temporal uses another weight than the given one.
    assert min(weights) >= 0.001
    assert max(weights) <= 1000


def test_each_kind_has_a_lane_and_each_lane_leads_home() -> None:
    """First pages use the queue of the workflows; a queue with a similar name is no lane."""
    assert lane("incidents", WorkKind.FIRST_PAGE) == "incidents"
    lanes = {lane("incidents", kind) for kind in WorkKind}
    assert len(lanes) == len(WorkKind)
    assert {home_of(one) for one in lanes} == {"incidents"}
    assert {kind for kind in WorkKind if kind not in LANES} == {WorkKind.FIRST_PAGE}
    for other in ("team/incidents", "notices", "/notices", "a/notices/b"):
        assert home_of(other) == other


def test_a_page_whose_request_says_nothing_is_least_urgent() -> None:
    """The request and the rule use the same number."""
    assert EscalateIncident.model_fields["urgency"].default == urgency(None, SIX)
