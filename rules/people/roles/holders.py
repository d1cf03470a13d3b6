"""Roles on the record: who may take one, who holds it, and since when it is filled."""

from collections.abc import Iterator
from datetime import datetime

from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy, RoleRule
from models.incident.record import Incident, RoleHolder
from models.incident.timeline import EntryKind
from models.people.responsibility import Handover, RoleSpell
from rules.people.naming.names import OUTSIDE
from rules.people.naming.people_meant import candidates, excluded_roles, people_in_a_line, qualified
from rules.record.decision import Case, Refusal, Remind
from rules.record.steps import refusal_of_unknown_name
from rules.record.timeline import note
from states.lifecycle import BEFORE_REVIEW

MOST_SPELLS = 50
"""A role that has fallen vacant this often counts as filled from then on."""
MOST_PASSES = 50
"""Of a role that passes on more often than this, the newest time replaces the one before."""


def named_role(case: Case, name: str) -> RoleRule | Refusal:
    """The role of the policy with this name."""
    rule = case.policy.role(name)
    known = tuple(role.name for role in case.policy.roles)
    return refusal_of_unknown_name("role", name, known) if rule is None else rule


def why_ineligible(
    rule: RoleRule, person: str, incident: Incident, policy: CompiledPolicy, now: datetime
) -> str | None:
    """Why a person cannot take a role, and who can; None if the person can."""
    if not qualified(rule, person, policy):
        could = people_in_a_line(candidates(rule, incident, policy, now)) or "nobody"
        needs = " or ".join(rule.qualification)
        return f"{person} is not qualified for {rule.name}, which needs {needs}; could: {could}"
    never = excluded_roles(rule, person, incident, policy)
    if never:
        return f"{person} is {', '.join(never)}, who may not also be {rule.name}"
    return None


def unknown_person(rule: RoleRule, person: str, policy: CompiledPolicy) -> bool:
    """Whether the policy lists people without this one, and the role requires one of them."""
    return bool(policy.people) and person not in policy.people and OUTSIDE not in rule.qualification


def is_filled(rule: RoleRule, incident: Incident) -> bool:
    """Whether a role has as many holders as it must have."""
    return len(incident.holders(rule.name)) >= rule.at_least


def with_holders(
    incident: Incident, rule: RoleRule, holders: tuple[RoleHolder, ...], at: datetime
) -> Incident:
    """The record with these holders of a role, and when it was filled, fell vacant or passed on."""
    others = tuple(held for held in incident.roles if held.role != rule.name)
    before, known = is_filled(rule, incident), set(incident.holders(rule.name))
    after = len(holders) >= rule.at_least
    if rule.passes:
        holders = tuple(held.changed(enough=after) for held in holders)
    incident = incident.changed(
        roles=(*others, *holders), handovers=_standing(incident, rule, holders)
    )
    if not rule.remembered:
        return incident
    if before and after and rule.passes and {held.person for held in holders} - known:
        return incident.changed(role_spells=_passed(incident, rule.name, at))
    if before == after:
        return incident
    spells = _begun(incident, rule.name, at) if after else _ended(incident, rule.name, at)
    return incident.changed(role_spells=spells)


def vacant_again(incident: Incident, policy: CompiledPolicy, at: datetime) -> Incident:
    """The record of a reopened incident: roles that were given back meanwhile are vacant again."""
    for rule in policy.roles:
        if rule.passes and not is_filled(rule, incident):
            spells = _ended(incident, rule.name, at)
            incident = incident.changed(role_spells=spells)
    return incident


def _standing(
    incident: Incident, rule: RoleRule, holders: tuple[RoleHolder, ...]
) -> tuple[Handover, ...]:
    """The offers that still stand: those of people who still hold the role."""
    people = {held.person for held in holders}
    return tuple(h for h in incident.handovers if h.role != rule.name or h.giver in people)


def _running(incident: Incident, role: str) -> RoleSpell | None:
    mine = (spell for spell in incident.role_spells if spell.role == role)
    return next((spell for spell in mine if spell.until_at is None), None)


def _passed(incident: Incident, role: str, at: datetime) -> tuple[RoleSpell, ...]:
    spells, running = incident.role_spells, _running(incident, role)
    if running is None:
        return spells
    # The newest time replaces the one before, so that the record does not fill up.
    kept = running.passed_at[: MOST_PASSES - 1]
    passed = running.changed(passed_at=(*kept, max(at, running.from_at)))
    return tuple(passed if spell is running else spell for spell in spells)


def _begun(incident: Incident, role: str, at: datetime) -> tuple[RoleSpell, ...]:
    spells = incident.role_spells
    return spells if _running(incident, role) else (*spells, RoleSpell(role=role, from_at=at))


def _ended(incident: Incident, role: str, at: datetime) -> tuple[RoleSpell, ...]:
    spells, running = incident.role_spells, _running(incident, role)
    many = sum(spell.role == role for spell in spells) >= MOST_SPELLS
    # After the response, no role has to be filled.
    if running is None or many or incident.state not in BEFORE_REVIEW:
        return spells
    ended = running.changed(until_at=max(at, running.from_at))
    return tuple(ended if spell is running else spell for spell in spells)


def holder(role: str, person: str, at: datetime, policy: CompiledPolicy) -> RoleHolder:
    """A person as the holder of a role; if they are on call, until their shift ends."""
    duties = (found.duty(person) for found in policy.on_call.values())
    ends = [duty.until_at for duty in duties if duty and duty.since_at <= at < duty.until_at]
    return RoleHolder(role=role, person=person, since_at=at, until_at=min(ends, default=None))


def by_default(
    incident: Incident,
    policy: CompiledPolicy,
    role: str,
    person: str,
    summary: str,
    *,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    filled_at: datetime | None = None,
) -> Incident:
    """The record after somebody took a role by the policy, or with the reason why not.

    With `filled_at`, the role counts as filled since then, whenever anybody could be asked.
    """
    rule = policy.role(role) or RoleRule(name=role)
    why = why_ineligible(rule, person, incident, policy, now)
    if unknown_person(rule, person, policy):
        why = "the holder must be one of the policy's people"
    if why:
        summary = f"{person} does not take {role}: {why}"
        return note(incident, EntryKind.ROLE_NOT_TAKEN, summary, actor=actor, now=now, role=role)
    at = happened_at or now
    held = tuple(held for held in incident.roles if held.role == role)
    incident = with_holders(
        incident, rule, (*held, holder(role, person, at, policy)), filled_at or at
    )
    incident = note(
        incident,
        EntryKind.ROLE_ASSIGNED,
        summary,
        actor=actor,
        now=now,
        happened_at=at,
        role=role,
        person=person,
    )
    return with_warning(incident, policy, rule, person, now)


def with_warning(
    incident: Incident, policy: CompiledPolicy, rule: RoleRule, person: str, now: datetime
) -> Incident:
    """The record with a warning if the policy discourages the person's combination of roles."""
    for held in incident.roles:
        other = policy.role(held.role)
        advised = held.role in rule.discouraged_with or (
            other is not None and rule.name in other.discouraged_with
        )
        if held.person == person and held.role != rule.name and advised:
            summary = f"{person} is {rule.name} and {held.role}: the policy advises against it"
            incident = note(incident, EntryKind.ROLE_DISCOURAGED, summary, actor=ENGINE, now=now)
    return incident


def reporter_of(incident: Incident, policy: CompiledPolicy) -> str | None:
    """Who reported an incident, if the policy knows that person."""
    reporter = incident.report.reporter
    if reporter in (MONITORING, ENGINE) or (policy.people and reporter.name not in policy.people):
        return None
    return reporter.name


def told_of_duties(
    before: Incident | None, incident: Incident, policy: CompiledPolicy
) -> Iterator[Remind]:
    """The messages to people who now hold roles by the policy's default, one to each."""
    known = {(held.role, held.person) for held in before.roles} if before else set()
    taken: dict[str, list[RoleRule]] = {}
    for held in incident.roles:
        rule = policy.role(held.role)
        if rule and rule.duties and (held.role, held.person) not in known:
            taken.setdefault(held.person, []).append(rule)
    for person, rules in taken.items():
        names = " and ".join(rule.name for rule in rules)
        duties = "\n\n".join(duties_of(rule, named=len(rules) > 1) for rule in rules)
        yield Remind(person, f"you are {names} of this incident", duties)


def duties_of(rule: RoleRule, *, named: bool = False) -> str:
    """The duties of the holder of a role, in lines; empty if the policy names none."""
    lines = [f"- {duty}" for duty in rule.duties]
    heading = f"Your duties as {rule.name}:" if named else "Your duties:"
    return "\n".join([heading, *lines]) if lines else ""
