"""The seventeen questions: the policy answers each, and an open one is found."""

import re

import pytest

from models.policy import Policy
from policies.check import findings
from policies.reading.load import parse_policy
from policies.reading.tree import Loc
from policies.render.questions.table import QUESTIONS
from policies.render.writing.document import Heading
from tests.policies.render.documents import DEFAULT, document, loaded, said, under
from tests.policies.written import LEAST, WHOLE

OPENED: dict[str, tuple[str, str, Loc, str]] = {
    "Q1": (r"  guidelines:\n(    - .*\n)+", "", ("principles",), "principles.guidelines"),
    "Q2": (r"principles:\n(  .*\n)+", "", (), "principles.framework"),
    "Q3": (r"  who: .*\n", "", ("reporting",), "reporting.who"),
    "Q4": (r"  required: \[title.*\n", "", ("reporting",), "reporting.required"),
    "Q5": (r"  tools: .*\n", "", ("reporting",), "reporting.tools"),
    "Q6": (
        r"    default: acknowledger        #.*\n",
        "",
        ("roles", "incident_manager"),
        "roles.incident_manager.default",
    ),
    "Q7": (
        r"    duties: \[Finds.*\n",
        "",
        ("roles", "technical_team"),
        "roles.technical_team.duties",
    ),
    "Q8": (
        r"  lead: .*\n((  .*\n)+?)  updates:\n.*\n",
        r"\1",
        ("communication",),
        "communication.lead",
    ),
    "Q9": (r"steps:\n(  .*\n)+", "", (), "steps"),
    "Q10": (r"clocks:\n(  .*\n)+", "", (), "clocks"),
    "Q11": (
        r"  audiences:\n(    .*\n)+  updates:\n.*\n",
        "",
        ("communication",),
        "communication.audiences",
    ),
    "Q12": (r"  led_by: .*\n", "", ("review",), "review.led_by"),
    "Q13": (r"record:\n(  .*\n)+", "", (), "record.stored_in"),
    "Q14": (r"  action_items: .*\n", "", ("review",), "review.action_items"),
    "Q15": (r"channels:\n(  .*\n)+", "", (), "channels"),
    "Q16": (r"  updates:\n.*\n", "", ("communication",), "communication.updates"),
    "Q17": (r"  checked_by: .*\n", "", ("communication",), "communication.checked_by"),
}
"""For each question: what to remove from the default policy, and which place and words say so."""


def test_the_document_has_the_seventeen_questions_in_order() -> None:
    """An auditor finds them by their codes."""
    assert [question.code for question in QUESTIONS] == [f"Q{n}" for n in range(1, 18)]
    headings = [
        block.text
        for block in under(document(DEFAULT), "Questions and answers")
        if isinstance(block, Heading)
    ]
    assert [heading.partition(".")[0] for heading in headings] == [q.code for q in QUESTIONS]


def test_the_default_policy_leaves_no_question_open() -> None:
    """People copy that policy."""
    policy = loaded(DEFAULT).policy
    assert [gap for question in QUESTIONS for gap in question.gaps(policy)] == []


@pytest.mark.parametrize("code", OPENED)
def test_a_question_is_open_if_its_answer_is_missing(code: str) -> None:
    """The warning has the place of the missing answer, and names the key."""
    pattern, instead, loc, key = OPENED[code]
    text, times = re.subn(pattern, instead, DEFAULT, count=1)
    assert times == 1
    policy = loaded_whatever(text)
    found = [f for f in findings(policy) if f.what.startswith(f"{code}: ")]
    assert [(f.loc, f.instead) for f in found] == [(loc, f"add {key}")]


def loaded_whatever(text: str) -> Policy:
    """As much of a policy text as can be read, whether its parts fit or not."""
    policy = parse_policy(text.encode()).policy
    assert policy is not None
    return policy


def test_an_open_question_says_so_at_its_answer_and_at_the_end() -> None:
    """No reader takes a gap for an answer."""
    least = document(LEAST)
    for question in QUESTIONS:
        title = f"{question.code}. {question.asks[:1].upper()}{question.asks[1:]}"
        assert any(text.startswith("Left open") for text in said(least, title))
    end = said(least, "What this policy leaves unanswered")
    assert [text for text in end if "is not answered" in text] == [
        f"{question.code}: {question.asks} is not answered" for question in QUESTIONS
    ]


ANSWERS = {
    "Q1. Which principles guide the team": "Restore service first; look for causes afterwards.",
    "Q3. Who may report an incident": (
        "Anyone or monitoring, by monitoring, the command line, the API, the web pages or Temporal."
    ),
    "Q4. What a report must contain": "Affected systems",
    "Q6. Who becomes incident manager and how": "Incident manager is the person who acknowledges.",
    "Q8. Who speaks for the incident": (
        "Communication lead, which is cy, from the start. It has no deputy."
    ),
    "Q10. Which deadlines (SLA) hold for each step": (
        "Diagnose, from assessed to diagnosed: SEV1: 1 hour; SEV2: 4 hours; SEV3: 2 days."
    ),
    "Q12. Who runs the review": "It is led by incident manager.",
    "Q13. What is documented and where it is kept": "It is kept in documents.",
    "Q15. Which channels are used": "People are paged by: pager, else email, else log.",
}


@pytest.mark.parametrize("title", ANSWERS)
def test_an_answer_comes_from_the_policy(title: str) -> None:
    """It is a sentence that can be read alone."""
    assert ANSWERS[title] in said(document(DEFAULT), title)


def test_the_incident_manager_is_the_role_that_manages_or_else_the_first() -> None:
    """A policy may give it any name."""
    text = LEAST + "roles: { scribe: { duties: Writes }, boss: { default: acknowledger } }\n"
    assert said(document(text), "Q6. Who becomes incident manager and how")[0].startswith("Scribe")
    text = text.replace("boss", "incident_manager")
    assert said(document(text), "Q6. Who becomes incident manager and how")[0] == (
        "Incident manager is the person who acknowledges."
    )


def test_a_policy_without_reviews_needs_nobody_to_lead_them() -> None:
    """The question has an answer: there is no review."""
    policy = loaded(LEAST + "review: { required: { SEV1: never, SEV2: never } }\n").policy
    question = next(q for q in QUESTIONS if q.code == "Q12")
    assert list(question.gaps(policy)) == []


def test_an_update_that_a_clock_waits_for_counts_as_frequency() -> None:
    """It stands beside the updates that the policy promises by severity."""
    text = (
        WHOLE
        + "  calls: { from: reported, to: update:all, within: 30m, recurs: true, until: closed }\n"
        + "communication: { audiences: { all: { channels: log } } }\n"
    )
    words = (
        "All: an update by the clock calls, 30 minutes; "
        "starts again whenever it stops, until closed."
    )
    assert words in said(document(text), "Q16. How often audiences hear")
    assert words in said(document(text), "How often each audience hears")


def test_the_document_says_that_nothing_reminds_of_action_items() -> None:
    """Nobody may rely on a reminder that never comes; the document names whose duty it is."""
    told = said(document(DEFAULT), "Q14. How lessons and action items are followed up")
    assert (
        "The engine reminds nobody of an action item, even if it is overdue: this is up to "
        "its owner, and to the people who follow it up."
    ) in told
    assert "Incident manager sees lessons and action items through to their end." in told
    assert told[-1].startswith("Duties of incident manager, who leads the review: ")
    assert told[-1].endswith("; Follows action items to their end.")


def test_a_follow_up_that_nobody_sees_through_is_a_gap() -> None:
    """The key is named where the review is; a policy without reviews needs nobody."""
    text = DEFAULT.replace("  followed_up_by: incident_manager\n", "")
    told = said(document(text), "Q14. How lessons and action items are followed up")
    assert "Nobody is named who sees them through to their end." in told
    assert "Left open: add review.followed_up_by." in told
    never = loaded(LEAST + "review: { required: never, action_items: false }\n").policy
    question = next(q for q in QUESTIONS if q.code == "Q14")
    assert list(question.gaps(never)) == []


def test_who_must_approve_updates_answers_who_checks_them() -> None:
    """Nobody needs to be named twice."""
    approved = loaded(WHOLE + "approvals: { post_update: { by: [ana, bo] } }\n").policy
    question = next(q for q in QUESTIONS if q.code == "Q17")
    assert list(question.gaps(approved)) == []


def test_the_document_says_whether_anybody_checks_updates() -> None:
    """Somebody has the duty; only an approval checks an update before it goes out."""
    title = "Q17. Who ensures that communication is clear and consistent"
    told = said(document(DEFAULT), title)
    assert "Communication lead checks that communication is clear and consistent." in told
    assert "The engine asks nobody to check an update before it goes out." in told
    assert any("Ensures that communication is clear and consistent" in text for text in told)
    named = WHOLE + "communication: { checked_by: [role:lead, ana] }\n"
    assert "Lead and ana check that communication is clear and consistent." in said(
        document(named), title
    )
    approved = WHOLE + "approvals: { post_update: { by: [ana, bo] } }\n"
    told = said(document(approved), title)
    assert any(text.startswith("Updates are checked before they go out") for text in told)
    assert not any("asks nobody to check" in text for text in told)
