"""Clocks: whether they can start and stop, when they pause, what they set off."""

from collections.abc import Iterator

from models.clock import Action, ActionKind
from models.policy import Policy
from models.policy.promises import ClockEntry
from policies.findings import Check, Finding, unknown
from policies.tree import Loc
from states.lifecycle import (
    LIFECYCLE_MILESTONES,
    REPORTED,
    TERMINAL,
    TRANSITIONS,
    State,
    reachable_milestones,
)

REVIEWED = "reviewed"
"""Set when the review is submitted, in the state review."""

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


def milestones(policy: Policy) -> Iterator[Finding]:
    """Milestones that clocks cite are set by something; the policy's own are not taken."""
    for index, name in enumerate(policy.milestones):
        if name in MILESTONES:
            what = f"{name} is a milestone of every incident already"
            yield Finding(("milestones", index), what, "remove it, or choose another name")
    known = (*MILESTONES, *policy.milestones)
    for name, clock in policy.clocks.items():
        for end, milestone in (("from", clock.starts), ("to", clock.stops)):
            for finding in unknown(("clocks", name, end), "milestone", milestone, known):
                own = f"{finding.instead}, or add {milestone} to milestones"
                yield Finding(finding.loc, finding.what, own)


def _unstoppable(clock: ClockEntry) -> str | None:
    if clock.starts == clock.stops:
        return "a clock cannot start and stop at the same milestone"
    if clock.starts not in MILESTONES:
        return None
    if clock.stops not in MILESTONES:
        ended = all(state in TERMINAL for state in _after(clock.starts))
        if ended and not clock.outlives:
            return f"the incident ends at {clock.starts}, and the clock with it"
        return None
    if clock.stops not in milestones_after(clock.starts):
        return f"{clock.stops} never comes after {clock.starts}"
    return None


def stops(policy: Policy) -> Iterator[Finding]:
    """The stop of a clock can come after its start."""
    for name, clock in policy.clocks.items():
        why = _unstoppable(clock)
        if why is None:
            continue
        after = milestones_after(clock.starts) if clock.starts in MILESTONES else frozenset()
        later = [milestone for milestone in MILESTONES if milestone in after]
        instead = f"after {clock.starts} can come: {', '.join(later)}" if later else ""
        if why.startswith("the incident ends"):
            instead = "say outlives: true"
        yield Finding(("clocks", name, "to"), why, instead)


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


def _action(policy: Policy, loc: Loc, action: Action) -> Iterator[Finding]:
    people = (*policy.roles, *policy.people)
    match action.kind:
        case ActionKind.NOTIFY:
            known = (*_audiences(policy), *people)
            yield from unknown(loc, "audience, role or person", action.target, known)
        case ActionKind.PAGE | ActionKind.REMIND:
            yield from unknown(loc, "role or person", action.target, people)
        case ActionKind.ESCALATE:
            if not policy.escalations:
                yield Finding(loc, "there is no escalation to go on with", "add escalations")
        case ActionKind.RAISE_SEVERITY:
            pass


def actions(policy: Policy) -> Iterator[Finding]:
    """What a threshold sets off has a target that exists."""
    for name, clock in policy.clocks.items():
        for share, chain in clock.at.items():
            for index, action in enumerate(chain):
                yield from _action(policy, ("clocks", name, "at", share, index), action)


CHECKS: tuple[Check, ...] = (milestones, stops, pauses, actions)
