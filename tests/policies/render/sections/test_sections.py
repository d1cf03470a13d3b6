"""The functions that decide also write each section: escalation, severity, cadence."""

from datetime import timedelta
from itertools import product

import pytest

from models.incident.escalation import EscalationProgress
from policies.render.sections.escalations import FIRST_PAGE_AT, pages
from policies.render.writing.document import Table
from rules.paging.escalation import NoPage, Page, WaitForAnswer, next_page
from rules.severity.rating import by_attributes
from tests.policies.render.documents import DEFAULT, document, rows, said, under, view
from tests.policies.test_shipped import blocks
from tests.policies.written import LEAST, WHOLE

DOCUMENTED = "\n".join(blocks())
MATRIX = """\
severity_rules:
  default: SEV2
  from:
    highest_of:
      - impact: [one, all]
        urgency: { values: [low, high], from: { load: [a, b], hours: [night, day] }, \
matrix: [[low, low], [low, high]] }
        matrix: [[SEV2, SEV2], [SEV2, SEV1]]
      - data: { kept: none, lost: SEV1 }
  caps: { place=lab: SEV2 }
  at_least: { flag vip: SEV1 }
  frozen_after: resolved
  raise: { by: lead, running_clocks: keep }
  lower: { by: ana, needs: reason, running_clocks: restart }
flags: [vip]
attributes: { place: [lab, shop] }
"""


def test_the_function_that_pages_writes_the_escalation() -> None:
    """Every level has its time; repeats, and who is paged last, are written out."""
    assert rows(document(DEFAULT), "Escalation: default") == (
        ("at once", "1", "ana", "5 minutes"),
        ("5 minutes", "2", "bo", "10 minutes"),
        ("15 minutes", "3", "cy, ana and bo", "15 minutes"),
    )
    assert said(document(DEFAULT), "Escalation: default")[-1] == (
        "After the last level everything repeats 2 times; "
        "1 hour 30 minutes after the first page it ends."
    )


def test_pages_come_at_the_times_that_the_document_gives() -> None:
    """If nobody answers, an incident pages at the same minutes."""
    policy = view(DEFAULT).compiled.escalation
    assert policy is not None
    progress, found = EscalationProgress(), []
    for minute in range(200):
        now = FIRST_PAGE_AT + timedelta(minutes=minute)
        match next_page(policy, progress, now):
            case Page(level=level, cycle=cycle, next_at=next_at):
                found.append((timedelta(minutes=minute), level))
                progress = EscalationProgress(level=level, cycle=cycle, next_at=next_at)
            case WaitForAnswer():
                continue
            case NoPage():
                break
    assert [(after, page.level) for after, page in pages(policy)] == found


def test_each_service_names_the_escalation_that_it_follows() -> None:
    """That is its own, or the default; the channels of each level follow."""
    text = document(DOCUMENTED)
    assert said(text, "Escalation: platform")[0] == "For incidents of database."
    assert said(text, "Escalation: default")[0] == (
        "For incidents of checkout and every other service, or none."
    )
    assert rows(text, "Escalation: platform")[1] == (
        "10 minutes",
        "2",
        "the channel pager",
        "10 minutes",
    )
    assert ("database", "Platform", "cy", "Platform") in rows(text, "Services")


def test_a_severity_table_has_in_each_cell_what_the_engine_would_decide() -> None:
    """Each table stands alone; a computed attribute has a table of its own."""
    found = [
        block
        for block in under(document(WHOLE + MATRIX), "How an incident gets its severity")
        if isinstance(block, Table)
    ]
    assert found == [
        Table(("Load", "Hours night", "Hours day"), (("A", "Low", "Low"), ("B", "Low", "High"))),
        Table(
            ("Impact", "Urgency low", "Urgency high"),
            (("One", "SEV2", "SEV2"), ("All", "SEV2", "SEV1")),
        ),
        Table(("Data", "Severity"), (("Kept", "none"), ("Lost", "SEV1"))),
    ]


def test_a_matrix_agrees_with_the_severity_of_an_incident() -> None:
    """This holds for every cell of the documentation's matrix."""
    policy = view(DOCUMENTED).compiled
    [table] = [
        block
        for block in under(document(DOCUMENTED), "How an incident gets its severity")
        if isinstance(block, Table) and block.head[0] == "Impact"
    ]
    values = [name.removeprefix("Urgency ") for name in table.head[1:]]
    for row, (place, urgency) in product(table.rows, enumerate(values, 1)):
        given = by_attributes(policy, {"impact": (row[0].lower(),), "urgency": (urgency,)})
        assert given is not None
        assert row[place] == given[0]


def test_the_bounds_of_a_severity_and_the_effects_of_changing_it_have_words() -> None:
    """The words say who may, and what happens to running clocks."""
    text = document(WHOLE + MATRIX)
    comes_about = said(text, "How an incident gets its severity")
    assert "While the flag vip is raised, it is at least SEV1." in comes_about
    assert "While place is lab, it is at most SEV2, in every case." in comes_about
    assert "If nothing gives it, it is SEV2." in comes_about
    assert said(text, "Changing a severity") == (
        "It may be raised by lead. Clocks that run then keep their target.",
        "It may be lowered by ana, with a reason in words. Clocks that run then start anew.",
        "After resolved it no longer changes.",
        "Reviews go by the worst severity that an incident ever had.",
    )


def test_labels_of_alerts_are_listed_with_their_severity() -> None:
    """The labels are in the words of monitoring."""
    found = [
        block.rows
        for block in under(document(DEFAULT), "How an incident gets its severity")
        if isinstance(block, Table)
    ]
    assert found == [
        (
            ("severity", "critical", "SEV1"),
            ("severity", "error", "SEV2"),
            ("severity", "warning", "SEV3"),
            ("severity", "info", "SEV4"),
        )
    ]


def test_restricted_commands_are_listed_and_the_others_are_named() -> None:
    """Each command of the table is in one of the lists."""
    text = (
        WHOLE
        + "authority: { close: { by: lead, needs: reason },"
        + " cancel: { by: responders, reasons: [drill] } }\n"
    )
    found = {row[0]: row[2:] for row in rows(document(text), "Who may do what")}
    assert found == {
        "Acknowledge": ("Responders", ""),
        "Decline": ("Responders", ""),
        "Dispute acknowledgement": ("Lead", ""),
        "Assign role": ("Responders", ""),
        "Unassign role": ("Responders", ""),
        "Hand over": ("Responders", ""),
        "Adopt policy": ("Lead", "a reason in words"),
        "Close": ("Lead", "a reason in words"),
        "Cancel": ("Responders", "one of the reasons drill"),
    }
    others = next(
        t for t in said(document(text), "Who may do what") if t.startswith("Any of the people")
    )
    assert "mitigate" in others
    assert "record alerts" not in others


def test_roles_say_when_they_must_be_held_and_who_takes_them() -> None:
    """Severities with the same time stand together."""
    assert rows(document(DEFAULT), "3. Roles")[2] == (
        "Communication lead",
        (
            "Keeps stakeholders informed; Ensures that communication is clear and consistent; "
            "Ensures that everybody follows this policy"
        ),
        "SEV1: 15 minutes after the report; SEV2: 1 hour after the report",
        "cy, from the start",
        "",
        "communication_lead",
    )
    assert rows(document(DOCUMENTED), "3. Roles")[0][2] == "SEV1 and SEV2: from the start"


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        ("", "When one is late: remind lead, and again after each further wait."),
        (", late: { 100%: page bo }", "When one is late, at the limit: page bo."),
        (
            ", late: { +10m: page bo }",
            "When one is late, 10 minutes after the limit: page bo.",
        ),
    ],
)
def test_the_document_says_what_happens_to_late_updates(added: str, sentence: str) -> None:
    """That is the engine's reminder, or what the policy has instead."""
    audience = "audiences: { all: { channels: log, on: [resolved] } }"
    text = WHOLE + (
        f"communication: {{ lead: lead, {audience}, updates: {{ all: {{ SEV1: 30m }} }}{added} }}\n"
    )
    assert sentence in said(document(text), "How often each audience hears")


def test_a_cadence_lists_its_other_paces_and_what_is_left_open() -> None:
    """A pace may depend on a state, the incident's age, or a declaration."""
    updates = (
        "SEV1: { every: 30m, in: { diagnosis: 15m }, after: { 4h: 1h },"
        " slower: { every: 2h, from: 3h, decided: 1h } }, SEV2: unspecified"
    )
    text = WHOLE + (
        "communication: { lead: lead, audiences: { all: { channels: log, on: [resolved] } },"
        f" updates: {{ all: {{ {updates} }} }} }}\n"
    )
    assert rows(document(text), "How often each audience hears") == (
        ("All", "30 minutes", "left open"),
    )
    assert (
        "All: SEV1: 15 minutes while the incident is in diagnosis, "
        "1 hour from 4 hours after the report, "
        "2 hours from 3 hours after the report, if any of the people declares it, "
        "1 hour after the report at the earliest."
    ) in said(document(text), "How often each audience hears")


def test_channels_are_listed_with_their_fallbacks() -> None:
    """The table shows the chain that a message follows."""
    assert ("Pager", "webhook", "Email") in rows(document(DEFAULT), "Channels of messages")
    assert rows(document(DEFAULT), "People")[0][3] == "Pager, else email, else log"
    assert rows(document(DOCUMENTED), "People")[2][3] == "Email, else log"
    assert rows(document(DEFAULT), "Audiences")[1][1] == "Status, else email, else log"


def test_calendars_have_their_hours_zone_and_holidays() -> None:
    """Days that follow each other are written as a range."""
    assert rows(document(DOCUMENTED), "Calendars")[2:] == (
        ("Office", "Europe/London", "mon to fri 09:00 to 17:00; 2026-12-19 like a mon", "GB-ENG"),
        ("Bank holidays", "Europe/London", "holidays 00:00 to 24:00", "GB-ENG"),
        (
            "On call",
            "Europe/London",
            "mon to fri 07:00 to 10:00 and 17:00 to 22:00; sat, sun and holidays 07:00 to 22:00",
            "GB-ENG and 2026-12-24",
        ),
    )


def test_a_hold_names_the_clocks_that_it_pauses() -> None:
    """The clocks depend on the reason; without a list, any reason may be given."""
    assert said(document(DEFAULT), "Holds")[:2] == (
        "Third party: pauses diagnose and resolve.",
        "Change window: pauses resolve.",
    )
    assert said(document(LEAST), "Holds")[0] == "An incident may be put on hold for any reason."


def test_the_identities_of_people_are_listed_if_there_are_any() -> None:
    """By them an OpenID provider knows somebody; most policies need none."""
    plain = document(WHOLE)
    assert "Also known as" not in str(plain)
    more = document(WHOLE.replace("bo: {}", "bo: { identities: [bo-7, bo@example.com] }"))
    assert "Also known as" in str(more)
    assert "bo-7 and bo@example.com" in str(more)
