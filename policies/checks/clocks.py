"""Clocks: whether they can start and stop, when they pause, what they set off."""

from collections.abc import Iterable, Iterator

from models.policy import Policy
from models.policy.sections.clocks import ClockEntry
from models.time.clock import ONCE, Action, ActionKind
from models.time.moments import SPECIAL, DerivedKind, derived, parse_moment
from policies.checks.conditions import misfits
from policies.reading.findings import Check, Finding, unknown
from policies.reading.tree import Loc
from states.lifecycle import (
    LIFECYCLE_MILESTONES,
    REPORTED,
    TERMINAL,
    TRANSITIONS,
    State,
    reachable_milestones,
)

REVIEWED = "reviewed"
"""The milestone that the submission of a review sets, in the state review."""

MILESTONES = (*LIFECYCLE_MILESTONES, REVIEWED)


def _after(milestone: str) -> tuple[State, ...]:
    """The states in which an incident can be right after a lifecycle milestone."""
    if milestone == REPORTED:
        return (State.REPORTED,)
    if milestone == REVIEWED:
        return (State.REVIEW,)
    row = next(row for row in TRANSITIONS if row.milestone == milestone)
    states = row.sources if row.target is None else (row.target,)
    return (*states, row.skips_review_to) if row.skips_review_to else states


def milestones_after(milestone: str) -> frozenset[str]:
    """The lifecycle milestones that can come after this one."""
    found = frozenset[str]().union(*(reachable_milestones(state) for state in _after(milestone)))
    if milestone != REVIEWED and any(_leads_to_review(state) for state in _after(milestone)):
        found |= {REVIEWED}
    return found - {milestone}


def _leads_to_review(state: State) -> bool:
    return "closed" in reachable_milestones(state)


def own_milestones(policy: Policy) -> Iterator[Finding]:
    """The policy's own milestones differ from those that every incident has."""
    for index, name in enumerate(policy.milestones):
        if name in MILESTONES or name in SPECIAL:
            what = f"{name} is a milestone of every incident already"
            yield Finding(("milestones", index), what, "remove it, or choose another name")


def _moments(policy: Policy) -> Iterator[tuple[Loc, str]]:
    """Every place that holds a moment."""
    for name, clock in policy.clocks.items():
        loc: Loc = ("clocks", name)
        yield (*loc, "from"), clock.starts
        yield (*loc, "to"), clock.stops
        if clock.until:
            yield (*loc, "until"), clock.until
        if clock.no_later_than:
            yield (*loc, "no_later_than", "from"), clock.no_later_than.starts
    for name, metric in policy.metrics.items():
        yield ("metrics", name, "from"), metric.starts
        yield ("metrics", name, "to"), metric.stops


def moments(policy: Policy) -> Iterator[Finding]:
    """Something sets the moments that clocks and metrics cite."""
    may_be: dict[DerivedKind, Iterable[str]] = {
        DerivedKind.UPDATE: _audiences(policy),
        DerivedKind.FLAG: policy.flags,
        DerivedKind.ROLE: policy.roles,
        DerivedKind.PLANNED: policy.dates,
    }
    known = (*MILESTONES, *SPECIAL, *policy.milestones)
    for loc, text in _moments(policy):
        for name in parse_moment(text).of:
            found = derived(name)
            if found:
                yield from unknown(loc, found.kind, found.of, may_be[found.kind])
                continue
            for finding in unknown(loc, "milestone", name, known):
                own = f"{finding.instead}, or add {name} to milestones"
                yield Finding(finding.loc, finding.what, own)


def _unstoppable(clock: ClockEntry) -> tuple[str, str] | None:
    """Why the stop of a clock cannot come after its start, and what to write instead."""
    if clock.starts == clock.stops and not clock.recurs:
        instead = f"add recurs: true, or {_later(clock)}"
        return "a clock cannot start and stop at the same milestone", instead
    starts, stops = parse_moment(clock.starts).of, parse_moment(clock.stops).of
    if not set(starts) <= set(MILESTONES) or clock.recurs:
        return None
    if not set(stops) <= set(MILESTONES):
        ended = all(state in TERMINAL for name in starts for state in _after(name))
        if ended and not clock.outlives:
            what = f"the incident ends at {clock.starts}, and the clock with it"
            return what, "add outlives: true"
        return None
    if not any(set(stops) & milestones_after(name) for name in starts):
        return f"{clock.stops} never comes after {clock.starts}", _later(clock)
    return None


def _later(clock: ClockEntry) -> str:
    after = milestones_after(clock.starts) if clock.starts in MILESTONES else frozenset()
    later = [milestone for milestone in MILESTONES if milestone in after]
    return f"after {clock.starts} can come: {', '.join(later)}" if later else ""


def stops(policy: Policy) -> Iterator[Finding]:
    """The stop of a clock can come after its start."""
    for name, clock in policy.clocks.items():
        why = _unstoppable(clock)
        if why:
            yield Finding(("clocks", name, "to"), *why)


def endless(policy: Policy) -> Iterator[Finding]:
    """A clock that starts again and again has an end."""
    for name, clock in policy.clocks.items():
        if clock.recurs and clock.outlives and not clock.until:
            what = f"{name} starts again for ever: the incident could never end"
            yield Finding(("clocks", name, "recurs"), what, "add until: MILESTONE", key=True)


def conditions(policy: Policy) -> Iterator[Finding]:
    """An incident can have what a clock asks about it."""
    for name, clock in policy.clocks.items():
        for index, text in enumerate(clock.when):
            yield from misfits(policy, ("clocks", name, "when", index), text)


def pauses(policy: Policy) -> Iterator[Finding]:
    """Clocks pause on reasons that a hold can have."""
    if not policy.holds.reasons:
        return
    for name, clock in policy.clocks.items():
        for index, reason in enumerate(clock.pauses_on):
            loc = ("clocks", name, "pauses_on", index)
            yield from unknown(loc, "hold reason", reason, (*policy.holds.reasons, "any"))


def _audiences(policy: Policy) -> tuple[str, ...]:
    return tuple(policy.communication.audiences) if policy.communication else ()


def _command(policy: Policy, loc: Loc, action: Action) -> Iterator[Finding]:
    """An action that is a command is possible."""
    match action.kind:
        case ActionKind.ASSIGN:
            yield from unknown(loc, "role", action.target, policy.roles)
            known = (*policy.people, *policy.roles)
            yield from unknown(loc, "person or role", action.to, known)
        case ActionKind.HOLD if policy.holds.reasons:
            yield from unknown(loc, "hold reason", action.target, policy.holds.reasons)
        case ActionKind.RAISE_SEVERITY if action.target not in {"", ONCE}:
            yield from unknown(loc, "severity", action.target, policy.severities)
        case _:
            pass


def _level(policy: Policy, loc: Loc, action: Action) -> Iterator[Finding]:
    longest = max(
        (sum(bool(line.targets) for line in lines) for lines in policy.escalations.values()),
        default=0,
    )
    if action.target and int(action.target) > longest > 0:
        what = f"no escalation has a level {action.target}"
        yield Finding(loc, what, f"the longest has {longest}")


def action_problems(policy: Policy, loc: Loc, action: Action) -> Iterator[Finding]:
    """The target of an action, if it does not exist."""
    people = (*policy.roles, *policy.people)
    match action.kind:
        case ActionKind.NOTIFY:
            known = (*_audiences(policy), *people)
            yield from unknown(loc, "audience, role or person", action.target, known)
        case ActionKind.PAGE | ActionKind.REMIND:
            yield from unknown(loc, "role or person", action.target, people)
        case ActionKind.ESCALATE:
            if not policy.escalations:
                yield Finding(loc, "there is no escalation to continue", "add escalations")
            yield from _level(policy, loc, action)
        case _:
            yield from _command(policy, loc, action)


def actions(policy: Policy) -> Iterator[Finding]:
    """What a threshold sets off has a target that exists."""
    for name, clock in policy.clocks.items():
        for share, chain in clock.at.items():
            for index, action in enumerate(chain):
                yield from action_problems(policy, ("clocks", name, "at", share, index), action)
    late = policy.communication.late if policy.communication else {}
    for share, chain in late.items():
        for index, action in enumerate(chain):
            yield from action_problems(policy, ("communication", "late", share, index), action)


CHECKS: tuple[Check, ...] = (
    own_milestones,
    moments,
    stops,
    endless,
    conditions,
    pauses,
    actions,
)
