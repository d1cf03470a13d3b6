"""One message instead of many pages."""

import pytest

from models.messages.message import Message, MessageKind
from rules.paging.summary import MOST_LISTED, PageSummary, summary_of
from tests.rules.storms import page, paged, storm


def test_a_summary_names_the_worst_first_and_each_incident_once() -> None:
    """It goes where the page of the worst incident would have gone."""
    state = storm(4)
    quiet = page(50, urgency=3).changed(address="other@example.com")
    worst = [page(60 + number, urgency=1) for number in range(4)]
    twice = page(50, urgency=3).changed(key="INC-50/page-2:ana")
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
    """It names some and counts the others."""
    summary = summary_of(storm(304), "WL-ana", "person:ana")
    lines = summary.message.body.splitlines()
    assert sum(line.startswith("[") for line in lines) == MOST_LISTED
    assert "and 275 more: list --open" in lines


def test_a_summary_is_one_page_that_stands_for_others() -> None:
    """It has a number, its recipient, the channels of the worst page, and how to answer."""
    state = storm(6).changed(summaries=2)
    summary = summary_of(state, "WL-ana", "person:ana")
    first, second = page(4), page(5)
    assert summary == PageSummary(
        message=Message(
            key="WL-ana/summary-3",
            kind=MessageKind.PAGE,
            incident_id="INC-4",
            recipient="ana",
            address="ana@example.com",
            subject="2 incidents for you: 2 SEV4",
            body=summary.message.body,
            severity="SEV4",
            reason="summary of 2 pages",
            facts={"incidents": "2", "severities": "2 SEV4"},
        ),
        channels=("pager", "email"),
        keys=(first.key, second.key),
        incidents=2,
        urgency=4,
    )
    assert summary.message.body.splitlines()[1:] == [
        *("", first.subject, second.subject, ""),
        "Acknowledge each: acknowledge INC-4",
    ]


def test_a_summary_of_one_page_says_so() -> None:
    """It names the one incident."""
    message = summary_of(storm(5), "WL-ana", "person:ana").message
    assert message.subject == "1 incident for you: 1 SEV4"
    assert message.reason == "summary of 1 page"


@pytest.mark.parametrize("beyond", [0, 1])
def test_incidents_that_a_summary_does_not_name_are_counted(beyond: int) -> None:
    """A count appears only if there is something to count."""
    body = summary_of(storm(4 + MOST_LISTED + beyond), "WL-ana", "person:ana").message.body
    assert [line for line in body.splitlines() if "more: list --open" in line] == [
        f"and {beyond} more: list --open"
    ] * beyond
