"""Who is addressed instead of a role that nobody holds: deputy, default, or who assigns it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.compiled import CompiledPolicy, Level, RoleRule
from models.incident.record import Incident
from models.people.party import Party, PartyKind, name_of, party_named
from rules.people.naming import names
from rules.people.naming.names import ANYONE, PEOPLE, RESPONDERS
from rules.people.naming.people_meant import (
    deputies,
    on_call,
    paged_by_schedule,
    people_meant,
    responders,
)
from rules.people.permission.authority import named_now, rule_for
from rules.people.roles import holders as roles
from rules.people.roles.leading import role_that_leads

ASSIGN = "assign_role"
MANY = frozenset({ANYONE, PEOPLE, RESPONDERS})
"""Words that mean nobody in particular."""
MOST = 5
"""At most this many of those who may assign a role are addressed, people already paged first."""


@dataclass(frozen=True, slots=True)
class StandIns:
    """Who stands in for a role, and as what; empty if nobody does.

    If `only_assign`, they may only give the role to somebody.
    """

    people: tuple[str, ...] = ()
    as_what: str = ""
    only_assign: bool = False


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who answers for the roles that are addressed.

    `holders` has one person for each role, `further` the others. For a role that nobody holds,
    `vacant` says why these people are addressed; those of `to_assign` may only give the role to
    somebody.
    """

    holders: dict[str, str]
    further: dict[str, tuple[str, ...]]
    vacant: dict[str, str]
    to_assign: frozenset[str] = frozenset()


def addressed_by_targets(
    targets: Sequence[str], incident: Incident, policy: CompiledPolicy, now: datetime
) -> Addressed:
    """Who answers for the roles among `targets`, by the record.

    Those who assign roles are asked only if the role is the only target.
    """
    holders = {held.role: held.person for held in reversed(incident.roles)}
    further = dict(incident.further_holders)
    vacant: dict[str, str] = {}
    to_assign: set[str] = set()
    for target in targets:
        role = name_of(target, PartyKind.ROLE)
        if role is None or role in holders:
            continue
        found = stand_ins(role, incident, policy, now, alone=len(targets) == 1)
        if found.people:
            holders[role], further[role] = found.people[0], found.people[1:]
            vacant[role] = found.as_what
            to_assign |= {role} if found.only_assign else set()
    return Addressed(holders, further, vacant, frozenset(to_assign))


def addressed_by_level(
    level: Level, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Addressed:
    """Who answers for the roles of a level of an escalation.

    Responders are not asked to assign the role: they are paged by the levels anyway.
    """
    found = addressed_by_targets(level.page, incident, policy, now)
    if not MANY & set(named_now(rule_for(policy, ASSIGN), incident, now)):
        return found
    gone = found.to_assign
    kept = {role: what for role, what in found.vacant.items() if role not in gone}
    holders = {role: person for role, person in found.holders.items() if role not in gone}
    return Addressed(holders, found.further, kept)


def stand_ins(
    role: str, incident: Incident, policy: CompiledPolicy, now: datetime, *, alone: bool = True
) -> StandIns:
    """The people in place of a vacant role; if it is the `alone` target, also who assigns it."""
    rule = policy.role(role) or RoleRule(name=role)
    called = role or "the communication lead"
    for people, what, only_assign in (
        (deputies(role, incident, policy), f"deputy of {called}", False),
        (tuple(_default(rule, incident, policy, now)), f"by the default of {called}", False),
        (_assigning(incident, policy, now) if alone else (), f"to assign {called}", True),
    ):
        if people:
            first = tuple(dict.fromkeys(people))[:MOST]
            return StandIns(first, f"{what}, which nobody holds", only_assign)
    return StandIns()


def _default(
    rule: RoleRule, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Iterator[str]:
    match party_named(rule.default or ""):
        case Party(None, ""):
            return
        case Party(None, names.ACKNOWLEDGER):
            yield from _acknowledged(incident, policy)
        case Party(None, names.REPORTER):
            reporter = roles.reporter_of(incident, policy)
            if reporter:
                yield reporter
        case Party(PartyKind.SCHEDULE, schedule):
            yield from on_call(schedule, policy, now)
        case person:
            yield person.name


def _assigning(incident: Incident, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """Who may assign roles; if anyone may, the leaders, or else those paged for incidents."""
    named = named_now(rule_for(policy, ASSIGN), incident, now)
    may = people_meant(named, incident, policy, now)
    if MANY & set(named) or not may:
        return leaders(incident, policy) or responders(policy)
    before = [person for person in paged_by_schedule(incident) if person in may]
    return (*before, *(person for person in may if person not in before))


def leaders(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Who leads: the holders of the leading role, or else the person who acknowledged."""
    return incident.holders(role_that_leads(policy) or "") or _acknowledged(incident, policy)


def _acknowledged(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Who acknowledged, unless that is a stranger, who cannot be reached by that name."""
    acknowledged = incident.milestone("acknowledged")
    if acknowledged is None:
        return ()
    name = acknowledged.actor.name
    stranger = policy.people and name not in policy.people
    return () if stranger else (name,)
