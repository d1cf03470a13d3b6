"""People, the channels that reach them, and roles by name."""

from collections.abc import Iterator

from models.base import MONITORING
from models.people.party import Party, PartyKind, name_of, party_named
from models.policy import Policy
from models.policy.values.words import bare_name
from policies.compiling.responsibility import reporter_meant, teams_of
from policies.reading.findings import Check, Finding, no_zone, unknown, warning
from policies.reading.tree import Loc
from rules.people.naming.identities import compared
from rules.people.naming.names import (
    ACKNOWLEDGER,
    ANYONE,
    PEOPLE,
    REPORTER,
    skeleton,
    spelling_flaw,
)


def channels_named(policy: Policy) -> Iterator[Finding]:
    """Each named channel is one of the policy's."""
    named: list[tuple[Loc, str]] = []
    if policy.paging:
        named += [(("paging", "channels", i), c) for i, c in enumerate(policy.paging.channels)]
    for name, person in policy.people.items():
        loc: Loc = ("people", name, "page_by")
        named += [((*loc, i), channel) for i, channel in enumerate(person.page_by)]
    for name, entry in policy.channels.items():
        if entry.fallback:
            named.append((("channels", name, "fallback"), entry.fallback))
    for loc, channel in named:
        yield from unknown(loc, "channel", channel, policy.channels)


def fallback_loops(policy: Policy) -> Iterator[Finding]:
    """No channel falls back to itself, directly or through others."""
    told: set[str] = set()
    for name in policy.channels:
        way = [name]
        while (following := _fallback(policy, way[-1])) and following not in way:
            way.append(following)
        if following == name and name not in told:
            told.update(way)
            circle = " → ".join((*way, name))
            loc = ("channels", name, "fallback")
            yield Finding(
                loc,
                f"the fallback goes in a circle: {circle}",
                "remove one of the fallbacks",
            )


def _fallback(policy: Policy, name: str) -> str | None:
    channel = policy.channels.get(name)
    return channel.fallback if channel else None


def people_reachable(policy: Policy) -> Iterator[Finding]:
    """The engine can page everybody, and their zones exist."""
    for name, person in policy.people.items():
        yield from no_zone(("people", name, "zone"), person.zone)
        if not person.page_by and not policy.paging:
            yield Finding(
                ("people", name),
                f"no channel pages {name}",
                "add paging: { channels: [...] } for everybody, or page_by here",
                key=True,
            )


def known_in_chat(policy: Policy) -> Iterator[Finding]:
    """People who are paged in a chat are known there: by their member ID, or by an address."""
    for name, person in policy.people.items():
        channels = person.page_by or (policy.paging.channels if policy.paging else ())
        kinds = {policy.channels[each].kind for each in channels if each in policy.channels}
        if "slack" in kinds and not (person.slack or person.email):
            what = f"Slack cannot find {name}: they have neither a member ID nor an address"
            yield warning(("people", name), what, "add slack: U..., or email", key=True)


def names_apart(policy: Policy) -> Iterator[Finding]:
    """Nobody can pass for somebody else, for a role, or for a word with a meaning."""
    taken: dict[str, str] = {}
    for section, names in (("people", policy.people), ("roles", policy.roles)):
        for name in names:
            problem, other = spelling_flaw(name), taken.setdefault(skeleton(name), name)
            if problem:
                yield Finding((section, name), problem, "choose another name", key=True)
            elif other != name:
                what = f"{name} looks like {other}"
                yield Finding(
                    (section, name), what, "choose names that nobody can confuse", key=True
                )
    for name in policy.roles:
        if name in policy.people:
            what = f"{name} is also the name of a person"
            yield Finding(("roles", name), what, "choose another name for one", key=True)


def identities_apart(policy: Policy) -> Iterator[Finding]:
    """Each identity is one word, and no other person's."""
    taken = {compared(p.email): name for name, p in reversed(policy.people.items()) if p.email}
    for name, person in policy.people.items():
        for index, identity in enumerate(person.identities):
            loc = ("people", name, "identities", index)
            if len(identity.split()) > 1:
                what = f"{identity} is no identity: it has spaces"
                advice = "write an e-mail address or a subject, or leave the key out"
                yield Finding(loc, what, advice)
            meant = compared(identity) if "@" in identity else identity
            other = taken.setdefault(meant, name)
            if other != name:
                what = f"{identity} is an identity of {other}, too"
                yield Finding(loc, what, "leave it to the one person whom it means")


def chats_apart(policy: Policy) -> Iterator[Finding]:
    """A user of Slack is one person only."""
    taken: dict[str, str] = {}
    for name, person in policy.people.items():
        other = taken.setdefault(person.slack, name) if person.slack else name
        if other != name:
            what = f"{person.slack} is {other} in Slack, too"
            advice = "leave it to the one person whom it means"
            yield Finding(("people", name, "slack"), what, advice)


def holders(policy: Policy) -> Iterator[Finding]:
    """The policy has all people who take a role by default, deputise, or own a service."""
    for name, role in policy.roles.items():
        if role.default:
            yield from _by_default(policy, name, role.default)
        if role.deputy:
            known = (*policy.people, *policy.roles)
            yield from unknown(("roles", name, "deputy"), "person or role", role.deputy, known)
    for name, service in policy.services.items():
        if service.owner:
            loc = ("services", name, "owner")
            known = (*policy.people, *policy.roles)
            yield from unknown(loc, "person or role", service.owner, known)


def _by_default(policy: Policy, role: str, default: str) -> Iterator[Finding]:
    loc = ("roles", role, "default")
    schedule = name_of(default, PartyKind.SCHEDULE)
    if schedule is not None:
        yield from unknown(loc, "schedule", schedule, policy.schedules)
        return
    known = (*policy.people, ACKNOWLEDGER, REPORTER, *policy.roles)
    yield from unknown(loc, "person or role", default, known)
    if default in policy.roles and _circle(policy, role):
        what = f"the default of {role} leads back to {role}"
        yield Finding(loc, what, "name a person in one of the roles")


def _circle(policy: Policy, role: str) -> bool:
    """Whether the defaults of roles lead from a role back to it."""
    way = [role]
    while (default := policy.roles[way[-1]].default) in policy.roles and default not in way:
        way.append(default)
    return default == role


def reporters(policy: Policy) -> Iterator[Finding]:
    """The policy has all people who may report."""
    if policy.reporting is None:
        return
    words = (ANYONE, PEOPLE, MONITORING.name)
    named: list[tuple[Loc, str]] = [
        (("reporting", "who", index), who) for index, who in enumerate(policy.reporting.who)
    ]
    for severity, people in policy.reporting.who_at.items():
        loc: Loc = ("reporting", "who_at", severity)
        named += [((*loc, index), who) for index, who in enumerate(people)]
    for loc, who in named:
        yield from _reporter(policy, loc, who, words)


def _reporter(policy: Policy, loc: Loc, who: str, words: tuple[str, ...]) -> Iterator[Finding]:
    teams = sorted(teams_of(policy))
    match party_named(who):
        case Party(PartyKind.TEAM, team):
            yield from unknown(loc, "team", team, teams)
        case Party(PartyKind.ROLE, role):
            yield from unknown(loc, "role", role, policy.roles)
        case Party(PartyKind.PERSON, person):
            yield from unknown(loc, "person", person, policy.people)
        case _:
            known = (*words, *policy.people, *teams, *policy.roles)
            yield from unknown(loc, "person, team or role", who, known)
    role = bare_name(who)
    if role in policy.roles and reporter_meant(policy, who) == (who,):
        what = f"nobody is {role} before there is an incident"
        instead = "name people or a team, or give the role a person as default or a qualification"
        yield Finding(loc, what, instead)


CHECKS: tuple[Check, ...] = (
    channels_named,
    fallback_loops,
    people_reachable,
    known_in_chat,
    names_apart,
    identities_apart,
    chats_apart,
    holders,
    reporters,
)
