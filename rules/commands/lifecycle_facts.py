"""The facts that the guards of the lifecycle check, from the record and the policy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.command import CancelCommand
from models.compiled import CompiledPolicy, RoleRule, Step
from models.incident.record import INCIDENT_REPORT, Incident, Review
from models.payload import Command
from models.time.clock import ClockStatus
from models.time.moments import parse_condition
from rules.alerts.firing import alerts_firing
from rules.clocks.clocks import read_clocks
from rules.clocks.conditions import holds_at
from rules.clocks.moments import came_at
from rules.clocks.recorded_breaches import was_breached
from rules.people.naming.people_meant import candidates, people_in_a_line
from rules.people.permission.authority import rule_for
from rules.people.roles.holders import is_filled
from rules.record.decision import Case
from states.lifecycle import REPORTED, Guard, State, Trigger
from states.machine import Facts


def highest_severity(incident: Incident, policy: CompiledPolicy) -> str:
    """The worst severity that the incident ever had; reviews depend on it."""
    rank = {severity: place for place, severity in enumerate(policy.severities)}
    held = {change.severity for change in incident.severities}
    return min(held, key=lambda severity: rank.get(severity, len(rank)))


def review_required(incident: Incident, policy: CompiledPolicy, now: datetime) -> bool:
    """Whether the policy requires a review of this incident."""
    asked = policy.review.required.get(highest_severity(incident, policy))
    if asked == "when breached":
        readings = read_clocks(policy, incident, now)
        breached = any(reading.status is ClockStatus.BREACHED for reading in readings)
        return breached or was_breached(incident)
    return asked == "always"


def steps_missing(incident: Incident, policy: CompiledPolicy) -> dict[State, tuple[str, ...]]:
    """For each state, the required steps that are not done."""
    missing: dict[State, tuple[str, ...]] = {}
    for step in required_steps_left(incident, policy):
        state = State(step.state)
        words = f"step {step.id} is not done: {step.do} (complete_step, by {step.by})"
        missing[state] = (*missing.get(state, ()), words)
    return missing


def required_steps_left(
    incident: Incident, policy: CompiledPolicy, state: State | None = None
) -> tuple[Step, ...]:
    """The required steps that are not done: those of a state, or all."""
    done = {step.step for step in incident.steps}
    left = (step for step in policy.steps if step.required and step.id not in done)
    return tuple(step for step in left if state in {None, step.state})


RESOLVED = "resolved"

ASKED_IN: dict[Trigger, tuple[State, ...]] = {
    Trigger.BEGIN_DIAGNOSIS: (State.ASSESSMENT, State.DIAGNOSIS),
    Trigger.BEGIN_RESOLUTION: (State.DIAGNOSIS, State.RESOLUTION),
    Trigger.CLOSE: (State.REVIEW,),
}
"""The triggers that check the roles of a state: the one into it and the one out of it."""


def _by_time(role: RoleRule) -> frozenset[Trigger]:
    """The triggers that check a role whose time has come.

    `passes` adds one, in case it falls vacant.
    """
    later = frozenset({Trigger.BEGIN_RESOLUTION}) if role.passes else frozenset()
    return later | {Trigger.BEGIN_DIAGNOSIS}


def _due(role: RoleRule, incident: Incident, now: datetime) -> bool:
    """Whether the time has come by which the role must be filled."""
    after = role.required.get(incident.severity)
    since = came_at(role.since, incident) if role.since != REPORTED else incident.reported_at
    return after is not None and since is not None and now >= since + after


def roles_missing(
    incident: Incident, policy: CompiledPolicy, now: datetime
) -> dict[Trigger, tuple[str, ...]]:
    """For each trigger that checks roles, the roles that should be filled by now and are not."""
    missing: dict[Trigger, tuple[str, ...]] = {}
    for role in policy.roles:
        if is_filled(role, incident):
            continue
        if not all(holds_at(parse_condition(text), incident, now) for text in role.when):
            continue
        for trigger, states in ASKED_IN.items():
            asked = any(incident.severity in role.required_in.get(state, ()) for state in states)
            if asked or (trigger in _by_time(role) and _due(role, incident, now)):
                words = _unfilled(role, incident, policy, now)
                missing[trigger] = (*missing.get(trigger, ()), words)
    return missing


def _unfilled(role: RoleRule, incident: Incident, policy: CompiledPolicy, now: datetime) -> str:
    """The line that a role is not filled, and who could take it now."""
    held = len(incident.holders(role.name))
    have = f" enough ({held} of {role.at_least})" if held else ""
    words = f"role {role.name} is not filled{have}: assign_role"
    if not role.remembered:
        return words
    could = people_in_a_line(candidates(role, incident, policy, now))
    return f"{words} (could: {could or 'nobody qualifies'})"


def _review_missing(incident: Incident, policy: CompiledPolicy) -> Iterator[str]:
    rule, review = policy.review, incident.review
    if review is None:
        yield "the review has not been submitted: submit_review"
    else:
        yield from _absent(review, incident, policy)
        for aspect in rule.aspects:
            if not review.aspects.get(aspect, "").strip():
                yield f"review aspect is not evaluated: {aspect}"
    kept = {(document.name, document.sha256 is not None) for document in incident.documents}
    for name in rule.documents:
        written = (name, True) in kept
        claimed = name != INCIDENT_REPORT and (name, False) in kept
        if not written and not claimed:
            yield f"document does not exist: {name}"
    if rule.lessons and not incident.lessons:
        yield "no lesson is recorded: add_lesson"
    if rule.action_items and not incident.action_items:
        yield "no action item is recorded: add_action_item"


def _absent(review: Review, incident: Incident, policy: CompiledPolicy) -> Iterator[str]:
    present = {review.lead, *review.attendees}
    for role in policy.review.attendees:
        holders = incident.holders(role)
        counted = holders if policy.people_attend else holders[:1]
        if not present & {role, *counted}:
            yield f"review attendee is missing: {_awaited(role, incident, policy)}"


def _awaited(name: str, incident: Incident, policy: CompiledPolicy) -> str:
    """A role or person whose attendance a review lacks; says so if nobody holds the role."""
    vacant = policy.people_attend and policy.role(name) and not incident.holders(name)
    return f"{name} (nobody holds it: assign_role)" if vacant else name


def review_missing(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """What the review still lacks before the incident can be closed."""
    if not review_required(incident, policy, now):
        return ()
    return tuple(_review_missing(incident, policy))


def _review_owed(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """What an incident owes that was resolved once: no other way out than its review."""
    resolved = any(m.name == RESOLVED and not m.superseded for m in incident.milestones)
    owed = policy.closes_detours and resolved and review_required(incident, policy, now)
    return ("it was resolved and needs its review: resolve, submit_review, close",) if owed else ()


def _reason_missing(policy: CompiledPolicy, command: Command | None) -> tuple[str, ...]:
    reasons = rule_for(policy, Trigger.CANCEL).reasons
    if not isinstance(command, CancelCommand) or not reasons or command.reason in reasons:
        return ()
    return (f"the policy has no reason {command.reason!r}; it has: {', '.join(reasons)}",)


def facts_of(
    incident: Incident, policy: CompiledPolicy, now: datetime, command: Command | None = None
) -> Facts:
    """Everything that the guards check, at `now`."""
    confirm = f"severity {incident.severity} is not confirmed: set_severity"
    return Facts(
        severity_missing=() if incident.severity_confirmed else (confirm,),
        roles_missing=roles_missing(incident, policy, now),
        steps_missing=steps_missing(incident, policy),
        review_required=review_required(incident, policy, now),
        review_missing={
            Trigger.CLOSE: review_missing(incident, policy, now),
            Trigger.CANCEL: _review_owed(incident, policy, now),
        },
        alerts_firing=alerts_firing(incident),
        reason_missing=_reason_missing(policy, command),
    )


def facts_for(case: Case, command: Command) -> Facts:
    """The same facts for a command, without what its override overrules."""
    facts = facts_of(case.incident, case.policy, case.now, command)
    overruled = dict(found for guard, found in _GUARDED.items() if case.overrules(guard))
    return replace(facts, **overruled)


_GUARDED: dict[Guard, tuple[str, Any]] = {
    Guard.SEVERITY_CONFIRMED: ("severity_missing", ()),
    Guard.ROLES_FILLED: ("roles_missing", {}),
    Guard.STEPS_DONE: ("steps_missing", {}),
    Guard.REVIEW_COMPLETE: ("review_missing", {}),
    Guard.ALERTS_QUIET: ("alerts_firing", ()),
}
"""The guards that can be overruled, and the facts that they check."""
OVERRULABLE = tuple(_GUARDED)
