"""Triggers of the lifecycle: the change of the record that each makes, and its effects."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from models.base import MONITORING
from models.command import CancelCommand, TriggerCommand
from models.incident.record import Incident, Link
from models.incident.timeline import EntryKind
from models.payload import Command
from rules.clocks.uncertain_milestones import range_data, wrong_range
from rules.commands.lifecycle_facts import facts_for
from rules.paging.escalation import in_force
from rules.people.naming.names import ACKNOWLEDGER
from rules.people.roles.holders import by_default, told_of_duties, vacant_again
from rules.record.decision import (
    Case,
    Decision,
    Effect,
    Outcome,
    PageAgain,
    Refusal,
    StopEscalation,
    TellAudiences,
    WatchAcknowledgement,
    WriteIncidentReport,
)
from rules.record.steps import with_steps
from rules.record.timeline import with_milestone, without_milestones
from states.lifecycle import State, Trigger
from states.machine import Allowed, decide


def _take_roles(case: Case, incident: Incident) -> Incident:
    """Give the roles that the person who acknowledges takes by default."""
    for role in case.policy.roles:
        if role.default != ACKNOWLEDGER or incident.holder(role.name):
            continue
        incident = by_default(
            incident,
            case.policy,
            role.name,
            case.actor.name,
            f"{case.actor.name} takes {role.name} by acknowledging",
            actor=case.actor,
            now=case.now,
            happened_at=case.happened_at,
        )
    return incident


def _end_hold(case: Case, incident: Incident) -> Incident:
    """End the hold, because the response is over."""
    holds = tuple(
        h.changed(until_at=max(case.happened_at, h.from_at)) if not h.until_at else h
        for h in incident.holds
    )
    return incident.changed(holds=holds)


def _consequences(case: Case, incident: Incident, command: Command, allowed: Allowed) -> Incident:
    if allowed.trigger is Trigger.ACKNOWLEDGE:
        return _take_roles(case, incident)
    if isinstance(command, CancelCommand):
        incident = incident.changed(cancelled_for=command.reason)
    if isinstance(command, CancelCommand) and command.duplicate_of:
        link = Link(relation="duplicate_of", target=command.duplicate_of)
        return incident.changed(links=(*incident.links, link))
    if allowed.trigger is Trigger.REOPEN:
        again = vacant_again(incident, case.policy, case.happened_at)
        return again.changed(review=None)
    return incident


def _effects(case: Case, allowed: Allowed, text: str) -> tuple[Effect, ...]:
    effects: list[Effect] = []
    match allowed.trigger:
        case Trigger.ACKNOWLEDGE:
            effects.append(StopEscalation(f"acknowledged by {case.actor.name}"))
            effects.extend(_watch(case))
        case Trigger.RESOLVE | Trigger.CANCEL:
            effects.append(StopEscalation(f"{allowed.target} by {case.actor.name}"))
            effects.append(WriteIncidentReport())
        case Trigger.CLOSE:
            effects.append(WriteIncidentReport())
        case Trigger.REOPEN:
            alerts = case.actor == MONITORING
            effects.append(PageAgain("the incident was reopened", waits=alerts))
        case _:
            pass
    event = allowed.row.milestone or allowed.trigger.value
    return (*effects, TellAudiences(event, text))


def _watch(case: Case) -> Iterator[Effect]:
    """How long the policy waits for a sign of work after an acknowledgement."""
    ladder = in_force(case.policy.escalation, case.incident, case.now)
    if ladder and ladder.forgotten_after:
        yield WatchAcknowledgement(case.now + ladder.forgotten_after)


def _moved(case: Case, allowed: Allowed, latest_at: datetime | None) -> Incident:
    incident = case.incident
    row = allowed.row
    if row.voids:
        incident = without_milestones(incident, row.voids, case.happened_at)
    if row.milestone:
        # The milestone implies the state, unless the policy skips one.
        elsewhere = row.target is not None and row.target is not allowed.target
        incident = with_milestone(
            incident,
            row.milestone,
            at=case.happened_at,
            now=case.now,
            actor=case.actor,
            led_to=allowed.target if elsewhere else None,
            latest_at=latest_at,
        )
    if allowed.target in {State.REVIEW, State.CLOSED, State.CANCELLED}:
        incident = _end_hold(case, incident)
    return incident.changed(state=allowed.target)


def _why(command: Command) -> str:
    """The reason; a cancellation adds its note."""
    if not isinstance(command, CancelCommand):
        return command.note
    return ": ".join(filter(None, (command.reason, command.note)))


def fire(trigger: Trigger, case: Case, command: Command) -> Outcome:
    """Fire a trigger: the machine decides whether, the table says what happens."""
    if isinstance(command, TriggerCommand) and command.steps:
        incident = with_steps(case, command.steps)
        if isinstance(incident, Refusal):
            return incident
        case = replace(case, incident=incident)
    facts = facts_for(case, command)
    answer = decide(case.incident.state, trigger, facts)
    if not isinstance(answer, Allowed):
        return Refusal("TransitionNotAllowed", str(answer), answer.missing, answer.possible)
    latest_at = getattr(command, "latest_at", None)
    refusal = wrong_range(case, latest_at)
    if refusal:
        return refusal
    incident = _moved(case, answer, latest_at)
    why = _why(command)
    by = "its alerts" if case.actor == MONITORING else case.actor.name
    change = (
        answer.source if answer.source == answer.target else f"{answer.source} → {answer.target}"
    )
    when = range_data(case.happened_at, latest_at)
    summary = f"{trigger} by {by}: {change}{when}" + (f" ({why})" if why else "")
    incident = case.noted(
        incident,
        EntryKind(f"incident.{answer.row.milestone or trigger.value}"),
        summary,
        trigger=trigger.value,
        source=answer.source.value,
        target=answer.target.value,
    )
    incident = _consequences(case, incident, command, answer)
    told = told_of_duties(case.incident, incident, case.policy)
    return Decision(incident, summary, (*_effects(case, answer, summary), *told))
