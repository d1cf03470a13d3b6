"""Limits of pages, and of roles that one person holds at once, in words."""

import pytest

from tests.policies.render.documents import DEFAULT, document, said, texts
from tests.policies.written import WHOLE

LIMIT = "paging: { channels: [pager], limit: 10 per 15m }"
LIMITED = WHOLE.replace("paging: { channels: [pager] }", LIMIT)
OPS = "ops: { kind: log, limit: 3 per 1h }"
BEYOND = (
    "The engine holds further pages and sends one summary that lists their incidents, "
    "the worst first. For an escalation a held page counts as sent. "
    "An acknowledgement drops the held pages of its levels."
)


def test_a_limit_says_how_often_and_how_its_pages_are_divided() -> None:
    """The function that holds pages back divides them."""
    assert said(document(LIMITED), "Limits of pages") == (
        "Each person is paged at most 10 times in 15 minutes over all incidents.",
        "Of 10 pages, 4 are for any severity, 3 for SEV1 alone and 3 for summaries.",
        BEYOND,
    )


def test_people_with_their_own_limit_are_named() -> None:
    """Channels are, too; limits of one size are divided once."""
    text = LIMITED.replace("bo: {}", "bo: { limit: 3 per 1d }, cy: { limit: 10 per 15m }")
    text = text.replace("log: { kind: log }", f"log: {{ kind: log }}, {OPS}")
    assert said(document(text), "Limits of pages") == (
        (
            "Each person is paged at most 10 times in 15 minutes over all incidents; "
            "bo at most 3 times in 1 day."
        ),
        "The channel ops is paged by levels at most 3 times in 1 hour over all incidents.",
        "Of 10 pages, 4 are for any severity, 3 for SEV1 alone and 3 for summaries.",
        "Of 3 pages, 1 is for any severity, 1 for SEV1 alone and 1 for summaries.",
        BEYOND,
    )


def test_a_limit_of_one_person_is_written_for_that_person_alone() -> None:
    """A single severity is the worst one."""
    text = WHOLE.replace("bo: {}", "bo: { limit: 20 per 1h }")
    text = text.replace("  SEV2: { means: less bad }\n", "").replace(", SEV2: 1h }", " }")
    assert said(document(text), "Limits of pages")[:2] == (
        "bo is paged at most 20 times in 1 hour over all incidents.",
        "Of 20 pages, 13 are for one incident each and 7 for summaries.",
    )


@pytest.mark.parametrize("text", [WHOLE, DEFAULT])
def test_without_limits_the_document_has_no_words_about_them(text: str) -> None:
    """Readers need not read about what the policy lacks."""
    assert "Limits of pages" not in texts(document(text))


def test_a_role_says_how_many_incidents_one_person_may_hold_it_in() -> None:
    """It also says what happens beyond that."""
    text = WHOLE.replace("duties: Writes", "duties: Writes, count: many, at_once: 2")
    assert (
        "Scribe: held by 1 to any number of people; by one person in at most 2 incidents at once "
        "(the incident reports more to whoever assigned it)."
    ) in said(document(text), "3. Roles")
