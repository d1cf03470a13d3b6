"""What somebody has on their hands follows from what their workload knows."""

from datetime import datetime, timedelta

import pytest

from console.terminal.output import person
from console.workload.words import in_full, table_of
from incidents.workloads.assigned import Assigned
from models.people.workload import HoldRole, PageVerdict, WorkloadState
from rules.paging.summary import MOST_LISTED
from rules.paging.workload import GATHER, answer_to_page, with_summary_failed
from tests.rules.storms import NOON, TEN, page, paged, storm, told

LATER = NOON + timedelta(minutes=20)


def on_hand(state: WorkloadState, now: datetime = NOON) -> Assigned:
    """What ana has at an instant, according to her workload."""
    roles = {"lead": 2}
    return Assigned("person:ana", "WL-ana", now, "Shop", state, state.limit, roles)


def shown(found: Assigned, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines as people read them."""
    person().print(in_full(found.shown))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("count", range(14))
@pytest.mark.parametrize("urgency", [1, 4])
def test_the_list_shows_which_page_the_workload_would_release_next(
    count: int, urgency: int
) -> None:
    """It counts how many further pages would still go one by one."""
    state = storm(count, urgency=urgency).changed(limit=TEN)
    for next_urgency in (1, 4):
        room = on_hand(state).next_ones(worst=next_urgency == 1)
        further = (page(100 + number, next_urgency) for number in range(20))
        _, verdicts = paged(*further, state=state)
        assert verdicts.count(PageVerdict.GRANTED) == room


def test_held_pages_are_listed_worst_first() -> None:
    """The order in which they came does not matter."""
    state = storm(6)
    for number in range(10, 14):
        state, _ = answer_to_page(state, page(number, 1), NOON)
    held = [one.asked.incident_id for one in on_hand(state).held]
    assert held == ["INC-13", "INC-4", "INC-5"]


def test_the_list_is_as_long_as_a_summary_would_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The rest is counted; scripts get all of them."""
    found = on_hand(storm(4 + MOST_LISTED + 3))
    lines = shown(found, capsys)
    assert sum(line.startswith("INC-") for line in lines) == MOST_LISTED
    assert lines[-2:] == [
        "and 3 more; --json has them all",
        "the summary goes out in 30s, at 2026-03-02 12:00:30Z",
    ]
    assert len(found.shown.model_dump(mode="json")["held"]) == MOST_LISTED + 3


def test_a_summary_counts_as_a_page_and_is_called_a_summary(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It belongs to no incident."""
    at = NOON + GATHER
    found = on_hand(told(storm(6), at), at)
    lines = shown(found, capsys)
    assert lines[1] == "limit 10 per 15m: 5 sent lately, 5 left"
    assert lines[-1].split()[-1] == "summary"
    assert [one["summary"] for one in found.shown.model_dump(mode="json")["sent"]] == [
        False
    ] * 4 + [True]


def test_a_page_from_before_the_limit_s_time_does_not_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The workload remembers it for longer. A page at the edge is before it."""
    found = on_hand(storm(4), NOON + TEN.within)
    assert (found.sent, found.left) == ((), 10)
    assert shown(found, capsys)[1:] == [
        "limit 10 per 15m: 0 sent lately, 10 left",
        "one by one 7 of the worst severity, 4 of others; 3 for summaries",
    ]
    assert len(on_hand(storm(4), NOON + TEN.within - timedelta(seconds=1)).sent) == 4


def test_a_summary_that_is_due_says_now(capsys: pytest.CaptureFixture[str]) -> None:
    """It says how many attempts failed."""
    assert shown(on_hand(storm(6), LATER), capsys)[-1] == "the summary goes out now"
    state = storm(6)
    failed = with_summary_failed(state, tuple(state.held), NOON + GATHER)
    lines = shown(on_hand(failed, NOON + GATHER), capsys)
    assert lines[-1] == (
        "the summary goes out in 1m 00s, at 2026-03-02 12:01:30Z; failed attempts: 1"
    )
    assert on_hand(failed).shown.model_dump(mode="json")["summary_failed"] == 1


def test_a_role_is_over_its_limit_only_beyond_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A role that the policy does not count any more has no limit."""

    def leading(role: str, count: int) -> WorkloadState:
        held = (
            HoldRole(role=role, incident_id=f"INC-{number}", holds=True, at=NOON)
            for number in range(count)
        )
        return WorkloadState(roles=tuple(held))

    def first(state: WorkloadState) -> str:
        return shown(on_hand(state), capsys)[4]

    assert first(leading("lead", 2)) == "lead of 2 incidents, of at most 2 at once"
    assert first(leading("lead", 3)) == "lead of 3 incidents: over the limit of 2 at once"
    assert first(leading("scribe", 3)) == "scribe of 3 incidents"
    assert shown(on_hand(leading("lead", 1)), capsys)[1] == "no limit on pages"


def test_a_row_shows_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    """That is what is held, when it goes out, and which roles are over their limit."""
    person().print(table_of((on_hand(storm(6)).shown,)))
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["who", "limit", "sent", "left", "held", "summary", "roles"]
    assert " ".join(row.split()) == "person:ana 10 per 15m 4 6 2 in 30s"
