"""What an incident carries of the policy's escalations, and which of them it follows."""

from collections.abc import Iterator

from models.compiled import Branch, EscalationPolicy, Level, OnRaise
from models.people.party import Party, PartyKind, party_named
from models.policy import Policy
from models.policy.sections.calendars import WEEK
from models.policy.sections.escalations import NO_LADDER, LevelEntry
from models.time.calendar import CalendarSpec, OpenHours
from policies.compiling.timing import ANY, MAJOR, calendars

DEFAULT_ESCALATION = "default"
"""The escalation of incidents whose service names none. If it is missing, the first of the file."""

TARGETS = (PartyKind.PERSON, PartyKind.ROLE, PartyKind.CHANNEL, PartyKind.SCHEDULE)
"""What a level can page."""


def escalation_of(policy: Policy, service: str | None) -> str | None:
    """The name of the escalation that incidents of `service` follow."""
    entry = policy.services.get(service) if service else None
    if entry and entry.escalation:
        return entry.escalation
    if DEFAULT_ESCALATION in policy.escalations:
        return DEFAULT_ESCALATION
    return next(iter(policy.escalations), None)


def target_of(policy: Policy, written: str) -> str:
    """A page target in full: `ana` becomes `person:ana` if ana is a person, and so on."""
    if party_named(written).kind in TARGETS:
        return written
    kind = PartyKind.PERSON
    if written in policy.roles:
        kind = PartyKind.ROLE
    elif written in policy.channels and written not in policy.people:
        kind = PartyKind.CHANNEL
    elif written in policy.schedules and written not in policy.people:
        kind = PartyKind.SCHEDULE
    return str(Party(kind, written))


def compiled_escalation(policy: Policy, service: str | None) -> EscalationPolicy | None:
    """The escalation of incidents of `service`, with all that can count instead of it."""
    name = escalation_of(policy, service)
    if name is None:
        return None
    branches = tuple(_branches(policy, policy.escalations[name]))
    return _ladder(policy, name).changed(branches=branches)


def _branches(policy: Policy, lines: tuple[LevelEntry, ...]) -> Iterator[Branch]:
    for line in lines:
        if line.follow:
            yield Branch(
                severities=tuple(severities_of(policy, line)),
                when=line.when,
                follow=_ladder(policy, line.follow),
            )


def severities_of(policy: Policy, line: LevelEntry) -> Iterator[str]:
    """The severities at which a line follows another escalation; if none, at all of them."""
    for name in line.severity:
        if name == MAJOR:
            yield from (known for known, severity in policy.severities.items() if severity.major)
        elif name == ANY:
            yield from policy.severities
        else:
            yield name


def _ladder(policy: Policy, name: str) -> EscalationPolicy:
    lines = () if name == NO_LADDER else policy.escalations[name]
    end = lines[-1] if lines else LevelEntry.model_construct()
    return EscalationPolicy(
        name=name,
        levels=tuple(_levels(policy, lines)),
        repeat=end.repeat or 0,
        on_raise=OnRaise(end.on_raise or "nothing"),
        forgotten_after=end.forgotten_after,
    )


def _levels(policy: Policy, lines: tuple[LevelEntry, ...]) -> Iterator[Level]:
    for line in lines:
        if line.wait is not None:
            yield Level(
                page=tuple(target_of(policy, target) for target in line.targets),
                wait=line.wait,
                in_turn=bool(line.round_robin),
                hours=hours_of(policy, line),
                if_firing=line.if_firing,
            )


def hours_of(policy: Policy, line: LevelEntry) -> CalendarSpec | None:
    """When a level counts, in the zone of those of its targets that have none."""
    if line.only_in:
        return next(spec for spec in calendars(policy) if spec.name == line.only_in)
    if line.hours is None:
        return None
    daily = OpenHours(days=WEEK, hours=line.hours)
    return CalendarSpec(name="", zone=policy.time_zone, opens=(daily,))
