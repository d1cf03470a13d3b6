"""The document reads as people write: names are words, unless a reader must type them."""

import re

import pytest

from policies.render.formats import DocumentFormat, rendered
from policies.render.writing.document import PolicyDocument, Section, Verbatim
from policies.render.writing.plain_names import speaking
from tests.policies.render.documents import DEFAULT, document, loaded, rows, said, texts
from tests.policies.test_examples import NAMES, example
from tests.policies.written import LEAST, WHOLE

SNAKE = re.compile(r"(?<![\w./=])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w=/]|\.\w)")
"""A name in its machine form, unless it is part of a path or a label."""

NAMED = (
    WHOLE.replace("ana: { email", "ana: { teams: [first_aid], email")
    + """\
  regulator_told: { from: flag:personal_data, to: told_them, within: { any: 5d uk_office } }
calendars: { uk_office: { days: mon-fri, hours: 09:00-17:00 } }
schedules: { night_shift: { rotation: { people: [ana], hand_over: daily 09:00 } } }
milestones: [told_them]
dates: [review_meeting]
flags: [personal_data]
attributes: { data_kind: [card_numbers, none_at_all] }
authority: { set_milestone:told_them: { by: "on_call:night_shift" } }
holds: { reasons: [third_party] }
communication:
  lead: lead
  audiences: { board_members: { channels: log, on: [severity_changed], sees: [next_update] } }
"""
)


@pytest.mark.parametrize("text", [DEFAULT, NAMED, LEAST], ids=("default", "named", "least"))
def test_no_name_appears_in_its_machine_form(text: str) -> None:
    """This holds in sentences, tables, headings and the drawing; only roles show what to type."""
    made = document(text)
    shown = [t for section in made.sections[:7] for t in texts_of_section(section)]
    assert [found for t in shown for found in SNAKE.findall(t)] == []
    drawing = re.findall(
        r"```mermaid.*?```", rendered(loaded(text), DocumentFormat.MARKDOWN), re.DOTALL
    )
    assert SNAKE.findall(drawing[0]) == []
    page = re.findall(r"<svg.*?</svg>", rendered(loaded(text), DocumentFormat.HTML))
    assert SNAKE.findall(page[0]) == []


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_examples_are_words_too(name: str) -> None:
    """This holds for every name in a policy of a real organisation."""
    drawn = rendered(example(name), DocumentFormat.MARKDOWN)
    body = drawn.partition("## What this policy leaves unanswered")[0].partition("## 1.")[2]
    typed = {role for role in example(name).policy.roles if "_" in role}
    shown = body.replace("\\_", "_")
    assert set(SNAKE.findall(shown)) <= typed


def texts_of_section(section: Section) -> list[str]:
    """The texts of one section, except those that a reader types."""
    return [t for t in texts(PolicyDocument("", (), (section,))) if not isinstance(t, Verbatim)]


def test_a_role_shows_once_what_to_type() -> None:
    """People who give commands need it."""
    assert rows(document(DEFAULT), "3. Roles")[0][-1] == "incident_manager"
    assert str(document(DEFAULT)).count("communication_lead") == 1


def test_text_that_must_be_typed_stays() -> None:
    """That is paths, labels, addresses, and texts marked for typing."""
    speak = speaking(("lead_role", "role:lead_role"))
    assert speak("lead_role: it leads.") == "Lead role: it leads."
    assert speak("by lead_role.") == "by lead role."
    assert speak("role:lead_role") == "Role of lead role"
    for kept in ("roles.lead_role.duties", "lead_role=db", "https://a.b/lead_role", "a/lead_role"):
        assert speak(kept) == kept
    assert speak(Verbatim("lead_role")) == "lead_role"


def test_gaps_have_their_path_as_it_is_typed() -> None:
    """The reader types it."""
    text = DEFAULT.replace("SEV2: 1w", "SEV2: unspecified")
    assert "clocks.review.within.SEV2" in said(document(text), "What this policy leaves unanswered")


def test_deadlines_are_also_called_sla() -> None:
    """A reader who searches for the word finds them."""
    assert any(text == "Deadlines (SLA)" for text in texts(document(DEFAULT)))
    assert any("deadlines (SLA) hold" in text for text in texts(document(DEFAULT)))
