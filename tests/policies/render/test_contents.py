"""The document says what the policy says: all of its sections, and every number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policy.values.durations import parse_duration
from policies.render.contents import SECTIONS
from policies.render.writing.words import duration
from states.lifecycle import Trigger
from tests.examples import examples
from tests.policies.render.documents import DEFAULT, document, loaded, rows, said, texts, under
from tests.policies.test_shipped import blocks
from tests.policies.written import LEAST, WHOLE

SIX = (
    "1. Principles",
    "2. Reporting",
    "3. Roles",
    "4. Resolution steps and timelines",
    "5. Post-incident review and documentation",
    "6. Communication",
)
DOCUMENTED = "\n".join(blocks())
NUMBERS = tuple(
    found.span()
    for found in re.finditer(r"(?<![\w.-])[0-9]+[smhdw]\b(?!:)", DEFAULT)
    if not DEFAULT[: found.start()].rpartition("\n")[2].lstrip().startswith("#")
)
"""The places of the durations in the default policy."""


def test_six_sections_come_first_then_the_questions_then_the_gaps() -> None:
    """Auditors expect this order."""
    titles = tuple(section.title for section in document(DEFAULT).sections)
    assert titles[:6] == SIX
    assert titles[6:] == ("Questions and answers", "What this policy leaves unanswered")
    assert len(SECTIONS) == 7


def test_the_document_identifies_its_policy() -> None:
    """It has name, version, date, and the hash by which incidents name their policy."""
    facts = dict(document(DEFAULT).facts)
    assert facts["Version"] == "1.0"
    assert facts["In force from"] == "2026-01-01"
    assert facts["SHA-256 of the policy file"] == loaded(DEFAULT).policy_hash


def test_the_same_file_gives_the_same_document_even_under_another_name() -> None:
    """It contains no present time, no path and no random order."""
    assert document(DEFAULT) == document(DEFAULT)


def test_the_smallest_policy_has_a_whole_document() -> None:
    """If the policy is silent, the document says so."""
    least = document(LEAST)
    assert all(section.blocks for section in least.sections)
    assert "The policy sets none." in said(least, "Deadlines (SLA)")
    assert "The policy names no escalation: nobody is paged." in said(least, "Escalation")


def test_the_default_policy_has_many_durations() -> None:
    """The next test changes each of them."""
    assert len(NUMBERS) > 35


@pytest.mark.parametrize("place", NUMBERS, ids=lambda place: DEFAULT[slice(*place)])
def test_a_change_of_any_duration_changes_the_document(place: tuple[int, int]) -> None:
    """It contains each duration: waits, targets, cadences, retention and all others."""
    start, end = place
    changed = DEFAULT[:start] + "23h17m" + DEFAULT[end:]
    assert "23 hours 17 minutes" in " ".join(texts(document(changed)))


@examples(15)
@given(
    severity=st.sampled_from(("SEV1", "SEV2", "SEV3", "SEV4")),
    minutes=st.integers(min_value=1, max_value=100_000),
)
def test_a_target_has_the_row_of_its_clock_and_the_column_of_its_severity(
    severity: str, minutes: int
) -> None:
    """Another target changes that cell and nothing else of the table."""
    written = f"{severity}: {minutes}m"
    changed = re.sub(
        rf"(  resolve:\n.*\n.*\n    within: .*?){severity}: \w+", rf"\g<1>{written}", DEFAULT
    )
    before, after = (
        rows(document(DEFAULT), "Deadlines (SLA)"),
        rows(document(changed), "Deadlines (SLA)"),
    )
    column = 3 + ("SEV1", "SEV2", "SEV3", "SEV4").index(severity)
    expected = [list(row) for row in before]
    row = next(row for row in expected if row[0] == "Resolve")
    row[column] = duration(parse_duration(f"{minutes}m"))
    assert [list(row) for row in after] == expected


def test_targets_for_all_and_for_major_incidents_fill_the_columns_of_their_severities() -> None:
    """The function that gives incidents their targets decides; left open and none differ."""
    text = LEAST.replace("means: bad", "means: bad, major: true") + (
        "calendars: { office: { days: mon-fri, hours: 09:00-17:00 } }\n"
        "clocks:\n"
        "  a: { from: reported, to: resolved, within: { major: 1h, any: 5d office } }\n"
        "  b: { from: reported, to: resolved, within: { SEV1: none, any: unspecified } }\n"
        "  c: { from: reported, to: resolved, within: { SEV2: 4h-8h office } }\n"
    )
    assert [row[3:] for row in rows(document(text), "Deadlines (SLA)")] == [
        ("1 hour", "5 working days of office"),
        ("–", "left open"),
        ("–", "4 hours of office (should), 8 hours of office (must)"),
    ]


def test_special_rules_of_a_clock_have_words() -> None:
    """These are conditions, second and moved limits, pauses, recurrence, and what it outlives."""
    particulars = said(document(DOCUMENTED), "Deadlines (SLA)")
    assert (
        "Regulator report: runs only if the flag personal data is raised; "
        "at the latest 1 month from flag personal data raised; "
        "a limit on a day that office does not work moves to the next one, 12:00; "
        "runs on after the incident is resolved, closed, cancelled or merged; "
        "may be extended, for a reason, by any of the people."
    ) in particulars
    assert "Resolve: paused while on hold for third party." in particulars
    assert "Journal: starts again whenever it stops, until resolved." in particulars


def test_every_action_has_words() -> None:
    """The words say what a threshold sets off, as the engine does it."""
    text = WHOLE + (
        "communication: { lead: lead, audiences: { all: { channels: log, on: [resolved] } } }\n"
        "holds: { reasons: [waiting] }\n"
    )
    chain = (
        "[notify all, notify lead, page bo, remind lead, escalate, escalate to 2, raise severity, "
        "raise severity once, raise severity to SEV1, assign lead bo, hold waiting, "
        "open incident Look again]"
    )
    text = text.replace(
        "SEV2: 1h } }", f"SEV2: 1h }}, at: {{ 50%: {chain}, +1h: escalate, -1h: escalate }} }}"
    )
    first, *others = rows(document(text), "What deadlines set off")
    assert first[1] == "after 50% of the time"
    assert first[2].split("; ") == [
        "notify all",
        "remind lead",
        "page bo",
        "remind lead",
        "page the next level, acknowledged or not",
        "page level 2, acknowledged or not",
        "make the severity one worse",
        "make the severity one worse, once",
        "raise the severity to SEV1, if it is less bad",
        "give lead to bo",
        "put the incident on hold: waiting",
        "open a linked incident: Look again",
    ]
    assert [row[1] for row in others] == ["1 hour after the limit", "1 hour before the limit"]


def test_the_transitions_are_those_of_the_lifecycle_with_the_demands_of_the_policy() -> None:
    """Steps, roles, reasons and authority stand beside each trigger."""
    asked = {row[0]: row[1:] for row in rows(document(DEFAULT), "What each transition requires")}
    assert list(asked) == [trigger.value.replace("_", " ").capitalize() for trigger in Trigger]
    assert asked["Begin diagnosis"] == (
        (
            "the severity is confirmed; somebody holds, if required by then: incident manager, "
            "technical team and communication lead; done: confirm impact"
        ),
        "Any of the people",
    )
    assert asked["Resolve"] == ("done: verify recovery", "Incident manager or technical team")
    assert asked["Acknowledge"] == ("nothing", "Responders")


def test_a_policy_without_reviews_closes_an_incident_when_it_is_resolved() -> None:
    """The document says so in every place that would speak of a review."""
    least = document(LEAST)
    assert rows(least, "5. Post-incident review and documentation") == (
        ("SEV1", "never: resolving closes it"),
        ("SEV2", "never: resolving closes it"),
    )
    [resolve] = [row for row in rows(least, "Lifecycle") if row[0] == "Resolve"]
    assert resolve[3] == "Closed"


def test_warnings_of_the_check_are_listed_with_their_place() -> None:
    """The place has no line number: a new comment in the file changes no open gap."""
    text = DEFAULT.replace(", SEV4: 1d }", ", SEV4: none }", 1).replace(
        "SEV2: 1w", "SEV2: unspecified"
    )
    open_now = rows(document(text), "What this policy leaves unanswered")
    assert (
        "clocks.review.within.SEV2",
        "clocks.review.within.SEV2 is left open, and meanwhile it has no time limit",
        "specify it, or write none",
    ) in open_now
    assert under(document(DEFAULT), "What this policy leaves unanswered") == under(
        document("# a comment\n" + DEFAULT), "What this policy leaves unanswered"
    )


def test_the_head_names_the_owner_and_the_next_review_of_the_policy() -> None:
    """Without them in the policy, there is no such line."""
    text = LEAST + "owner: Ana\napprover: The board\nnext_review: 2027-01-01\n"
    facts = dict(document(text).facts)
    assert (facts["Owner"], facts["Approved by"]) == ("Ana", "The board")
    assert facts["Next review"] == "2027-01-01"
    assert "Owner" not in dict(document(LEAST).facts)
