"""Clocks that no moment can stop, because of what the rest of the policy says."""

from collections.abc import Callable, Iterator

from models.base import ENGINE
from models.policy import Policy
from models.policy.sections.clocks import ClockEntry
from models.time.clock import ActionKind
from models.time.moments import (
    RAISED,
    Choice,
    Derived,
    DerivedKind,
    Moment,
    derived,
    parse_condition,
    parse_moment,
)
from policies.checks.clocks import MILESTONES, REVIEWED, milestones_after
from policies.checks.people.roles import fillable
from policies.reading.findings import Check, Finding, warning
from states.lifecycle import REPORTED

Why = tuple[str, str]
"""Why a moment never comes, and what to write instead."""


def _never_reviewed(policy: Policy, name: str) -> Why | None:
    asked = policy.review and set(policy.review.required.values()) - {"never"}
    if name != REVIEWED or asked:
        return None
    return "no incident is ever reviewed", "say in review.required which ones are, or write closed"


def _never_held(policy: Policy, name: str) -> Why | None:
    match derived(name):
        case Derived(DerivedKind.ROLE, role) if role in policy.roles:
            if role not in fillable(policy):
                instead = "add a default, or let somebody assign_role"
                return f"nobody can get the role {role}", instead
    return None


def _never_while(policy: Policy, clock: ClockEntry, name: str) -> Why | None:
    """A clock that runs only until the event that would stop it: the event cancels it."""
    of = derived(name)
    flag = of.of if of and of.kind is DerivedKind.FLAG else None
    for text in clock.when if flag in policy.flags else ():
        asked = parse_condition(text)
        raised = (asked.attribute, asked.values) == (flag, (RAISED,))
        if raised and asked.negated:
            return f"{name} ends the condition {text}, which cancels it", "remove the condition"
    return None


def _never_again(clock: ClockEntry, name: str) -> Why | None:
    """A clock that starts again and again waits for something that comes after its start."""
    starts = parse_moment(clock.starts).of
    if not clock.recurs or name not in MILESTONES or not set(starts) <= set(MILESTONES):
        return None
    if name == REPORTED:
        return "an incident is reported once", "name what stops it, such as to: update:AUDIENCE"
    again = any(name in milestones_after(start) or name == start for start in starts)
    return None if again else (f"{name} never comes after {clock.starts}", "name a later one")


def _why(policy: Policy, clock: ClockEntry, name: str) -> Why | None:
    looks: tuple[Callable[[], Why | None], ...] = (
        lambda: _never_reviewed(policy, name),
        lambda: _never_held(policy, name),
        lambda: _never_while(policy, clock, name),
        lambda: _never_again(clock, name),
    )
    return next((found for look in looks if (found := look())), None)


def never_stopped(policy: Policy) -> Iterator[Finding]:
    """The moment at which a clock stops can come."""
    for name, clock in policy.clocks.items():
        stops = parse_moment(clock.stops)
        never = [why for of in stops.of if (why := _why(policy, clock, of))]
        if _all_needed(stops, len(never)):
            what, instead = never[0]
            yield Finding(("clocks", name, "to"), f"nothing stops {name}: {what}", instead)


AFTER_THE_END = frozenset({DerivedKind.UPDATE, DerivedKind.FLAG, DerivedKind.PLANNED})
"""What still comes after the end of an incident, beside milestones of the policy's own."""


def never_after_the_end(policy: Policy) -> Iterator[Finding]:
    """A clock that outlives its incident waits for something that can come then."""
    for name, clock in policy.clocks.items():
        if not clock.outlives or clock.outlives == ("lower",):
            continue
        stops = parse_moment(clock.stops)
        never = [
            of for of in stops.of if of not in policy.milestones and _kind(of) not in AFTER_THE_END
        ]
        if _all_needed(stops, len(never)):
            what = f"{name} outlives its incident, and {never[0]} does not come after its end"
            own = "a milestone of your own, update:AUDIENCE, flag:FLAG or planned:DATE"
            instead = f"wait for {own}; or remove outlives"
            yield Finding(("clocks", name, "outlives"), what, instead, key=True)


def _kind(milestone: str) -> DerivedKind | None:
    of = derived(milestone)
    return of.kind if of else None


def opens_itself(policy: Policy) -> Iterator[Finding]:
    """An incident that a clock opens does not run the same clock."""
    for name, clock in policy.clocks.items():
        for point, chain in clock.at.items():
            for index, action in enumerate(chain):
                if action.kind is ActionKind.OPEN_INCIDENT and _runs_when_opened(policy, clock):
                    what = f"the incident that {name} opens has the clock {name}, too"
                    instead = "add when: not via=engine, so that the new incident does not run it"
                    yield warning(("clocks", name, "at", point, index), what, instead)


def _runs_when_opened(policy: Policy, clock: ClockEntry) -> bool:
    """Whether a clock can run by itself for an incident that the engine opened."""
    asked = [parse_condition(text) for text in clock.when]
    values = {"via": ENGINE.via, "reporter": ENGINE.name}
    if any((values[c.attribute] in c.values) is c.negated for c in asked if c.attribute in values):
        return False
    by_hand = (*policy.milestones, "alert_fired")
    starts = parse_moment(clock.starts)
    never = [of for of in starts.of if of in by_hand or _kind(of) is DerivedKind.PLANNED]
    return not _all_needed(starts, len(never))


def _all_needed(stops: Moment, never: int) -> bool:
    """Whether a choice never comes without these of its moments."""
    return bool(never) if stops.choice is Choice.LATER else never == len(stops.of)


CHECKS: tuple[Check, ...] = (never_stopped, never_after_the_end, opens_itself)
