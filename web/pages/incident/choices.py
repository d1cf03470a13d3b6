"""What can be chosen in the fields of a command, by the policy and the record of an incident."""

from collections.abc import Callable
from dataclasses import dataclass

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.people.rule_name import RuleName
from states.lifecycle import Trigger
from web.pages.fields import Choice

PRIORITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of a field. If it is not `closed`, any other text is possible, too."""

    values: tuple[Choice, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """The incident, and its policy if this server knows it."""

    incident: Incident
    policy: CompiledPolicy | None


def choices_of(command: str, field: str, situation: Situation) -> Choices | None:
    """What can be chosen in a field; None if nobody can say, so that it is any text."""
    find = _OF_COMMAND.get((command, field)) or _OF_INCIDENT.get(field)
    if find:
        return find(situation)
    find_in = _OF_POLICY.get(field)
    if find_in is None or situation.policy is None:
        return None
    return find_in(situation.incident, situation.policy)


def _named(names: object, *, closed: bool = True) -> Choices:
    values = tuple(Choice(str(name), str(name)) for name in names)  # type: ignore[attr-defined]
    return Choices(values, closed)


def _offered(situation: Situation) -> Choices:
    return _named(dict.fromkeys(offer.role for offer in situation.incident.handovers))


def _held(situation: Situation) -> Choices:
    return _named(dict.fromkeys(held.role for held in situation.incident.roles))


def _recorded(situation: Situation) -> Choices:
    milestones = situation.incident.milestones
    true = (m.name for m in milestones if not m.superseded and not m.void_at)
    return _named(dict.fromkeys(true))


def _requested(situation: Situation) -> Choices:
    return _named(dict.fromkeys(request.command for request in situation.incident.requests))


def _requests(situation: Situation) -> Choices:
    values = (
        Choice(request.id, f"{request.id}: {request.requester.name} would {request.says}")
        for request in situation.incident.requests
    )
    return Choices(tuple(values), closed=True)


def _reasons_to_hold(situation: Situation) -> Choices | None:
    policy = situation.policy
    return _named(policy.hold_reasons) if policy and policy.hold_reasons else None


def _reasons_to_cancel(situation: Situation) -> Choices | None:
    policy = situation.policy
    rule = policy.authority.get(str(RuleName(Trigger.CANCEL.value))) if policy else None
    return _named(rule.reasons) if rule and rule.reasons else None


def steps_left(incident: Incident, policy: CompiledPolicy) -> tuple[Choice, ...]:
    """The steps that nobody has done; the steps of the incident's state come first."""
    done = {step.step for step in incident.steps}
    left = [step for step in policy.steps if step.id not in done]
    left.sort(key=lambda step: step.state != incident.state)
    return tuple(Choice(step.id, step.do) for step in left)


def _steps(incident: Incident, policy: CompiledPolicy) -> Choices:
    return Choices(steps_left(incident, policy), closed=True)


def _people(_: Incident, policy: CompiledPolicy) -> Choices:
    return _named(policy.people, closed=False)


_OF_COMMAND: dict[tuple[str, str], Callable[[Situation], Choices | None]] = {
    ("accept_handover", "role"): _offered,
    ("decline_handover", "role"): _offered,
    ("unassign_role", "role"): _held,
    ("hand_over", "role"): _held,
    ("correct_milestone", "milestone"): _recorded,
    ("withdraw_milestone", "milestone"): _recorded,
    ("hold", "reason"): _reasons_to_hold,
    ("cancel", "reason"): _reasons_to_cancel,
}
_OF_INCIDENT: dict[str, Callable[[Situation], Choices | None]] = {
    "command": _requested,
    "request": _requests,
    "priority": lambda _: _named(PRIORITIES),
}
_OF_POLICY: dict[str, Callable[[Incident, CompiledPolicy], Choices]] = {
    "severity": lambda _, policy: _named(policy.severities),
    "role": lambda _, policy: _named(role.name for role in policy.roles),
    "person": _people,
    "to": _people,
    "owner": _people,
    "lead": _people,
    "giver": _people,
    "step": _steps,
    "steps": _steps,
    "audience": lambda _, policy: _named(audience.name for audience in policy.audiences),
    "audiences": lambda _, policy: _named(audience.name for audience in policy.audiences),
    "milestone": lambda _, policy: _named(policy.milestones),
    "attribute": lambda _, policy: _named(policy.attributes),
    "date": lambda _, policy: _named(policy.dates),
    "clock": lambda _, policy: _named(clock.name for clock in policy.clocks if clock.extendable),
}


def names_of_pairs(field: str, policy: CompiledPolicy | None) -> tuple[str, ...]:
    """The names for which the policy asks in a field of pairs."""
    if policy is None:
        return ()
    known = {
        "aspects": policy.review.aspects,
        "documents": policy.review.documents,
        "content": policy.handover.required if policy.handover else (),
    }
    return known.get(field, ())
