"""Whom the words of a policy mean, by the record as it is: roles, teams, deputies, responders."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from models.compiled import AuthorityRule, CompiledPolicy, RoleRule
from models.incident.record import Incident
from models.people.authority import ApprovalRule, OverrideRule
from rules.people.names import ANYONE, NOBODY, OUTSIDE, PEOPLE, RESPONDERS
from rules.people.on_call import SCHEDULE, people_of
from rules.record.carried import recipients

TEAM = "team:"
PERSON = "person:"
ROLE = "role:"
CHANNEL = "channel:"
ON_CALL = "on_call:"
_MOST_NAMED = 5


def responders(policy: CompiledPolicy) -> tuple[str, ...]:
    """The people whom the escalation can page by name or by its schedules, in order."""
    ladders = policy.escalation.ladders if policy.escalation else ()
    targets = (t for ladder in ladders for level in ladder.levels for t in level.page)
    schedules = {f"{SCHEDULE}{spec.name}": spec for spec in policy.schedules}
    named: list[str] = []
    for target in targets:
        if target in schedules:
            named += people_of(schedules[target], policy.people)
        elif target.startswith(PERSON):
            named.append(target.removeprefix(PERSON))
    return tuple(dict.fromkeys(named))


def who_responds(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...] | None:
    """The people whom the word `responders` means as to authority; None: anyone.

    Whom the escalation can page, who was paged, who holds a role, and their deputies. Where a level
    pages a channel, or nobody by name, it is all people of the policy: nobody knows who reads it.
    """
    found = (*responders(policy), *paged(incident))
    if not policy.known_names:
        return tuple(dict.fromkeys(found))
    if not policy.people:
        return None
    named = [*found, *_paged_by_name(incident)]
    named += [held.person for held in incident.roles]
    named += [p for role in policy.roles for p in deputies(role.name, incident, policy)]
    if not responders(policy) or _pages_a_channel(policy):
        named += policy.people
    return tuple(dict.fromkeys(named))


def _pages_a_channel(policy: CompiledPolicy) -> bool:
    ladders = policy.escalation.ladders if policy.escalation else ()
    targets = (t for ladder in ladders for level in ladder.levels for t in level.page)
    return any(target.startswith(CHANNEL) for target in targets)


def _paged_by_name(incident: Incident) -> Iterator[str]:
    """Everybody who was paged, by whatever asked for it."""
    yield from incident.paged
    yield from recipients(incident.timeline)


def people_of_the_policy(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Everybody who is known: the policy's people, and who else holds a role or is offered one.

    Nobody where the policy lists no people.
    """
    if not policy.people:
        return ()
    held = (held.person for held in incident.roles)
    offered = (offer.taker for offer in incident.handovers)
    return tuple(dict.fromkeys((*policy.people, *held, *offered)))


def known_by_name(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Every name that stands for somebody: people, roles and teams."""
    teams = (team for person in policy.people.values() for team in person.teams)
    roles = (role.name for role in policy.roles)
    known = (*people_of_the_policy(incident, policy), *roles, *teams)
    return tuple(dict.fromkeys(known))


def paged(incident: Incident) -> tuple[str, ...]:
    """Everybody who was paged by a schedule: an override may name whom its turns do not."""
    by_schedule = (entry for entry in incident.timeline if "schedule" in entry.data)
    return tuple(str(e.data["recipient"]) for e in by_schedule if e.kind.startswith("page."))


def on_call(schedule: str, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """Who is on call by a schedule, so far as the incident knows.

    Once the shift is over that it began in, everybody who takes turns in it.
    """
    known = policy.on_call.get(schedule)
    if known and (known.until_at is None or now < known.until_at):
        return known.people
    spec = next((spec for spec in policy.schedules if spec.name == schedule), None)
    return people_of(spec, policy.people) if spec else ()


def schedules_named(
    authority: Iterable[AuthorityRule],
    approvals: Iterable[ApprovalRule],
    override: OverrideRule | None,
) -> tuple[str, ...]:
    """The schedules whose people may do something, as targets."""
    groups = [override.by] if override else []
    for rule in authority:
        groups += [rule.by, *rule.at.values(), *(by for _, by in rule.when)]
        groups += [later.by for later in rule.later]
    groups += [group for approval in approvals for group in approval.groups]
    words = dict.fromkeys(word for group in groups for word in group)
    return tuple(
        f"{SCHEDULE}{word.removeprefix(ON_CALL)}" for word in words if word.startswith(ON_CALL)
    )


def deputies(role: str, incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Who may whatever the holder of a role may: its deputy, or whoever holds the deputy's role."""
    rule = policy.role(role)
    if rule is None or rule.deputy is None:
        return ()
    if policy.role(rule.deputy):
        return incident.holders(rule.deputy)
    return (rule.deputy,)


def meant(
    entry: str, incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...] | None:
    """The people whom a word of an authority rule means, deputies last; None: anyone."""
    if entry == ANYONE:
        return None
    if entry == NOBODY:
        return ()
    if entry == PEOPLE:
        return people_of_the_policy(incident, policy) or None
    if entry == RESPONDERS:
        return who_responds(incident, policy)
    if entry.startswith(TEAM):
        team = entry.removeprefix(TEAM)
        return tuple(name for name, person in policy.people.items() if team in person.teams)
    if entry.startswith(ON_CALL):
        return on_call(entry.removeprefix(ON_CALL), policy, now)
    entry = entry.removeprefix(ROLE)
    rule = policy.role(entry)
    if rule is None:
        return (entry.removeprefix(PERSON), *incident.holders(entry))
    named = () if rule.remembered else (entry,)
    found = (*named, *incident.holders(entry), *deputies(entry, incident, policy))
    return tuple(dict.fromkeys(found))


def whom(target: str, policy: CompiledPolicy) -> str:
    """A person or a role as the target of a message."""
    if ":" in target:
        return target
    return f"{PERSON}{target}" if target in policy.people else f"{ROLE}{target}"


def people_meant(
    entries: Iterable[str], incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...]:
    """Everybody whom some words mean, each once."""
    found = (meant(entry, incident, policy, now) or () for entry in entries)
    return tuple(dict.fromkeys(person for people in found for person in people))


def qualified(rule: RoleRule, person: str, policy: CompiledPolicy) -> bool:
    """Whether a person has one of the teams or skills that a role asks for, if it asks for any."""
    known = policy.people.get(person)
    has = (*known.teams, *known.skills) if known else (OUTSIDE,)
    if RESPONDERS in rule.qualification and person in responders(policy):
        return True
    return not rule.qualification or bool(set(has) & set(rule.qualification))


def apart(rule: RoleRule, person: str, incident: Incident, policy: CompiledPolicy) -> list[str]:
    """The roles that a person holds and that never go together with a role."""
    return [
        held.role
        for held in incident.roles
        if held.person == person
        and (held.role in rule.not_also or rule.name in _not_also(held.role, policy))
    ]


def _not_also(role: str, policy: CompiledPolicy) -> tuple[str, ...]:
    rule = policy.role(role)
    return rule.not_also if rule else ()


def candidates(
    rule: RoleRule, incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...]:
    """Who could take a role now: whoever is on call first, then responders, then all others.

    Whoever was paged by a schedule is on call, as far as the incident knows.
    """
    first = [*paged(incident)]
    first += [person for name in policy.on_call for person in on_call(name, policy, now)]
    everybody = dict.fromkeys((*first, *responders(policy), *policy.people))
    return tuple(
        person
        for person in everybody
        if person in policy.people
        and person not in incident.holders(rule.name)
        and qualified(rule, person, policy)
        and not apart(rule, person, incident, policy)
    )


def listed(people: Iterable[str]) -> str:
    """Some people in a line, the rest counted."""
    names = tuple(people)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
