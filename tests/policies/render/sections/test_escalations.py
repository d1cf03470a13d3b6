"""Escalations in words: levels, hours, other escalations to follow, and repeats."""

from tests.policies.render.documents import document, rows, said
from tests.policies.written import WHOLE

LADDERS = WHOLE.replace(
    "  default: [{ page: ana, wait: 5m }, { page: bo, wait: 5m }, { repeat: 1 }]\n",
    """\
  default:
    - { when: plan=gold, severity: SEV1, follow: gold }
    - { severity: SEV2, follow: none }
    - { round_robin: [ana, bo], hours: 09:00-17:00, wait: 5m }
    - { page: bo, only_in: office, if_firing: true, wait: 10m }
    - { page: ana, wait: 5m }
    - { repeat: 1, on_raise: restart, forgotten_after: 30m }
  gold:
    - { page: bo, wait: 2m }
    - { on_raise: continue }
attributes: { plan: [basic, gold] }
calendars: { office: { days: mon-fri, hours: 09:00-17:00 } }
""",
)


def test_a_level_names_its_targets_hours_and_turns() -> None:
    """It says in whose zone the hours are, and whether alerts must still fire."""
    assert rows(document(LADDERS), "Escalation: default") == (
        (
            "at once",
            "1",
            "one of ana and bo, in turn; only from 09:00 to 17:00, by their own local clock",
            "5 minutes",
        ),
        (
            "5 minutes",
            "2",
            "bo; only while office is open, by their own local clock; only while its alerts fire",
            "10 minutes",
        ),
        ("15 minutes", "3", "ana", "5 minutes"),
    )


def test_an_escalation_says_what_replaces_it_and_how_it_goes_on() -> None:
    """It names the other escalation, its severity and condition, and what stops and resumes it."""
    told = said(document(LADDERS), "Escalation: default")
    assert "Severity SEV1 and plan is gold: the escalation gold." in told
    assert "Severity SEV2: nobody is paged." in told
    assert (
        "If nobody does anything for 30 minutes after an acknowledgement, it goes on from the "
        "level where it stopped, until somebody does."
    ) in told
    assert "A raised severity pages the first level again, and goes on from there." in told


def test_an_escalation_that_others_follow_has_its_own_words() -> None:
    """Each appears once."""
    told = said(document(LADDERS), "Escalation: gold")
    assert "Followed if another escalation says so." in told
    assert "A raised severity pages the next level at once, and goes on from there." in told
