"""Checks of escalations find lines that never count, and hours that leave nobody."""

import pytest

from models.policy import Policy
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from tests.policies.written import LEAST, MARK, errors, expected_at, warnings

BASE = (
    LEAST
    + """\
people: { ana: { zone: Europe/London }, bo: { zone: Asia/Kolkata } }
channels: { log: { kind: log } }
paging: { channels: log }
attributes: { plan: [basic, gold] }
calendars: { office: { days: mon-fri, hours: 09:00-17:00 }, always: 24x7 }
escalations:
  slow: [{ page: bo, wait: 1h }]
  default:
"""
)

WRONG = {
    "a level without a wait": (
        "    - §{ page: ana }\n",
        "this level does not say how long to wait",
    ),
    "page and round robin": (
        "    - §{ page: ana, round_robin: [ana, bo], wait: 5m }\n",
        "whom to page is given twice",
    ),
    "hours said twice": (
        "    - §{ page: ana, wait: 5m, hours: 09:00-17:00, only_in: office }\n",
        "its hours are given twice",
    ),
    "a branch without a condition": (
        "    - §{ follow: slow }\n    - { page: ana, wait: 5m }\n",
        "this line does not say when to follow slow",
    ),
    "a branch without anything to follow": (
        "    - §{ severity: SEV2 }\n    - { page: ana, wait: 5m }\n",
        "this line does not say what to follow",
    ),
    "a branch that is a level": (
        "    - §{ severity: SEV2, page: ana, wait: 5m }\n",
        "severity and page are two lines",
    ),
    "a stranger in turn": (
        "    - { round_robin: [ana, §bob], wait: 5m }\n",
        "there is no person, role, channel or schedule bob; did you mean bo?",
    ),
    "nothing to follow": (
        "    - { severity: SEV2, follow: §slw }\n    - { page: ana, wait: 5m }\n",
        "there is no escalation slw; did you mean slow?",
    ),
    "a severity that there is not": (
        "    - { severity: [§SEV9], follow: slow }\n    - { page: ana, wait: 5m }\n",
        "there is no severity SEV9",
    ),
    "an attribute that there is not": (
        "    - { when: [§plna=gold], follow: slow }\n    - { page: ana, wait: 5m }\n",
        "there is no attribute or flag plna",
    ),
    "itself": (
        "    - { severity: SEV2, follow: §default }\n    - { page: ana, wait: 5m }\n",
        "default follows itself",
    ),
    "a calendar that there is not": (
        "    - { page: ana, wait: 5m, only_in: §ofice }\n",
        "there is no calendar ofice; did you mean office?",
    ),
    "conduct that is not at the end": (
        "    - { §on_raise: restart }\n    - { page: ana, wait: 5m }\n",
        "on_raise must be the last line",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_line_that_makes_no_sense_is_an_error(case: str) -> None:
    """The error has its place and says what is wrong."""
    marked, what = WRONG[case]
    (line,) = errors(marked.replace(MARK, ""), to=BASE)
    (expected,) = expected_at(BASE + marked, [f"error: {what}"])
    assert line.startswith(expected)


def test_an_escalation_that_follows_others_cannot_be_followed() -> None:
    """Its own lines of that kind would not count there."""
    text = (
        "    - { severity: SEV2, follow: other }\n    - { page: ana, wait: 5m }\n"
        "  other: [{ severity: SEV1, follow: slow }, { page: bo, wait: 5m }]\n"
    )
    (line,) = errors(text, to=BASE)
    assert "other itself follows others, which does not count here" in line


def test_lines_that_never_count_are_reported() -> None:
    """A line before them always counts, or every severity follows another escalation."""
    found = warnings(
        "    - { severity: SEV1, follow: none }\n"
        "    - { severity: SEV1, when: plan=gold, follow: slow }\n"
        "    - { severity: SEV2, follow: slow }\n"
        "    - { page: ana, wait: 5m }\n",
        to=BASE,
    )
    assert any("this line never counts: one before it always does" in line for line in found)
    assert any("the levels of default never count" in line for line in found)


def test_turns_need_several_people_each_named_once() -> None:
    """One person alone takes no turns, and a person named twice takes two."""
    alone = warnings("    - { round_robin: [ana], wait: 5m }\n", to=BASE)
    assert any("a round robin of one has no turns; write page: ana" in w for w in alone)
    twice = warnings("    - { round_robin: [ana, bo, ana], wait: 5m }\n", to=BASE)
    assert any("ana is given twice, so it is paged twice as often" in w for w in twice)


def test_hours_that_leave_nobody_are_reported_once_in_the_zone_of_the_policy() -> None:
    """From nine in Kolkata to five in London somebody is there: hours are in each zone."""
    found = warnings("    - { page: [ana, bo], hours: 09:00-17:00, wait: 5m }\n", to=BASE)
    gap = "nobody of default is within their hours at night (17:00-03:30), UTC: the first"
    assert any(gap in line for line in found)
    covered = "    - { page: ana, hours: 09:00-17:00, wait: 5m }\n    - { page: bo, wait: 5m }\n"
    assert not any("within their hours" in line for line in warnings(covered, to=BASE))
    always = "    - { page: ana, only_in: always, wait: 5m }\n"
    assert not any("within their hours" in line for line in warnings(always, to=BASE))


def policy(text: str) -> Policy:
    """The policy of a text that has no problems."""
    read = parse_policy((BASE + text).encode(), "test.yaml")
    assert read.policy is not None, read.problems
    return read.policy


def test_an_incident_carries_everything_that_can_count() -> None:
    """That is levels with their hours and turns, other escalations to follow, and repeats."""
    compiled = compile_policy(
        policy(
            "    - { severity: SEV2, when: plan=gold, follow: slow }\n"
            "    - { severity: SEV2, follow: none }\n"
            "    - { round_robin: [ana, bo], hours: 09:00-17:00, wait: 5m }\n"
            "    - { page: ana, only_in: office, if_firing: true, wait: 5m }\n"
            "    - { repeat: 2, on_raise: restart, forgotten_after: 30m }\n"
        ),
        "0" * 64,
    )
    escalation = compiled.escalation
    assert escalation is not None
    gold, quiet = escalation.branches
    assert (gold.severities, gold.when, gold.follow.name) == (("SEV2",), ("plan=gold",), "slow")
    assert (quiet.follow.name, quiet.follow.levels) == ("none", ())
    turn, office = escalation.levels
    assert (turn.page, turn.in_turn) == (("person:ana", "person:bo"), True)
    assert turn.hours is not None
    assert turn.hours.opens[0].hours == (("09:00", "17:00"),)
    assert office.hours is not None
    assert (office.hours.name, office.if_firing) == ("office", True)
    assert (escalation.repeat, escalation.on_raise) == (2, "restart")
    assert escalation.forgotten_after is not None
    assert escalation.forgotten_after.total_seconds() == 30 * 60
    assert {name: person.zone for name, person in compiled.people.items()} == {
        "ana": "Europe/London",
        "bo": "Asia/Kolkata",
    }
