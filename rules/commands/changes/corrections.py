"""Milestones that people set, correct or withdraw by hand."""

from models.command import CorrectMilestoneCommand, SetMilestoneCommand, WithdrawMilestoneCommand
from models.incident.record import Incident, Milestone
from models.incident.timeline import EntryKind, milestone_kind
from rules.clocks.uncertain_milestones import range_data, wrong_range
from rules.record.decision import Case, Decision, Outcome, Refusal
from rules.record.timeline import with_milestone
from rules.wording.times import in_utc
from states.lifecycle import REPORTED, TRANSITIONS

MOVELESS = tuple(row.milestone for row in TRANSITIONS if row.milestone and row.target is None)
"""Milestones of the lifecycle that do not change the state."""


def set_milestone(case: Case, command: SetMilestoneCommand) -> Outcome:
    """Set a milestone of the policy's own."""
    name = command.milestone
    if name not in case.policy.milestones:
        known = ", ".join(case.policy.milestones) or "none"
        message = f"the policy has no milestone {name!r} of its own; it has: {known}"
        return Refusal("Refused", message)
    if case.incident.milestone(name):
        return Refusal("Refused", f"{name} is already set: correct_milestone changes it")
    refusal = wrong_range(case, command.latest_at)
    if refusal:
        return refusal
    incident = with_milestone(
        case.incident,
        name,
        at=case.happened_at,
        now=case.now,
        actor=case.actor,
        latest_at=command.latest_at,
    )
    summary = f"{name}{range_data(case.happened_at, command.latest_at)}"
    summary += f" ({command.note})" if command.note else ""
    incident = case.noted(incident, milestone_kind(name), summary)
    return Decision(incident, summary)


def _without(case: Case, gone: Milestone, *, explained: bool = False) -> Incident:
    """The record with a milestone marked as superseded; it stays on the record."""
    marked = gone.changed(superseded=True, explained=explained)
    milestones = tuple(marked if m is gone else m for m in case.incident.milestones)
    return case.incident.changed(milestones=milestones)


def withdraw_milestone(case: Case, command: WithdrawMilestoneCommand) -> Outcome:
    """Withdraw a milestone that did not happen; one that moved the incident cannot be withdrawn."""
    name = command.milestone
    old = case.incident.milestone(name)
    if old is None:
        return Refusal("Refused", f"milestone {name!r} is not set, so it cannot be withdrawn")
    if name not in (*case.policy.milestones, *MOVELESS):
        message = f"{name} moved the incident: use reopen or return_to_diagnosis"
        return Refusal("Refused", message)
    explained = bool(command.note or case.overrides) and case.policy.judges_in_full
    incident = _without(case, old, explained=explained)
    summary = f"{name} withdrawn" + (f" ({command.note})" if command.note else "")
    incident = case.noted_now(
        incident, EntryKind.MILESTONE_WITHDRAWN, summary, milestone=name, was=old.at.isoformat()
    )
    return Decision(incident, summary)


def _after_it_came_in(case: Case, name: str) -> Refusal | None:
    """The refusal of a correction by which a report would come later than it did.

    Every clock that starts with it would gain time, and searches by its instant would miss it.
    """
    reports = (m.recorded_at for m in case.incident.milestones if m.name == REPORTED)
    came_in_at = min(reports, default=None)
    if name != REPORTED or not case.policy.facts.report_stays or came_in_at is None:
        return None
    if case.happened_at <= came_in_at:
        return None
    message = f"reported is {in_utc(came_in_at)} at the latest: the report had come in"
    return Refusal("Refused", message, ("happened_at",))


def correct_milestone(case: Case, command: CorrectMilestoneCommand) -> Outcome:
    """Correct when a milestone happened; the old instant stays on the record, superseded."""
    name = command.milestone
    old = case.incident.milestone(name)
    if old is None:
        return Refusal("Refused", f"milestone {name!r} is not set, so it cannot be corrected")
    if command.happened_at is None:
        return Refusal(
            "Malformed", "happened_at is missing: give the correct instant", ("happened_at",)
        )
    at = case.happened_at
    refusal = wrong_range(case, command.latest_at) or _after_it_came_in(case, name)
    if refusal:
        return refusal
    incident = _without(case, old)
    if name == REPORTED:
        incident = incident.changed(reported_at=at)
    incident = with_milestone(
        incident,
        name,
        at=at,
        now=case.now,
        actor=case.actor,
        latest_at=command.latest_at,
        led_to=old.led_to,
    )
    summary = f"{name} corrected from {old.at:%Y-%m-%d %H:%M:%S} to {in_utc(at)}"
    summary += range_data(at, command.latest_at)
    summary += f" ({command.note})" if command.note else ""
    incident = case.noted_now(
        incident,
        EntryKind.MILESTONE_CORRECTED,
        summary,
        milestone=name,
        was=old.at.isoformat(),
        becomes=at.isoformat(),
    )
    return Decision(incident, summary)
