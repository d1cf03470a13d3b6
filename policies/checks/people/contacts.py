"""People, the channels that reach them, and roles by name."""

from collections.abc import Iterator

from models.base import MONITORING
from models.policy import Policy
from policies.reading.findings import Check, Finding, no_zone, unknown
from policies.reading.tree import Loc
from rules.people.naming.names import ACKNOWLEDGER, ANYONE, PEOPLE, REPORTER, flaw, skeleton
from rules.people.naming.people_meant import TEAM
from rules.people.on_call.words import SCHEDULE


def teams_of(policy: Policy) -> tuple[str, ...]:
    """The teams of the policy's people."""
    return tuple(dict.fromkeys(team for p in policy.people.values() for team in p.teams))


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


def names_apart(policy: Policy) -> Iterator[Finding]:
    """Nobody can pass for somebody else, for a role, or for a word with a meaning."""
    taken: dict[str, str] = {}
    for section, names in (("people", policy.people), ("roles", policy.roles)):
        for name in names:
            problem, other = flaw(name), taken.setdefault(skeleton(name), name)
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


def holders(policy: Policy) -> Iterator[Finding]:
    """Whoever takes a role by default, deputises or owns a service exists."""
    for name, role in policy.roles.items():
        if role.default:
            yield from _by_default(policy, name, role.default)
        if role.deputy:
            known = (*policy.people, *policy.roles)
            yield from unknown(("roles", name, "deputy"), "person or role", role.deputy, known)
    for name, service in policy.services.items():
        if service.owner:
            loc = ("services", name, "owner")
            yield from unknown(loc, "person", service.owner, policy.people)


def _by_default(policy: Policy, role: str, default: str) -> Iterator[Finding]:
    loc = ("roles", role, "default")
    schedule = default.removeprefix(SCHEDULE)
    if schedule != default:
        yield from unknown(loc, "schedule", schedule, policy.schedules)
        return
    yield from unknown(loc, "person", default, (*policy.people, ACKNOWLEDGER, REPORTER))


def reporters(policy: Policy) -> Iterator[Finding]:
    """Whoever may report exists."""
    if policy.reporting is None:
        return
    teams = {team for person in policy.people.values() for team in person.teams}
    known = (ANYONE, PEOPLE, MONITORING.name, *policy.people, *sorted(teams))
    named: list[tuple[Loc, str]] = [
        (("reporting", "who", index), who) for index, who in enumerate(policy.reporting.who)
    ]
    for severity, people in policy.reporting.who_at.items():
        loc: Loc = ("reporting", "who_at", severity)
        named += [((*loc, index), who) for index, who in enumerate(people)]
    for loc, who in named:
        yield from unknown(loc, "person or team", who.removeprefix(TEAM), known)


CHECKS: tuple[Check, ...] = (
    channels_named,
    fallback_loops,
    people_reachable,
    names_apart,
    holders,
    reporters,
)
