"""Every command leaves a line: who did what, when it happened and when it was recorded."""

from typing import Any

import pytest

from models.base import Actor
from models.incident.record import Incident
from states.lifecycle import State
from tests.rules.staffed import decided, refused, reported, staffed
from tests.specimens import after, done

Steps = tuple[tuple[str, dict[str, Any]], ...]

POLICY = staffed(
    "roles: { lead: { default: acknowledger }, experts: { count: many } }\n"
    "steps: { resolution: [{ id: verify, do: Verify, by: lead, required: false }] }\n"
    "review: { required: { SEV1: always } }\n"
    "approvals: { cancel: { by: bo, quorum: 1 } }\n"
    "authority: { link: { by: cy, after: { 30m: team:payments } },"
    " override: { by: [ana], needs: reason, commands: [slow_updates, link] } }\n"
)
LED: Steps = (("assign_role", {"role": "lead", "person": "bo"}),)
OFFERED: Steps = (*LED, ("hand_over", {"role": "lead", "to": "cy", "actor": "bo"}))
OVER: Steps = (("resolve", {}),)


def so_far(steps: Steps) -> Incident:
    """The incident after some commands, at 5 minutes."""
    incident = reported(POLICY)
    for name, fields in steps:
        incident = done(incident, name, after(5), POLICY, **fields)
    return incident


@pytest.mark.parametrize(
    ("before", "name", "fields", "kind", "data"),
    [
        (
            (),
            "acknowledge",
            {},
            "incident.acknowledged",
            {"trigger": "acknowledge", "source": "reported", "target": "assessment"},
        ),
        ((), "acknowledge", {}, "role.assigned", {"role": "lead", "person": "ana"}),
        (
            (),
            "assign_role",
            {"role": "lead", "person": "bo"},
            "role.assigned",
            {"role": "lead", "person": "bo"},
        ),
        (
            LED,
            "unassign_role",
            {"role": "lead"},
            "role.unassigned",
            {"role": "lead", "person": "bo"},
        ),
        (
            OFFERED,
            "accept_handover",
            {"role": "lead", "actor": "cy"},
            "handover.accepted",
            {"role": "lead", "giver": "bo", "person": "cy"},
        ),
        ((), "hold", {"reason": "x"}, "incident.held", {"reason": "x"}),
        ((("hold", {"reason": "x"}),), "resume", {}, "incident.resumed", {}),
        (LED, "complete_step", {"step": "verify"}, "step.done", {"step": "verify"}),
        ((), "add_note", {"text": "x"}, "note.added", {}),
        ((), "add_lesson", {"text": "x"}, "lesson.added", {}),
        ((), "add_action_item", {"text": "x", "owner": "bo"}, "action_item.added", {"item": "A1"}),
        ((), "link", {"target": "CHG-1", "actor": "cy"}, "link.added", {}),
        (OVER, "submit_review", {"lead": "ana"}, "review.submitted", {}),
        ((), "decline", {"reason": "ill"}, "escalation.declined", {"reason": "ill"}),
        (
            (("acknowledge", {}),),
            "dispute_acknowledgement",
            {},
            "acknowledgement.disputed",
            {
                "person": "ana",
                "was": after(5).isoformat(),
                "source": "assessment",
                "target": "reported",
            },
        ),
        (
            (),
            "escalate",
            {"level": 1, "note": "help"},
            "escalation.by_hand",
            {"level": 1, "only": False, "reason": "help"},
        ),
    ],
)
def test_a_line_says_who_did_what_and_when_it_happened(
    before: Steps, name: str, fields: dict[str, Any], kind: str, data: dict[str, Any]
) -> None:
    """It happened at 9 and was told at 10; the person who told it gets the same words."""
    fields = {"happened_at": after(9), **fields}
    answer = decided(so_far(before), name, 10, POLICY, **fields)
    line = next(entry for entry in reversed(answer.incident.timeline) if entry.kind == kind)
    by = Actor(name=str(fields.get("actor", "ana")), via="console")
    assert (line.actor, line.happened_at, line.recorded_at) == (by, after(9), after(10))
    assert line.data == data
    if kind != "role.assigned" or name == "assign_role":
        assert answer.summary == line.summary


@pytest.mark.parametrize(
    ("before", "name", "fields", "kind", "data"),
    [
        (
            LED,
            "hand_over",
            {"role": "lead", "to": "cy"},
            "handover.offered",
            {"role": "lead", "giver": "bo", "taker": "cy"},
        ),
        (OFFERED, "decline_handover", {"role": "lead"}, "handover.declined", {"role": "lead"}),
    ],
)
def test_an_offer_and_its_refusal_have_the_instant_at_which_they_happened(
    before: Steps, name: str, fields: dict[str, Any], kind: str, data: dict[str, Any]
) -> None:
    """Both have the time at which they were told: nobody offers anything earlier than that."""
    answer = decided(so_far(before), name, 10, POLICY, actor="bo", happened_at=after(1), **fields)
    line = answer.incident.timeline[-1]
    assert (line.kind, line.actor.name) == (kind, "bo")
    assert (line.happened_at, line.recorded_at, line.data) == (after(10), after(10), data)
    assert answer.summary == line.summary


@pytest.mark.parametrize(
    ("name", "fields", "kind", "data"),
    [
        ("cancel", {"reason": "x"}, "approval.asked", {"rule": "cancel", "of": ["bo"]}),
        ("link", {"target": "CHG-1"}, "consultation.asked", {"rule": "link", "of": ["cy"]}),
    ],
)
def test_a_request_for_approval_is_on_the_timeline(
    name: str, fields: dict[str, Any], kind: str, data: dict[str, Any]
) -> None:
    """The line says who wants to do it, and who of those who may was asked."""
    leaves = refused(reported(POLICY), name, 10, POLICY, **fields).leaves
    assert leaves is not None
    line = leaves.incident.timeline[-1]
    request = leaves.incident.requests[-1]
    asked = {**data, "request": request.id, "asks": request.asks}
    assert (line.kind, line.actor.name, line.data) == (kind, "ana", asked)
    assert (line.recorded_at, leaves.summary) == (after(10), line.summary)


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [("approve", {}, "approval.given"), ("reject", {"reason": "x"}, "approval.rejected")],
)
def test_an_approval_is_on_the_timeline(name: str, fields: dict[str, Any], kind: str) -> None:
    """The line says when they gave it and by which rule."""
    leaves = refused(reported(POLICY), "cancel", 5, POLICY, reason="x").leaves
    assert leaves is not None
    answer = decided(
        leaves.incident,
        name,
        10,
        POLICY,
        command="cancel",
        actor="bo",
        happened_at=after(9),
        **fields,
    )
    line = answer.incident.timeline[-1]
    data = {"rule": "cancel", "request": leaves.incident.requests[-1].id}
    assert (line.kind, line.actor.name, line.data) == (kind, "bo", data)
    assert (line.happened_at, line.recorded_at) == (after(9), after(10))
    assert answer.summary == line.summary
    if name == "approve":
        [given] = answer.incident.requests[0].approvals
        assert (given.actor.name, given.at, given.note) == ("bo", after(9), "")


def test_an_override_is_on_the_timeline_by_the_command_that_it_was_for() -> None:
    """The line also says what the override was used for."""
    answer = decided(reported(POLICY), "link", 10, POLICY, target="CHG-1", override="it burns")
    used, linked = answer.incident.timeline[-1], answer.incident.timeline[-2]
    assert (used.kind, used.data, used.actor.name) == ("override.used", {"command": "link"}, "ana")
    assert (linked.kind, used.recorded_at) == ("link.added", after(10))
    assert answer.summary == f"{linked.summary}, by override"


def test_a_note_is_a_line_and_keeps_all_its_words() -> None:
    """The line is cut, and its data then has the whole text; an incident that is over takes it."""
    incident = done(reported(POLICY), "add_note", after(5), POLICY, text="the disk is full")
    line = incident.timeline[-1]
    assert (line.summary, line.data) == ("note: the disk is full", {})
    long = done(incident, "add_note", after(6), POLICY, text="x" * 4000).timeline[-1]
    assert (len(long.summary), long.data) == (500, {"text": "x" * 4000})
    over = incident.changed(state=State.CLOSED)
    assert done(over, "add_note", after(7), POLICY, text="it was").timeline[-1].kind == "note.added"
