"""Assigning and unassigning roles by command."""

from models.base import ENGINE
from models.command import AssignRoleCommand, UnassignRoleCommand
from models.compiled import RoleRule
from models.incident.record import RoleHolder
from models.incident.timeline import EntryKind
from rules.people.roles.holders import (
    duties_of,
    holder,
    named_role,
    unknown_person,
    why_ineligible,
    with_holders,
    with_warning,
)
from rules.record.decision import Case, Decision, Outcome, Refusal, Remind
from rules.record.steps import refusal_of_unknown_name

MOST_HOLDERS = 50
"""The most holders of a role, if the policy names no limit."""
HANDOVER = "handover"
"""The guard to override if a role moves without the consent of its next holder."""


def assign_role(case: Case, command: AssignRoleCommand) -> Outcome:
    """Give a role to a person. If only one may hold it, its holder loses it."""
    rule = named_role(case, command.role)
    if isinstance(rule, Refusal):
        return rule
    if unknown_person(rule, command.person, case.policy):
        return refusal_of_unknown_name("person", command.person, tuple(sorted(case.policy.people)))
    why = why_ineligible(rule, command.person, case.incident, case.policy, case.now)
    if why:
        return Refusal("Refused", why)
    held = tuple(h for h in case.incident.roles if h.role == rule.name)
    kept = _kept(case, rule, command.person, held)
    return kept if isinstance(kept, Refusal) else _assigned(case, rule, command.person, held, kept)


def _kept(
    case: Case, rule: RoleRule, person: str, held: tuple[RoleHolder, ...]
) -> tuple[RoleHolder, ...] | Refusal:
    """The other holders, who keep the role."""
    others = tuple(h for h in held if h.person != person)
    if rule.at_most == 1:
        by_consent = case.policy.handover and case.actor != ENGINE
        if others and by_consent and not case.overrules(HANDOVER):
            name = others[0].person
            message = f"{name} holds {rule.name}, and it moves only if another accepts it"
            return Refusal("Refused", message, ("hand_over, or unassign_role first",))
        return ()
    if len(others) >= (rule.at_most or MOST_HOLDERS):
        message = f"{rule.name} has {len(others)} holders, the most that it may have"
        return Refusal("Refused", message, ("unassign_role first",))
    return others


def _assigned(
    case: Case,
    rule: RoleRule,
    person: str,
    held: tuple[RoleHolder, ...],
    kept: tuple[RoleHolder, ...],
) -> Decision:
    before = ", ".join(h.person for h in held if h not in kept)
    summary = f"{person} is {rule.name}" + (f", after {before}" if before else "")
    new = holder(rule.name, person, case.happened_at, case.policy)
    # Somebody who holds the role already keeps the time at which they took it.
    mine = next((h for h in held if h.person == person and rule.passes), new)
    incident = with_holders(case.incident, rule, (*kept, mine), case.happened_at)
    incident = case.noted(incident, EntryKind.ROLE_ASSIGNED, summary, role=rule.name, person=person)
    incident = with_warning(incident, case.policy, rule, person, case.now)
    remind = Remind(person, f"you are {rule.name} of this incident", duties_of(rule))
    return Decision(incident, summary, (remind,))


def unassign_role(case: Case, command: UnassignRoleCommand) -> Outcome:
    """Take a role away from a person; nobody takes their place."""
    rule = named_role(case, command.role)
    if isinstance(rule, Refusal):
        return rule
    held = tuple(h for h in case.incident.roles if h.role == rule.name)
    if not held:
        return Refusal("Refused", f"nobody holds {rule.name}")
    if command.person is None and len(held) > 1:
        names = ", ".join(h.person for h in held)
        return Refusal("Refused", f"{rule.name} is held by {names}: name one of them", ("person",))
    person = command.person or held[0].person
    if person not in {h.person for h in held}:
        names = ", ".join(h.person for h in held)
        return Refusal("Refused", f"{person} does not hold {rule.name}; it is held by {names}")
    kept = tuple(h for h in held if h.person != person)
    why = f" ({command.note})" if command.note else ""
    summary = f"{person} is no longer {rule.name}{why}"
    incident = with_holders(case.incident, rule, kept, case.happened_at)
    incident = case.noted(
        incident, EntryKind.ROLE_UNASSIGNED, summary, role=rule.name, person=person
    )
    told = () if person == case.actor.name else (Remind(person, f"you are no longer {rule.name}"),)
    return Decision(incident, summary, told)
