"""Escalations: whether their levels reach somebody, and whether each line can ever count."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from models.people.party import Party, PartyKind, name_of, party_named
from models.policy import Policy
from models.policy.sections.escalations import NO_LADDER, LevelEntry
from models.time.calendar import LOCAL, CalendarSpec
from policies.checks.calendars.uncovered import closed_between, how_to_accept, times_in_words
from policies.checks.conditions import misfits
from policies.compiling.escalations import TARGETS, hours_of, severities_of, target_of
from policies.compiling.responsibility import default_of
from policies.compiling.schedules import zone_of
from policies.compiling.timing import ANY, MAJOR
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc
from rules.people.naming.names import ACKNOWLEDGER
from rules.time.localtime import Open
from rules.zones.calendars import joined_spans, slice_of, unknown_region, zone_known

_LOOKED_AT = timedelta(days=35)
"""How far the check looks at hours, from when the policy comes into force."""


def _lines(policy: Policy) -> Iterator[tuple[Loc, LevelEntry]]:
    for name, lines in policy.escalations.items():
        for index, line in enumerate(lines):
            yield ("escalations", name, index), line


def _level_key(line: LevelEntry) -> str:
    return "page" if line.page else "round_robin"


def page_targets_exist(policy: Policy) -> Iterator[Finding]:
    """Everybody whom a level pages exists."""
    known: dict[PartyKind | None, Iterable[str]] = {
        PartyKind.PERSON: policy.people,
        PartyKind.ROLE: policy.roles,
        PartyKind.CHANNEL: policy.channels,
        PartyKind.SCHEDULE: policy.schedules,
    }
    every = (*policy.people, *policy.roles, *policy.channels, *policy.schedules)
    for loc, line in _lines(policy):
        for index, written in enumerate(line.targets):
            where = (*loc, _level_key(line), index)
            party = party_named(written)
            if party.kind in TARGETS:
                yield from unknown(where, str(party.kind), party.name, known[party.kind])
            elif ":" in written:
                forms = ", ".join(str(Party(kind, "NAME")) for kind in TARGETS)
                yield Finding(where, f"{written} is not a target", f"write {forms}")
            else:
                yield from unknown(where, "person, role, channel or schedule", written, every)


def levels_page_somebody(policy: Policy) -> Iterator[Finding]:
    """Escalations have levels that page somebody, and say what happens after the last."""
    for name, lines in policy.escalations.items():
        loc: Loc = ("escalations", name)
        if name == NO_LADDER:
            what = f"{name} has a meaning of its own here"
            yield Finding(loc, what, "choose another name", key=True)
        if not any(line.targets for line in lines):
            what = f"the escalation {name} pages nobody"
            add, about = "add a level: - { page: ana, wait: 5m }", f"escalations.{name}"
            yield Finding(loc, what, add, key=True, about=about)
        for index, line in enumerate(lines[:-1]):
            for key in ("repeat", "on_raise", "forgotten_after"):
                if getattr(line, key) is not None:
                    what = f"{key} must be the last line"
                    yield Finding((*loc, index, key), what, "move it to the end", key=True)


def followed_escalations_exist(policy: Policy) -> Iterator[Finding]:
    """A line follows another escalation that exists and follows no others itself."""
    for loc, line in _lines(policy):
        if not line.follow:
            continue
        where = (*loc, "follow")
        known = (*policy.escalations, NO_LADDER)
        yield from unknown(where, "escalation", line.follow, known)
        if line.follow == loc[1]:
            yield Finding(where, f"{line.follow} follows itself", "remove this line")
        elif any(other.follow for other in policy.escalations.get(line.follow, ())):
            what = f"{line.follow} itself follows others, which does not count here"
            yield Finding(where, what, f"follow one that has only levels, instead of {line.follow}")
        for index, severity in enumerate(line.severity):
            choice = (*policy.severities, MAJOR, ANY)
            yield from unknown((*loc, "severity", index), "severity", severity, choice)
        for index, text in enumerate(line.when):
            yield from misfits(policy, (*loc, "when", index), text)


def lines_can_count(policy: Policy) -> Iterator[Finding]:
    """Each line that follows another escalation, and the levels after them, can come to count."""
    for name, lines in policy.escalations.items():
        taken: set[str] = set()
        for index, line in enumerate(lines):
            if not line.follow:
                continue
            asked = set(severities_of(policy, line)) or set(policy.severities)
            if asked <= taken:
                what = "this line never counts: one before it always does"
                yield warning(("escalations", name, index), what, "move it up, or remove it")
            if not line.when:
                taken |= asked
        if set(policy.severities) <= taken:
            what = f"the levels of {name} never count: at every severity another one is followed"
            yield warning(("escalations", name), what, "leave one severity to them", key=True)


def turns_differ(policy: Policy) -> Iterator[Finding]:
    """Several people take turns, each once."""
    for loc, line in _lines(policy):
        where = (*loc, "round_robin")
        if line.round_robin and len(set(line.round_robin)) < 2:  # noqa: PLR2004 - one is no turn
            what = "a round robin of one has no turns"
            yield warning(where, what, f"write page: {line.round_robin[0]}", key=True)
            continue
        for index, written in enumerate(line.round_robin):
            if written in line.round_robin[:index]:
                what = f"{written} is given twice, so it is paged twice as often"
                yield warning((*where, index), what, "name each of them once")


def _holds(policy: Policy, target: str) -> bool:
    """Whether a target means somebody while nobody has acknowledged yet."""
    role = name_of(target, PartyKind.ROLE)
    if role not in policy.roles:
        return True
    return default_of(policy, role) not in {None, ACKNOWLEDGER}


def levels_reach_somebody(policy: Policy) -> Iterator[Finding]:
    """Each level reaches somebody before anybody has acknowledged."""
    for loc, line in _lines(policy):
        named = [target_of(policy, written) for written in line.targets]
        if named and not any(_holds(policy, target) for target in named):
            said = ", ".join(line.targets)
            yield warning(
                loc,
                f"nobody holds this level before somebody acknowledges: {said}",
                "page a person too, or give the role a person as default",
            )


def calendars_named(policy: Policy) -> Iterator[Finding]:
    """The calendar of a level is one of the policy's."""
    for loc, line in _lines(policy):
        if line.only_in:
            known = (*policy.calendars, LOCAL)
            yield from unknown((*loc, "only_in"), "calendar", line.only_in, known)


def _zone(policy: Policy, target: str, spec: CalendarSpec) -> str:
    match party_named(target):
        case Party(PartyKind.PERSON, name) if name in policy.people:
            person = policy.people[name]
            return person.zone if "zone" in person.model_fields_set else spec.zone
        case Party(PartyKind.SCHEDULE, name) if name in policy.schedules:
            return zone_of(policy, policy.schedules[name])
    return spec.zone


@lru_cache(maxsize=64)
def _spans_open(calendar: str, since: datetime) -> tuple[Open, ...]:
    """When a calendar, as JSON, is open; most levels and people have the same few calendars."""
    spec = CalendarSpec.model_validate_json(calendar)
    return slice_of(spec, since, since + _LOOKED_AT, as_of=since).opens


def _opens(policy: Policy, line: LevelEntry, since: datetime) -> list[Open] | None:
    """When somebody of a level is within their hours; None if nobody can say."""
    until = since + _LOOKED_AT
    spec = hours_of(policy, line)
    if spec is None:
        return [(since, until)]
    spans: list[Open] = []
    for written in line.targets:
        zone = _zone(policy, target_of(policy, written), spec)
        if not zone_known(zone) or any(unknown_region(code) for code in spec.holidays):
            return None
        local = spec.changed(zone=zone)
        spans += _spans_open(local.model_dump_json(), since)
    return joined_spans(sorted(spans))


def hours_are_covered(policy: Policy) -> Iterator[Finding]:
    """At every hour the escalation can page somebody; at some hour, each level can."""
    since = datetime.combine(policy.effective_from, time(), UTC)
    nobody: dict[str, list[str]] = {}
    for name, lines in policy.escalations.items():
        known = (*policy.calendars, LOCAL, None)
        levels = [line for line in lines if line.targets and line.only_in in known]
        opens = [_opens(policy, line, since) for line in levels]
        if not levels or any(found is None for found in opens):
            continue
        for line, found in zip(levels, opens, strict=True):
            if not found:
                loc: Loc = ("escalations", name, lines.index(line))
                what = "nobody of this level is ever within its hours"
                yield warning(loc, what, "give it other hours, or remove it")
        covered = joined_spans(sorted(span for found in opens for span in found or ()))
        gaps = closed_between(covered, since, since + _LOOKED_AT)
        if gaps and zone_known(policy.time_zone):
            nobody.setdefault(times_in_words(policy.time_zone, gaps, since), []).append(name)
    for at, names in nobody.items():
        where: Loc = ("escalations", names[0])
        yield warning(
            where,
            f"nobody of {' and '.join(names)} is within their hours {at}: the first "
            "of them is paged only afterwards",
            f"add a level without hours, {how_to_accept(where)}",
            key=True,
        )


CHECKS: tuple[Check, ...] = (
    page_targets_exist,
    levels_page_somebody,
    followed_escalations_exist,
    lines_can_count,
    turns_differ,
    levels_reach_somebody,
    calendars_named,
    hours_are_covered,
)
