"""Escalating by hand: somebody wants a level paged, and says why."""

from models.command import EscalateCommand
from rules.decision import Case, Decision, Outcome, PageNextLevel, Refusal
from rules.escalation import in_force
from rules.ledger import note
from states.lifecycle import BEFORE_REVIEW


def escalate(case: Case, command: EscalateCommand) -> Outcome:
    """Page the level that is asked for, or the next one, acknowledged or not."""
    refusal = _refused(case, command)
    if refusal:
        return refusal
    asked = f"level {command.level}" if command.level else "the next level"
    summary = f"escalated to {asked} by {case.actor.name}: {command.note}"
    incident = note(
        case.incident,
        "escalation.by_hand",
        summary,
        actor=case.actor,
        now=case.now,
        happened_at=case.happened_at,
        level=command.level,
        reason=command.note,
    )
    reason = f"{case.actor.name} asks for {asked}: {command.note}"
    return Decision(incident, summary, (PageNextLevel(reason, command.level, waits=True),))


def _refused(case: Case, command: EscalateCommand) -> Refusal | None:
    state = case.incident.state
    if state not in BEFORE_REVIEW:
        return Refusal("Refused", f"the incident is {state}: nobody is paged for it any more")
    ladder = in_force(case.policy.escalation, case.incident, case.now)
    levels = len(ladder.levels) if ladder else 0
    if ladder is None or not levels:
        return Refusal("Refused", "the policy names no escalation for this incident")
    if command.level and command.level > levels:
        message = f"the escalation {ladder.name} has no level {command.level}; it has {levels}"
        return Refusal("Refused", message)
    if not command.note:
        return Refusal("Refused", "escalating needs a reason: note", ("note",))
    return None
