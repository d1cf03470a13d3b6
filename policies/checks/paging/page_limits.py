"""Limits of pages: whether they limit anything, and leave room for one incident alone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from models.compiled import EscalationPolicy, Level
from models.people.party import Party, PartyKind, as_person, name_of, party_named
from models.people.workload import FEWEST, PageLimit
from models.policy import Policy
from models.policy.sections.escalations import LevelEntry
from models.policy.values.durations import format_duration
from models.policy.values.page_limits import MOST
from policies.compiling.escalations import escalation_of, severities_of, target_of
from policies.compiling.responsibility import default_of
from policies.page_limits import limit_as_written, limit_of
from policies.reading.findings import Check, Finding, warning
from policies.render.sections.escalations import pages
from policies.render.writing.words import party
from rules.paging.workload import pages_one_by_one


def channel_limits_count(policy: Policy) -> Iterator[Finding]:
    """The limit of a channel counts only pages that levels send to the channel itself."""
    lines = (line for lines in policy.escalations.values() for line in lines)
    paged = {target_of(policy, written) for line in lines for written in line.targets}
    for name, entry in policy.channels.items():
        target = str(Party(PartyKind.CHANNEL, name))
        if entry.limit and target not in paged:
            what = f"no level pages {target}, so this limits nothing"
            instead = f"page {target} in a level, or limit what each person gets: paging.limit"
            yield warning(("channels", name, "limit"), what, instead, key=True)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """How often an incident alone pages somebody within the time of their limit."""

    whom: str
    pages: int
    limit: PageLimit


def room_for_one(policy: Policy) -> Iterator[Finding]:
    """An incident that nobody acknowledges does not use up somebody's limit alone."""
    for name, lines in policy.escalations.items():
        at = _counts_at(policy, name)
        worst = at <= {next(iter(policy.severities))}
        crowds = [
            crowd
            for crowd in _crowds(policy, lines)
            if at and crowd.pages > pages_one_by_one(crowd.limit, worst=worst)
        ]
        if crowds:
            yield _crowded(name, max(crowds, key=lambda crowd: crowd.pages), worst=worst)


def _crowded(name: str, found: _Crowd, *, worst: bool) -> Finding:
    within, room = format_duration(found.limit.within), pages_one_by_one(found.limit, worst=worst)
    go = "goes" if room == 1 else "go"
    return warning(
        ("escalations", name),
        f"one incident alone pages {found.whom} {found.pages} times within {within}, and of "
        f"{limit_as_written(found.limit)} only {room} {go} out one by one",
        _instead(found.limit, found.pages, worst=worst),
        key=True,
    )


def _crowds(policy: Policy, lines: tuple[LevelEntry, ...]) -> Iterator[_Crowd]:
    for target, times in _times(policy, lines).items():
        limit = limit_of(policy, target)
        if limit:
            yield _Crowd(party(target), _most_within(times, limit.within), limit)


def _counts_at(policy: Policy, name: str) -> set[str]:
    """The severities at which the levels of an escalation can count."""
    followed = (line for ls in policy.escalations.values() for line in ls if line.follow == name)
    found = {severity for line in followed for severity in _of(policy, line)}
    if name in {escalation_of(policy, service) for service in (*policy.services, None)}:
        instead = (line for line in policy.escalations[name] if line.follow and not line.when)
        taken = {severity for line in instead for severity in _of(policy, line)}
        found |= set(policy.severities) - taken
    return found


def _of(policy: Policy, line: LevelEntry) -> Iterable[str]:
    return tuple(severities_of(policy, line)) or policy.severities


def _times(policy: Policy, lines: tuple[LevelEntry, ...]) -> dict[str, list[timedelta]]:
    """When silence pages whom, counted from the first page.

    The turns differ from incident to incident, so levels in turn count for nobody.
    """
    levels = [line for line in lines if line.wait is not None]
    ladder = EscalationPolicy(
        name="",
        levels=tuple(
            Level(page=() if line.round_robin else line.page, wait=line.wait) for line in levels
        ),
        repeat=(lines[-1].repeat or 0) if lines else 0,
    )
    found: defaultdict[str, list[timedelta]] = defaultdict(list)
    for after, page in pages(ladder):
        paged = {_behind(policy, target_of(policy, written)) for written in page.targets.page}
        for target in sorted(paged - {""}):
            found[target].append(after)
    return found


def _behind(policy: Policy, target: str) -> str:
    """Whom a target means before an acknowledgement; for a role, who takes it by default."""
    role = name_of(target, PartyKind.ROLE)
    if role is None:
        return target
    default = (default_of(policy, role) if role in policy.roles else None) or ""
    if default in policy.people:
        return as_person(default)
    return default if party_named(default).kind is PartyKind.SCHEDULE else ""


def _most_within(times: list[timedelta], within: timedelta) -> int:
    """The most of some times, in order, that fall into any span as long as `within`."""
    return max(bisect_left(times, at + within) - place for place, at in enumerate(times))


def _instead(limit: PageLimit, wanted: int, *, worst: bool) -> str:
    """The smallest limit that is enough, if there is one."""
    for most in range(FEWEST, MOST + 1):
        wider = limit.changed(most=most)
        if pages_one_by_one(wider, worst=worst) >= wanted:
            return f"allow {limit_as_written(wider)}, or let levels wait longer"
    return "let levels wait longer"


CHECKS: tuple[Check, ...] = (channel_limits_count, room_for_one)
