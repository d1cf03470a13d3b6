"""One message in the place of many pages."""

from rules.page_summary import MOST_LISTED, summary_of
from tests.rules.storms import page, paged, storm


def test_a_summary_names_the_worst_first_and_each_incident_once() -> None:
    """It goes where the page of the worst would have gone."""
    state = storm(4)
    quiet = page(50, urgency=3).model_copy(update={"address": "other@example.com"})
    worst = [page(60 + number, urgency=1) for number in range(4)]
    twice = page(50, urgency=3).model_copy(update={"key": "INC-50/page-2:ana"})
    state, _ = paged(quiet, twice, *worst, state=state)
    summary = summary_of(state, "WL-ana", "person:ana")
    assert summary.message.subject == "2 incidents for you: 1 SEV1, 1 SEV3"
    assert summary.message.recipient == "ana"
    assert (summary.message.incident_id, summary.urgency) == ("INC-63", 1)
    assert summary.message.address == "ana@example.com"
    lines = summary.message.body.splitlines()
    named = [line for line in lines if line.startswith("[")]
    assert named == [worst[3].subject, quiet.subject]
    assert len(summary.keys) == 3


def test_a_summary_of_hundreds_stays_short() -> None:
    """So many are named, the others counted."""
    summary = summary_of(storm(304), "WL-ana", "person:ana")
    lines = summary.message.body.splitlines()
    assert sum(line.startswith("[") for line in lines) == MOST_LISTED
    assert "and 275 more: list --open" in lines
