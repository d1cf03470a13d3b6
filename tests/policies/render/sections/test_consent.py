"""The document says in words who must consent, and what is special about roles."""

import pytest

from tests.policies.render.documents import document, rows, said
from tests.policies.test_shipped import blocks
from tests.policies.written import LEAST, WHOLE

DOCUMENTED = document("\n".join(blocks()))


def test_roles_say_when_and_where_they_must_be_held_and_who_may_hold_them() -> None:
    """The text says by time, state and condition who holds a role, and which roles exclude it."""
    roles = {row[0]: row[2] for row in rows(DOCUMENTED, "3. Roles")}
    assert roles["Second in command"] == "4 hours after the report"
    assert roles["Data protection officer"] == (
        "if the flag personal data is raised: in resolution; in review at SEV1 and SEV2"
    )
    told = said(DOCUMENTED, "3. Roles")
    assert "Technical team: held by 1 to any number of people." in told
    assert "Second in command: only for commander; never together with communication lead." in told
    assert (
        "Incident manager: better not together with communication lead; by one person in at most "
        "2 incidents at once (the incident reports more to whoever assigned it)."
    ) in told


def test_a_role_that_must_be_filled_in_time_has_its_deadline_and_actions() -> None:
    """It stands among the clocks, because it is one."""
    deadlines = {row[0]: row[1:] for row in rows(DOCUMENTED, "Deadlines (SLA)")}
    assert deadlines["Role of second in command"][:3] == (
        "Reported",
        "Role second in command taken",
        "4 hours",
    )
    set_off = [row[1:] for row in rows(DOCUMENTED, "What deadlines set off") if "second" in row[0]]
    assert set_off[0] == (
        "at the limit",
        "page incident manager; page the next level, acknowledged or not",
    )


def test_authority_is_written_with_its_exceptions() -> None:
    """Severities, conditions, and people who may give a command only later are written out."""
    may = {row[0]: row[2] for row in rows(DOCUMENTED, "Who may do what")}
    assert may["Begin resolution"] == (
        "Technical team; at SEV1 incident manager; 30 minutes after asking, technical team too"
    )
    assert may["Resolve"].endswith("if the flag personal data is raised, data protection officer")
    assert may["Close"] == (
        "Incident manager, team payments or whoever is on call by payments-primary"
    )


def test_authority_over_a_severity_follows_the_worse_of_two() -> None:
    """That is the new one if it rises, the old one if it falls."""
    of_changes = document(
        WHOLE
        + "severity_rules:\n"
        + "  raise: { by: anyone, SEV1: ana }\n"
        + "  lower: { by: anyone, SEV1: [ana, bo] }\n"
        + "authority: { set_severity: { by: anyone, SEV1: ana } }\n"
        + "approvals: { set_severity: { by: [ana, bo], severities: SEV1 } }\n"
    )
    changing = said(of_changes, "Changing a severity")
    assert changing[0].startswith("It may be raised by anyone; to SEV1 by ana. ")
    assert changing[1].startswith("It may be lowered by anyone; from SEV1 by ana or bo. ")
    where = "if the worse of the severities before and after is SEV1"
    may = next(row[2] for row in rows(of_changes, "Who may do what") if row[0] == "Set severity")
    assert may == f"Anyone; {where}, ana"
    [[_, asked, *_]] = rows(of_changes, "What others must approve")
    assert asked == where


def test_authority_over_one_milestone_has_a_line_of_its_own() -> None:
    """If there is a line for all milestones, it stands beside that."""
    written = "milestones: [told]\nauthority: { set_milestone:told: { by: bo, needs: reason } }\n"
    *_, line = rows(document(WHOLE + written), "Who may do what")
    assert line == (
        "Set milestone told",
        "the milestone told happened, is corrected or withdrawn",
        "bo",
        "a reason in words",
    )


def test_people_who_may_only_confirm_a_severity_are_not_listed_as_changing_it() -> None:
    """The list of commands that anyone may give leaves that command out."""
    limited = said(document(WHOLE + "severity_rules: { lower: ana }\n"), "Who may do what")
    [others] = [text for text in limited if text.startswith("Any of the people may give")]
    assert "set severity" not in others
    words = (
        'Set severity: any of the people may confirm; "Changing a severity" says who may change it.'
    )
    assert words in limited
    both = said(
        document(
            WHOLE + "severity_rules: { lower: ana }\nauthority: { set_severity: [ana, bo] }\n"
        ),
        "Who may do what",
    )
    assert 'Set severity: "Changing a severity" also says who may change a severity.' in both
    assert not any(
        "Changing a severity" in text for text in said(document(WHOLE), "Who may do what")
    )


def test_approvals_name_the_people_the_number_and_what_follows_without_a_decision() -> None:
    """Each group is asked after the time of the groups before it."""
    [resolve, update, _] = rows(DOCUMENTED, "What others must approve")
    assert resolve == (
        "Resolve",
        "at SEV1 and SEV2",
        "2 of: cy or team payments",
        (
            "after 30 minutes responders too; after 1 hour incident manager too; "
            "after 1 hour 30 minutes it is refused"
        ),
    )
    assert update[3] == "after 10 minutes it may be done without"


def test_the_document_says_how_far_back_a_fact_may_be_dated() -> None:
    """It also says what is asked beyond that, and names the default of five minutes."""
    dated = "Backdated facts"
    assert said(document(LEAST), dated)[0] == (
        "A fact dated back further than 5 minutes needs a reason."
    )
    entry = "backdating: { reason_after: 0s, approval_after: 4h, approved_by: [ana, bo] }\n"
    told = document(WHOLE + entry)
    assert said(told, dated)[:2] == (
        "A backdated fact needs a reason.",
        "Further than 4 hours, it also needs an approval.",
    )
    [[what, *_]] = rows(told, "What others must approve")
    assert what == "a fact dated back further than 4 hours"


def test_the_document_has_overrides_and_handovers_only_if_the_policy_has_them() -> None:
    """It says what can be overruled, by whom, and what a handover needs."""
    assert said(DOCUMENTED, "Override")[1] == (
        "This overrules authority and approvals, and roles that nobody holds, steps that are not "
        "done and that a role moves only when somebody accepts it, and nothing else."
    )
    assert "The holder tells them: status, open questions and next steps." in said(
        DOCUMENTED, "Handover"
    )
    least = str(document(LEAST))
    assert "Override" not in least
    assert "must approve" not in least


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("remind_after: 8h", "Holders of a role get a reminder to hand it over after 8 hours."),
        (
            "remind_at_shift_end: true",
            (
                "Holders of a role get a reminder to hand it over at the end of the shift in which "
                "they got it."
            ),
        ),
        (
            "remind_after: 8h, remind_at_shift_end: true",
            (
                "Holders of a role get a reminder to hand it over after 8 hours and at the end of "
                "the shift in which they got it."
            ),
        ),
    ],
)
def test_reminders_to_hand_over_are_one_whole_sentence(written: str, words: str) -> None:
    """The policy may have one of the reminders, or both."""
    schedules = "schedules: { duty: { rotation: { people: [ana], hand_over: daily 09:00 } } }\n"
    text = f"{WHOLE}{schedules}handover: {{ accept_within: 5m, {written} }}\n"
    assert said(document(text), "Handover")[-1] == words
