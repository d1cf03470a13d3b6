"""Every command except the triggers: its change of the record, and its effects."""

from collections.abc import Callable
from typing import Any

from models.command import (
    AddActionItemCommand,
    AddLessonCommand,
    AddNoteCommand,
    CompleteStepCommand,
    HoldCommand,
    LinkCommand,
    SubmitReviewCommand,
)
from models.incident.record import ActionItem, Hold, Lesson, Link
from models.incident.timeline import EntryKind
from models.payload import Command
from rules.commands.changes import review as reviewing
from rules.commands.changes.adoption import adopt_policy
from rules.commands.changes.alerts import record_alerts
from rules.commands.changes.attributes_and_dates import extend_clock, set_attribute, set_date
from rules.commands.changes.corrections import correct_milestone, set_milestone, withdraw_milestone
from rules.commands.changes.disputes import dispute_acknowledgement
from rules.paging.declining import decline
from rules.paging.manual_escalation import escalate
from rules.people.permission.approvals import approve, reject
from rules.people.roles.assigning import assign_role, unassign_role
from rules.people.roles.handover import accept_handover, decline_handover, hand_over
from rules.record.decision import Case, Decision, Effect, Outcome, Refusal, TellAudiences
from rules.record.steps import refusal_of_unknown_name, with_step
from rules.record.timeline import SUMMARY_BOUND, note
from rules.severity.changes import set_severity
from rules.updates.posting import post_update, slow_updates
from states.lifecycle import BEFORE_REVIEW, State


def _done(
    case: Case, kind: EntryKind, summary: str, *effects: Effect, change: dict[str, Any], **data: Any
) -> Decision:
    """Change the record and note that on the timeline."""
    incident = case.incident.changed(**change)
    incident = note(
        incident,
        kind,
        summary,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
        **data,
    )
    return Decision(incident, summary, effects)


def _not_while(
    case: Case, states: tuple[State, ...] | frozenset[State], what: str
) -> Refusal | None:
    if case.incident.state in states:
        return None
    allowed = ", ".join(sorted(states))
    return Refusal(
        "Refused", f"{what} is possible in {allowed}; the incident is {case.incident.state}"
    )


def hold(case: Case, command: HoldCommand) -> Outcome:
    """Put the incident on hold."""
    refusal = _not_while(case, BEFORE_REVIEW, "hold")
    if refusal:
        return refusal
    if case.incident.hold:
        return Refusal("Refused", f"the incident is already on hold: {case.incident.hold.reason}")
    if case.policy.hold_reasons and command.reason not in case.policy.hold_reasons:
        return refusal_of_unknown_name("hold reason", command.reason, case.policy.hold_reasons)
    held = Hold(reason=command.reason, from_at=case.happened_at)
    change = {"holds": (*case.incident.holds, held)}
    summary = f"on hold: {command.reason}"
    tell = TellAudiences("hold", summary)
    return _done(case, EntryKind.INCIDENT_HELD, summary, tell, change=change, reason=command.reason)


def resume(case: Case, _: Command) -> Outcome:
    """End the hold."""
    current = case.incident.hold
    if current is None:
        return Refusal("Refused", "the incident is not on hold")
    ended = current.changed(until_at=max(case.happened_at, current.from_at))
    holds = tuple(ended if h is current else h for h in case.incident.holds)
    summary = f"resumed after hold: {current.reason}"
    return _done(
        case,
        EntryKind.INCIDENT_RESUMED,
        summary,
        TellAudiences("resume", summary),
        change={"holds": holds},
    )


def complete_step(case: Case, command: CompleteStepCommand) -> Outcome:
    """Complete a step."""
    incident = with_step(case, case.incident, command.step, command.note)
    if isinstance(incident, Refusal):
        return incident
    return Decision(incident, incident.timeline[-1].summary)


def add_note(case: Case, command: AddNoteCommand) -> Outcome:
    """Write a line on the timeline; its data has the whole text if the line is too short for it."""
    summary = f"note: {command.text}"
    whole = {"text": command.text} if len(summary) > SUMMARY_BOUND else {}
    return _done(case, EntryKind.NOTE_ADDED, summary, change={}, **whole)


def add_lesson(case: Case, command: AddLessonCommand) -> Outcome:
    """Record a lesson."""
    lesson = Lesson(at=case.happened_at, actor=case.actor, text=command.text)
    change = {"lessons": (*case.incident.lessons, lesson)}
    return _done(case, EntryKind.LESSON_ADDED, f"lesson: {command.text}", change=change)


def add_action_item(case: Case, command: AddActionItemCommand) -> Outcome:
    """Record an action item."""
    number = len(case.incident.action_items) + 1
    item = ActionItem(
        id=f"A{number}",
        at=case.happened_at,
        text=command.text,
        owner=command.owner,
        due_at=command.due_at,
        priority=command.priority,
    )
    change = {"action_items": (*case.incident.action_items, item)}
    summary = f"action item {item.id} for {item.owner}: {item.text}"
    return _done(case, EntryKind.ACTION_ITEM_ADDED, summary, change=change, item=item.id)


def submit_review(case: Case, command: SubmitReviewCommand) -> Outcome:
    """Record the review, or add to it."""
    refusal = _not_while(case, frozenset({State.REVIEW}), "submit_review")
    return refusal or reviewing.submit_review(case, command)


def link(case: Case, command: LinkCommand) -> Outcome:
    """Link the incident to another one or to anything else."""
    linked = Link(relation=command.relation, target=command.target)
    change = {"links": (*case.incident.links, linked)}
    return _done(case, EntryKind.LINK_ADDED, f"{command.relation} {command.target}", change=change)


COMMAND_RULES: dict[str, Callable[[Case, Any], Outcome]] = {
    "hold": hold,
    "resume": resume,
    "set_severity": set_severity,
    "assign_role": assign_role,
    "unassign_role": unassign_role,
    "hand_over": hand_over,
    "accept_handover": accept_handover,
    "decline_handover": decline_handover,
    "approve": approve,
    "reject": reject,
    "escalate": escalate,
    "decline": decline,
    "dispute_acknowledgement": dispute_acknowledgement,
    "post_update": post_update,
    "slow_updates": slow_updates,
    "complete_step": complete_step,
    "set_milestone": set_milestone,
    "correct_milestone": correct_milestone,
    "withdraw_milestone": withdraw_milestone,
    "set_attribute": set_attribute,
    "set_date": set_date,
    "extend_clock": extend_clock,
    "add_note": add_note,
    "add_lesson": add_lesson,
    "add_action_item": add_action_item,
    "submit_review": submit_review,
    "link": link,
    "adopt_policy": adopt_policy,
    "record_alerts": record_alerts,
}
