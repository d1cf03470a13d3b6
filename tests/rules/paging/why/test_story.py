"""Reads from the timeline alone where the escalation stood and what became of a page."""

from typing import Any

import pytest

from models.compiled import Branch, EscalationPolicy, RoleRule
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from rules.paging.why.story import (
    LadderPosition,
    held_by,
    ladder_at,
    levels_ahead,
    page_lines,
    position_at,
    severity_at,
)
from rules.record.timeline import note
from tests.specimens import ANA, POLICY, after, an_incident, done

QUIET = EscalationPolicy(name="quiet", levels=())


def told(incident: Incident, kind: str, minute: float, **data: Any) -> Incident:
    """One more line."""
    return note(incident, EntryKind(kind), kind, actor=ANA, now=after(minute), **data)


def test_an_owed_page_is_recorded_with_the_level_that_asked_for_it() -> None:
    """It says over which channel the page finally went, and which had failed before."""
    asked = {"level": 2, "target": "role:lead", "recipient": "bo", "key": "k", "reason": "silence"}
    incident = told(an_incident(), "page.failed", 5, channel="pager", **asked)
    incident = told(incident, "page.sent", 7, channel="mail", recipient="bo", key="k")
    incident = told(incident, "page.sent", 8, channel="sms", recipient="cy", key="other")
    _, line, other = page_lines(incident)
    assert (line.level, line.targets, line.tried) == (2, ("role:lead",), ("pager",))
    assert (line.data["channel"], line.data["reason"]) == ("mail", "silence")
    assert (other.level, other.targets, other.tried) == (0, (), ())


def test_stops_and_resumptions_decide_how_far_the_escalation_had_come() -> None:
    """A forgotten acknowledgement goes one level back; a round outside of hours, to the first."""
    incident = told(an_incident(), "page.sent", 5, level=2, next_at=after(15).isoformat())
    incident = told(incident, "incident.acknowledged", 6)
    incident = told(incident, "escalation.resumed", 40, level=2)
    incident = told(incident, "escalation.waits", 41, next_at=after(90).isoformat())
    stood = [position_at(POLICY, incident, after(minute)) for minute in (5, 6, 40, 41)]
    assert [found.level for found in stood] == [2, 2, 1, 0]
    assert [found.next_at for found in stood] == [after(15), after(15), after(40), after(90)]
    assert [bool(found.stopped) for found in stood] == [False, True, False, False]
    assert stood[1].by == (incident.timeline[-3].seq,)
    assert stood[2].by == ()


def test_an_older_page_that_told_no_wait_is_followed_by_that_of_its_level() -> None:
    """The wait counts from when the page was asked for."""
    incident = told(an_incident(), "page.sent", 6, level=2, asked_at=after(5).isoformat())
    assert position_at(POLICY, incident, after(6)).next_at == after(15)
    incident = told(an_incident(), "page.sent", 6, level=3)
    assert position_at(POLICY, incident, after(6)).next_at == after(21)
    assert position_at(POLICY, an_incident(), after(0)).next_at == after(0)


def test_a_severity_counts_from_the_instant_at_which_it_was_set() -> None:
    """It counts as it was then, whatever it became later."""
    incident = done(an_incident(), "acknowledge", after(1))
    incident = done(incident, "set_severity", after(10), severity="SEV3", note="less")
    assert [severity_at(incident, after(minute)) for minute in (9, 10)] == ["SEV1", "SEV3"]


def test_lines_without_a_key_are_about_a_page_each() -> None:
    """Data of one does not appear with the other."""
    incident = told(an_incident(), "page.nobody", 5, level=1, target="role:lead")
    incident = told(incident, "page.passed_over", 6)
    _, line = page_lines(incident)
    assert (line.level, line.targets, line.recipient, line.tried) == (0, (), "", ())


@pytest.mark.parametrize(
    "branch", [{"severities": ("SEV3",)}, {"when": ("flag vip",)}], ids=["severity", "condition"]
)
def test_the_escalation_that_counted_follows_from_what_was_known_then(
    branch: dict[str, Any],
) -> None:
    """The severity and the conditions of that time decide."""
    assert POLICY.escalation is not None
    policy = POLICY.changed(
        escalation=POLICY.escalation.changed(branches=(Branch(follow=QUIET, **branch),)),
        attributes={"vip": ("yes", "no")},
    )
    incident = done(an_incident(policy), "acknowledge", after(1), policy)
    incident = done(incident, "set_severity", after(10), policy, severity="SEV3", note="less")
    incident = done(incident, "set_attribute", after(10), policy, attribute="vip", value="yes")
    counted = [ladder_at(policy, incident, after(minute)) for minute in (9, 10)]
    assert [ladder.name for ladder in counted if ladder] == ["default", "quiet"]


def test_silence_counts_from_the_first_line() -> None:
    """Time before that line, when nobody knew of the incident, does not count."""
    incident = an_incident().changed(reported_at=after(-10))
    assert position_at(POLICY, incident, after(0)).next_at == after(0)
    bare = incident.changed(timeline=())
    assert position_at(POLICY, bare, after(0)).next_at == after(-10)


def test_a_page_that_tells_of_a_next_one_sets_a_stopped_escalation_going() -> None:
    """The page says when the next one comes, whatever the wait of its level is."""
    incident = told(an_incident(), "escalation.taken_up", 5)
    assert position_at(POLICY, incident, after(5)).stopped == (
        "escalation.taken_up, at 2026-03-27 16:55:00 UTC"
    )
    incident = told(incident, "page.sent", 6, level=1, cycle=0, next_at=after(99).isoformat())
    assert position_at(POLICY, incident, after(6)) == LadderPosition(
        POLICY.escalation, after(99), level=1
    )


def test_a_forgotten_acknowledgement_of_the_first_level_pages_it_again() -> None:
    """There is no level before it."""
    incident = told(an_incident(), "escalation.resumed", 5, level=1)
    assert position_at(POLICY, incident, after(5)).level == 0


def test_an_escalation_that_begins_anew_has_all_its_rounds_before_it() -> None:
    """It does not matter how many rounds it had; a page without a round belongs to the last."""
    incident = told(an_incident(), "page.sent", 5, level=3, cycle=1)
    incident = told(incident, "page.sent", 6, level=2)
    incident = told(incident, "page.sent", 7, level=1, cycle=0)
    stood = [position_at(POLICY, incident, after(minute)).cycle for minute in (5, 6, 7)]
    assert stood == [1, 1, 0]


def test_a_page_of_a_level_that_the_escalation_does_not_have_moves_no_wait() -> None:
    """Another escalation was in force when the page was sent, or none is."""
    incident = told(an_incident(), "page.sent", 6, level=9)
    nobody = POLICY.changed(escalation=None)
    for policy in (POLICY, nobody):
        assert position_at(policy, incident, after(6)).next_at == after(0)


def test_every_level_of_every_round_still_lies_ahead() -> None:
    """Each comes when the wait before it is over; without an escalation there is nothing."""
    rounds = [(1, 5), (2, 10), (3, 20), (1, 35), (2, 40), (3, 50)]
    told = [(level, after(minute)) for level, minute in rounds]
    assert list(levels_ahead(LadderPosition(POLICY.escalation, after(5)))) == told
    assert (
        list(levels_ahead(LadderPosition(POLICY.escalation, after(40), level=1, cycle=1)))
        == told[4:]
    )
    assert list(levels_ahead(LadderPosition(None, after(5)))) == []


def test_a_role_was_held_by_the_people_who_got_it_and_kept_it() -> None:
    """The role was given, handed over or given up at that instant, and only that role counts."""
    lead = RoleRule(name="lead", at_most=2)
    incident = told(an_incident(), "role.assigned", 1, role="lead", person="ana")
    incident = told(incident, "role.assigned", 2, role="scribe", person="dee")
    incident = told(incident, "role.assigned", 3, role="lead", person="bo")
    incident = told(incident, "role.overloaded", 4, role="lead", person="eve")
    incident = told(incident, "handover.accepted", 5, role="lead", giver="ana", person="cy")
    incident = told(incident, "role.unassigned", 6, role="lead", person="bo")
    incident = told(incident, "role.unassigned", 7, role="lead", person="ana")
    held = [held_by(incident, lead, after(minute)) for minute in (0, 1, 2, 3, 4, 5, 6, 7)]
    both = ("ana", "bo")
    assert held == [(), ("ana",), ("ana",), both, both, ("bo", "cy"), ("cy",), ("cy",)]


def test_a_role_with_one_holder_leaves_its_previous_holder() -> None:
    """Only the line about the new holder tells that."""
    incident = told(an_incident(), "role.assigned", 1, role="lead", person="ana")
    incident = told(incident, "role.assigned", 2, role="lead", person="bo")
    assert held_by(incident, RoleRule(name="lead"), after(2)) == ("bo",)
