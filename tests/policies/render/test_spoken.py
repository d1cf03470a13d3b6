"""The document reads as people write: names are words, but for those that must be typed."""

import re

import pytest

from policies.render.formats import Format, rendered
from policies.render.writing.document import Document, Section, Verbatim
from policies.render.writing.spoken import speaking
from tests.policies.render.documents import DEFAULT, document, loaded, rows, said, texts
from tests.policies.test_examples import NAMES, example
from tests.policies.written import LEAST, WHOLE

SNAKE = re.compile(r"(?<![\w./=])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w=/]|\.\w)")
"""A name as machines have it, unless it is part of a path or of a label."""

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
def test_no_name_stands_as_a_machine_has_it(text: str) -> None:
    """In sentences, tables, headings and the drawing; only the roles say how they are typed."""
    made = document(text)
    shown = [t for section in made.sections[:7] for t in texts_of_section(section)]
    assert [found for t in shown for found in SNAKE.findall(t)] == []
    drawing = re.findall(r"```mermaid.*?```", rendered(loaded(text), Format.MARKDOWN), re.DOTALL)
    assert SNAKE.findall(drawing[0]) == []
    page = re.findall(r"<svg.*?</svg>", rendered(loaded(text), Format.HTML))
    assert SNAKE.findall(page[0]) == []


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_examples_are_words_too(name: str) -> None:
    """Whatever a policy of a real organisation gives a name to."""
    drawn = rendered(example(name), Format.MARKDOWN)
    body = drawn.partition("## What this policy leaves unanswered")[0].partition("## 1.")[2]
    typed = {role for role in example(name).policy.roles if "_" in role}
    shown = body.replace("\\_", "_")
    assert set(SNAKE.findall(shown)) <= typed


def texts_of_section(section: Section) -> list[str]:
    """The texts of one section, without those that are typed so."""
    return [t for t in texts(Document("", (), (section,))) if not isinstance(t, Verbatim)]


def test_a_role_says_once_how_it_is_typed() -> None:
    """For whoever gives commands."""
    assert rows(document(DEFAULT), "3. Roles")[0][-1] == "incident_manager"
    assert str(document(DEFAULT)).count("communication_lead") == 1


def test_what_must_be_typed_stays() -> None:
    """Paths, labels, addresses, and what is said to be typed so."""
    speak = speaking(("lead_role", "role:lead_role"))
    assert speak("lead_role: it leads.") == "Lead role: it leads."
    assert speak("by lead_role.") == "by lead role."
    assert speak("role:lead_role") == "Role of lead role"
    for kept in ("roles.lead_role.duties", "lead_role=db", "https://a.b/lead_role", "a/lead_role"):
        assert speak(kept) == kept
    assert speak(Verbatim("lead_role")) == "lead_role"


def test_what_is_open_names_paths_as_they_are_written() -> None:
    """Its reader types them."""
    text = DEFAULT.replace("SEV2: 1w", "SEV2: unspecified")
    assert "clocks.review.within.SEV2" in said(document(text), "What this policy leaves unanswered")


def test_deadlines_are_called_sla_too() -> None:
    """So that whoever looks for the word finds them."""
    assert any(text == "Deadlines (SLA)" for text in texts(document(DEFAULT)))
    assert any("deadlines (SLA) hold" in text for text in texts(document(DEFAULT)))
