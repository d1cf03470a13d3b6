"""The people that the words of a policy mean, by the record: roles, teams, deputies, responders."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from models.compiled import AuthorityRule, CompiledPolicy, RoleRule
from models.incident.record import Incident
from models.incident.timeline import PAGE, subject_of
from models.people.authority import ApprovalRule, PolicyOverrideRule
from models.people.party import Party, PartyKind, party_named
from rules.people.naming import names
from rules.people.naming.names import OUTSIDE, RESPONDERS
from rules.people.on_call.words import people_of
from rules.record.facts_of_lines import recipients

_MOST_NAMED = 5


def responders(policy: CompiledPolicy) -> tuple[str, ...]:
    """The people that the escalation can page by name or by its schedules, in order."""
    ladders = policy.escalation.ladders if policy.escalation else ()
    targets = (t for ladder in ladders for level in ladder.levels for t in level.page)
    schedules = {spec.name: spec for spec in policy.schedules}
    named: list[str] = []
    for target in targets:
        match party_named(target):
            case Party(PartyKind.SCHEDULE, schedule) if schedule in schedules:
                named += people_of(schedules[schedule], policy.people)
            case Party(PartyKind.PERSON, person):
                named.append(person)
    return tuple(dict.fromkeys(named))


def who_responds(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...] | None:
    """The people that `responders` means in an authority rule; None: anyone.

    They are those whom the escalation can page, who were paged or who hold a role, and their
    deputies. If a level pages a channel, or pages nobody by name, they are all people of the
    policy, because nobody knows who reads the channel.
    """
    found = (*responders(policy), *paged_by_schedule(incident))
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
    return any(party_named(target).kind is PartyKind.CHANNEL for target in targets)


def _paged_by_name(incident: Incident) -> Iterator[str]:
    """Everybody who was paged, for any reason."""
    yield from incident.paged
    yield from recipients(incident.timeline)


def people_of_the_policy(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Everybody who is known: the policy's people, and holders and takers of roles.

    Nobody if the policy lists no people.
    """
    if not policy.people:
        return ()
    held = (held.person for held in incident.roles)
    offered = (offer.taker for offer in incident.handovers)
    return tuple(dict.fromkeys((*policy.people, *held, *offered)))


def known_by_name(incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Every name that means somebody: people, roles and teams."""
    teams = (team for person in policy.people.values() for team in person.teams)
    roles = (role.name for role in policy.roles)
    known = (*people_of_the_policy(incident, policy), *roles, *teams)
    return tuple(dict.fromkeys(known))


def paged_by_schedule(incident: Incident) -> tuple[str, ...]:
    """Everybody who was paged by a schedule; an override can name people outside its turns."""
    by_schedule = (entry for entry in incident.timeline if "schedule" in entry.data)
    return tuple(str(e.data["recipient"]) for e in by_schedule if subject_of(e.kind) == PAGE)


def on_call(schedule: str, policy: CompiledPolicy, now: datetime) -> tuple[str, ...]:
    """Who is on call by a schedule, as far as the incident knows.

    After the shift in which the incident began, everybody who takes turns in the schedule.
    """
    known = policy.on_call.get(schedule)
    if known and (known.until_at is None or now < known.until_at):
        return known.people
    spec = next((spec for spec in policy.schedules if spec.name == schedule), None)
    return people_of(spec, policy.people) if spec else ()


def schedules_named(
    authority: Iterable[AuthorityRule],
    approvals: Iterable[ApprovalRule],
    override: PolicyOverrideRule | None,
) -> tuple[str, ...]:
    """The schedules whose people may do something, as targets."""
    groups = [override.by] if override else []
    for rule in authority:
        groups += [rule.by, *rule.at.values(), *(by for _, by in rule.when)]
        groups += [later.by for later in rule.later]
    groups += [group for approval in approvals for group in approval.groups]
    parties = map(party_named, dict.fromkeys(word for group in groups for word in group))
    return tuple(
        str(Party(PartyKind.SCHEDULE, party.name))
        for party in parties
        if party.kind is PartyKind.ON_CALL
    )


def deputies(role: str, incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """Who may do what the holder of a role may: the deputy, or the holder of the deputy's role."""
    rule = policy.role(role)
    if rule is None or rule.deputy is None:
        return ()
    if policy.role(rule.deputy):
        return incident.holders(rule.deputy)
    return (rule.deputy,)


def people_in_authority(
    entry: str, incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...] | None:
    """The people that a word of an authority rule means, deputies last; None: anyone."""
    match party_named(entry):
        case Party(None, names.ANYONE):
            return None
        case Party(None, names.NOBODY):
            return ()
        case Party(None, names.PEOPLE):
            return people_of_the_policy(incident, policy) or None
        case Party(None, names.RESPONDERS):
            return who_responds(incident, policy)
        case Party(PartyKind.TEAM, team):
            return tuple(name for name, person in policy.people.items() if team in person.teams)
        case Party(PartyKind.ON_CALL, schedule):
            return on_call(schedule, policy, now)
        case Party(PartyKind.ROLE | None, name):
            return _meant_by_name(name, incident, policy)
        case party:
            return (party.name,) if party.kind is PartyKind.PERSON else ()


def _meant_by_name(name: str, incident: Incident, policy: CompiledPolicy) -> tuple[str, ...]:
    """The people that a role means, or the person of that name."""
    rule = policy.role(name)
    if rule is None:
        return (name, *incident.holders(name))
    named = () if rule.remembered else (name,)
    found = (*named, *incident.holders(name), *deputies(name, incident, policy))
    return tuple(dict.fromkeys(found))


def message_target(target: str, policy: CompiledPolicy) -> str:
    """A person or a role, written as the target of a message."""
    if party_named(target).kind:
        return target
    return str(Party(PartyKind.PERSON if target in policy.people else PartyKind.ROLE, target))


def people_meant(
    entries: Iterable[str], incident: Incident, policy: CompiledPolicy, now: datetime
) -> tuple[str, ...]:
    """Everybody that these words mean, each once."""
    found = (people_in_authority(entry, incident, policy, now) or () for entry in entries)
    return tuple(dict.fromkeys(person for people in found for person in people))


def qualified(rule: RoleRule, person: str, policy: CompiledPolicy) -> bool:
    """Whether a person has one of the teams or skills that a role requires, if it requires any."""
    known = policy.people.get(person)
    has = (*known.teams, *known.skills) if known else (OUTSIDE,)
    if RESPONDERS in rule.qualification and person in responders(policy):
        return True
    return not rule.qualification or bool(set(has) & set(rule.qualification))


def excluded_roles(
    rule: RoleRule, person: str, incident: Incident, policy: CompiledPolicy
) -> list[str]:
    """The roles of a person that exclude this role."""
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
    """Who could take a role now: people on call first, then responders, then all others.

    Somebody who was paged by a schedule counts as on call.
    """
    first = [*paged_by_schedule(incident)]
    first += [person for name in policy.on_call for person in on_call(name, policy, now)]
    everybody = dict.fromkeys((*first, *responders(policy), *policy.people))
    return tuple(
        person
        for person in everybody
        if person in policy.people
        and person not in incident.holders(rule.name)
        and qualified(rule, person, policy)
        and not excluded_roles(rule, person, incident, policy)
    )


def people_in_a_line(people: Iterable[str]) -> str:
    """Some people in a line; the others are counted."""
    names = tuple(people)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
