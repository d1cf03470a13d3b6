"""Escalating by hand: a person asks for a level with a reason, and somebody answers."""

from models.command import EscalateCommand
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.payload import Command
from rules.paging.escalation import NO_ESCALATION, in_force
from rules.record.decision import Case, Decision, DemandAnswered, Outcome, PageNextLevel, Refusal
from states.lifecycle import BEFORE_REVIEW, State, Trigger


def escalate(case: Case, command: EscalateCommand) -> Outcome:
    """Page the level that is named, or the next one, even if the incident is acknowledged.

    After an acknowledgement, the following levels are paged too until somebody answers, unless
    `only`.
    """
    refusal = _refused(case, command)
    if refusal:
        return refusal
    asked = f"level {command.level}" if command.level else "the next level"
    only = " and nobody further" if command.only else ""
    summary = f"escalated to {asked}{only} by {case.actor.name}: {command.note}"
    acknowledged = case.incident.milestone("acknowledged") is not None
    incident = case.noted(
        case.incident,
        EntryKind.ESCALATION_BY_HAND,
        summary,
        level=command.level,
        only=command.only,
        reason=command.note,
    )
    if acknowledged and not command.only:
        incident = incident.changed(demand_of=case.actor.name)
    effect = PageNextLevel(
        f"{case.actor.name} asks for {asked}: {command.note}",
        command.level,
        waits=True,
        stays=acknowledged and command.only,
        once=command.only,
        by=case.actor.name,
        at=case.given_at,
    )
    return Decision(incident, summary, (effect,))


def answerable(incident: Incident, trigger: Trigger | None) -> bool:
    """Whether an acknowledgement answers a person who escalated by hand after an earlier one."""
    responding = incident.state in BEFORE_REVIEW and incident.state is not State.REPORTED
    return trigger is Trigger.ACKNOWLEDGE and responding and incident.demand_of is not None


def answer(case: Case, command: Command) -> Outcome:
    """Answer the person who escalated by hand: nobody further is paged for that."""
    why = f" ({command.note})" if command.note else ""
    summary = f"{case.actor.name} answers {case.incident.demand_of}: the escalation stops{why}"
    incident = case.noted(case.incident, EntryKind.ESCALATION_ANSWERED, summary)
    return Decision(incident, summary, (DemandAnswered(case.actor.name),))


def _refused(case: Case, command: EscalateCommand) -> Refusal | None:
    state = case.incident.state
    if state not in BEFORE_REVIEW:
        return Refusal("Refused", f"the incident is {state}: nobody is paged for it any more")
    ladder = in_force(case.policy.escalation, case.incident, case.now)
    levels = len(ladder.levels) if ladder else 0
    if ladder is None or not levels:
        return Refusal("Refused", NO_ESCALATION)
    if command.level and command.level > levels:
        message = f"the escalation {ladder.name} has no level {command.level}; it has {levels}"
        return Refusal("Refused", message)
    if not command.note:
        return Refusal("Refused", "escalating needs a reason: note", ("note",))
    return None
