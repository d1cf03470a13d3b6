"""Limits of pages in words, and in how many incidents somebody may hold a role at once."""

import pytest

from tests.policies.render.documents import DEFAULT, document, said, texts
from tests.policies.written import WHOLE

LIMIT = "paging: { channels: [pager], limit: 10 per 15m }"
LIMITED = WHOLE.replace("paging: { channels: [pager] }", LIMIT)
OPS = "ops: { kind: log, limit: 3 per 1h }"
BEYOND = (
    "The engine holds pages beyond that and sends one summary that lists their incidents, "
    "the worst first. For an escalation they count as sent; "
    "an acknowledgement drops those of its levels."
)


def test_a_limit_says_how_often_and_what_of_it_is_kept() -> None:
    """By the function that holds pages back."""
    assert said(document(LIMITED), "Limits of pages") == (
        "Each person is paged at most 10 times in 15 minutes over all incidents.",
        "Of 10 pages, 4 are for any severity, 3 for SEV1 alone and 3 for summaries.",
        BEYOND,
    )


def test_whoever_has_a_limit_of_their_own_is_named() -> None:
    """So is a channel; limits of one size are divided once."""
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


def test_a_limit_of_somebody_alone_is_nobody_else_s() -> None:
    """Where there is one severity, it is the worst."""
    text = WHOLE.replace("bo: {}", "bo: { limit: 20 per 1h }")
    text = text.replace("  SEV2: { means: less bad }\n", "").replace(", SEV2: 1h }", " }")
    assert said(document(text), "Limits of pages")[:2] == (
        "bo is paged at most 20 times in 1 hour over all incidents.",
        "Of 20 pages, 13 are for one incident each and 7 for summaries.",
    )


@pytest.mark.parametrize("text", [WHOLE, DEFAULT])
def test_without_limits_nothing_is_said_of_them(text: str) -> None:
    """Nobody has to read of what is not so."""
    assert "Limits of pages" not in texts(document(text))


def test_a_role_says_in_how_many_incidents_it_is_held_at_once() -> None:
    """And what happens beyond that."""
    text = WHOLE.replace("duties: Writes", "duties: Writes, count: many, at_once: 2")
    assert (
        "Scribe: held by 1 to any number of people; by one person in at most 2 incidents at once "
        "(the incident reports more to whoever assigned it)."
    ) in said(document(text), "3. Roles")
