"""What the guards of the lifecycle look at, worked out from the record and the policy."""

from collections.abc import Iterator
from datetime import datetime

from models.alert import AlertStatus
from models.clock import ClockStatus
from models.command import CancelCommand, Command
from models.compiled import CompiledPolicy
from models.incident import Incident
from rules.authority import rule_for
from rules.clocks import read_clocks
from states.lifecycle import State, Trigger
from states.machine import Facts


def highest_severity(incident: Incident, policy: CompiledPolicy) -> str:
    """The worst severity ever held: reviews go by it."""
    rank = {severity: place for place, severity in enumerate(policy.severities)}
    held = {change.severity for change in incident.severities}
    return min(held, key=lambda severity: rank.get(severity, len(rank)))


def review_required(incident: Incident, policy: CompiledPolicy, now: datetime) -> bool:
    """Whether the policy asks a review of this incident."""
    asked = policy.review.required.get(highest_severity(incident, policy), "never")
    if asked == "when breached":
        readings = read_clocks(policy, incident, now)
        return any(reading.status is ClockStatus.BREACHED for reading in readings)
    return asked == "always"


def steps_missing(incident: Incident, policy: CompiledPolicy) -> dict[State, tuple[str, ...]]:
    """For each state, the required steps that are not done."""
    done = {step.step for step in incident.steps}
    missing: dict[State, tuple[str, ...]] = {}
    for step in policy.steps:
        if step.required and step.id not in done:
            state = State(step.state)
            words = f"step {step.id} is not done: {step.do} (complete_step, by {step.by})"
            missing[state] = (*missing.get(state, ()), words)
    return missing


def roles_missing(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """The roles that should be filled by now at this severity and are not."""
    missing = []
    for role in policy.roles:
        after = role.required.get(incident.severity)
        if after is None or incident.holder(role.name) or now < incident.reported_at + after:
            continue
        missing.append(f"role {role.name} is not filled: assign_role")
    return tuple(missing)


def _review_missing(incident: Incident, policy: CompiledPolicy) -> Iterator[str]:
    rule, review = policy.review, incident.review
    if review is None:
        yield "the review has not been submitted: submit_review"
    else:
        present = {review.lead, *review.attendees}
        for role in rule.attendees:
            holder = incident.holder(role) or role
            if holder not in present and role not in present:
                yield f"review attendee is missing: {role}"
        for aspect in rule.aspects:
            if not review.aspects.get(aspect, "").strip():
                yield f"review aspect is not evaluated: {aspect}"
    kept = {document.name for document in incident.documents}
    for name in rule.documents:
        if name not in kept:
            yield f"document does not exist: {name}"
    if rule.lessons and not incident.lessons:
        yield "no lesson is recorded: add_lesson"
    if rule.action_items and not incident.action_items:
        yield "no action item is recorded: add_action_item"


def review_missing(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """What the review still lacks before the incident may be closed."""
    if not review_required(incident, policy, now):
        return ()
    return tuple(_review_missing(incident, policy))


def alerts_firing(incident: Incident) -> tuple[str, ...]:
    """The incident's own alerts that still fire, truncated ones too."""
    names = [
        record.alert.summary or record.alert.name
        for record in incident.alerts.values()
        if record.alert.status is AlertStatus.FIRING and record.taken_over_by is None
    ]
    if incident.truncated_alerts:
        names.append(f"{incident.truncated_alerts} that the sender left out")
    return tuple(names)


def _reason_missing(policy: CompiledPolicy, command: Command | None) -> tuple[str, ...]:
    reasons = rule_for(policy, Trigger.CANCEL).reasons
    if not isinstance(command, CancelCommand) or not reasons or command.reason in reasons:
        return ()
    return (f"reason {command.reason!r} is not one of the policy's: {', '.join(reasons)}",)


def facts_of(
    incident: Incident, policy: CompiledPolicy, now: datetime, command: Command | None = None
) -> Facts:
    """Everything that the guards ask, at `now`."""
    confirm = f"severity {incident.severity} is not confirmed: set_severity"
    return Facts(
        severity_missing=() if incident.severity_confirmed else (confirm,),
        roles_missing=roles_missing(incident, policy, now),
        steps_missing=steps_missing(incident, policy),
        review_required=review_required(incident, policy, now),
        review_missing=review_missing(incident, policy, now),
        alerts_firing=alerts_firing(incident),
        reason_missing=_reason_missing(policy, command),
    )
