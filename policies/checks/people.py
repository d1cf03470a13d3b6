"""People, roles, channels and who may do what."""

from collections.abc import Iterator
from zoneinfo import available_timezones

from models.command import COMMANDS
from models.policy import Policy
from models.policy.people import AuthorityEntry
from models.schedule import NOBODY
from policies.findings import Check, Finding, unknown, warning
from policies.tree import Loc
from rules.on_duty import SCHEDULE

ANYONE = "anyone"
RESPONDERS = "responders"
ACKNOWLEDGER = "acknowledger"
MONITORING = "monitoring"
RESERVED = (ANYONE, RESPONDERS, ACKNOWLEDGER, MONITORING, NOBODY, "people", "engine")
"""Words that mean something of their own where people and roles are named."""


def channels_named(policy: Policy) -> Iterator[Finding]:
    """Each channel that is named is one of the policy's."""
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
    """No channel falls back to itself, on whatever way."""
    told: set[str] = set()
    for name in policy.channels:
        way = [name]
        while (following := _fallback(policy, way[-1])) and following not in way:
            way.append(following)
        if following == name and name not in told:
            told.update(way)
            circle = " → ".join((*way, name))
            loc = ("channels", name, "fallback")
            yield Finding(loc, f"the fallback goes round in a circle: {circle}", "let it end")


def _fallback(policy: Policy, name: str) -> str | None:
    channel = policy.channels.get(name)
    return channel.fallback if channel else None


def people_reachable(policy: Policy) -> Iterator[Finding]:
    """Everybody can be paged, and lives in a zone that exists."""
    zones = available_timezones()
    for name, person in policy.people.items():
        yield from unknown(("people", name, "zone"), "time zone", person.zone, zones)
        if not person.page_by and not policy.paging:
            yield Finding(
                ("people", name),
                f"no channel pages {name}",
                "add paging: { channels: [...] } for everybody, or page_by here",
                key=True,
            )


def names_apart(policy: Policy) -> Iterator[Finding]:
    """People and roles do not share names, and take no word that means something else."""
    for section, names in (("people", policy.people), ("roles", policy.roles)):
        for name in names:
            if name in RESERVED:
                what = f"{name} has a meaning of its own here"
                yield Finding((section, name), what, "choose another name", key=True)
    for name in policy.roles:
        if name in policy.people:
            what = f"{name} is the name of a person, too"
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
    yield from unknown(loc, "person", default, (*policy.people, ACKNOWLEDGER))


def _rules(policy: Policy) -> Iterator[tuple[Loc, AuthorityEntry]]:
    yield from ((("authority", name), entry) for name, entry in policy.authority.items())
    yield ("severity_rules", "raise"), policy.severity_rules.raised
    yield ("severity_rules", "lower"), policy.severity_rules.lowered


def authorities(policy: Policy) -> Iterator[Finding]:
    """Authority is about commands that exist, and given to somebody who does."""
    commands = [name for name, spec in COMMANDS.items() if not spec.internal]
    for name in policy.authority:
        yield from unknown(("authority", name), "command", name, commands, key=True)
    known = (ANYONE, RESPONDERS, *policy.roles, *policy.people)
    for loc, entry in _rules(policy):
        for index, by in enumerate(entry.by):
            yield from unknown((*loc, "by", index), "role or person", by, known)
        if entry.reasons and loc != ("authority", "cancel"):
            where = (*loc, "reasons")
            yield Finding(where, "only cancel asks for reasons", "remove it", key=True)


def fillable(policy: Policy) -> frozenset[str]:
    """The roles that somebody can come to hold: by default, or given by one who may."""
    held = {name for name, role in policy.roles.items() if role.default}
    by = set(policy.authority.get("assign_role", AuthorityEntry()).by)
    if by & {ANYONE, RESPONDERS, *policy.people, *held}:
        return frozenset(policy.roles)
    return frozenset(held)


def roles_filled(policy: Policy) -> Iterator[Finding]:
    """A role that must be held can be, and preferably without anybody thinking of it."""
    can = fillable(policy)
    for name, role in policy.roles.items():
        if not role.required or role.default:
            continue
        loc = ("roles", name, "required")
        if name not in can:
            what = f"{name} is required, but nobody may assign it"
            yield Finding(loc, what, "add a default, or let somebody assign_role", key=True)
        elif any(not after for after in role.required.values()):
            what = f"{name} is required at once, but nobody takes it by default"
            yield warning(loc, what, "add a default, or leave some time", key=True)


def reporters(policy: Policy) -> Iterator[Finding]:
    """Whoever may report exists."""
    if policy.reporting is None:
        return
    teams = {team for person in policy.people.values() for team in person.teams}
    known = (ANYONE, "people", MONITORING, *policy.people, *sorted(teams))
    for index, who in enumerate(policy.reporting.who):
        yield from unknown(("reporting", "who", index), "person or team", who, known)


CHECKS: tuple[Check, ...] = (
    channels_named,
    fallback_loops,
    people_reachable,
    names_apart,
    holders,
    authorities,
    roles_filled,
    reporters,
)
