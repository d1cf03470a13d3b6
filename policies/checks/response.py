"""The response: steps, escalations, services."""

from collections.abc import Iterable, Iterator

from models.policy import Policy
from models.policy.escalations import LevelEntry
from policies.checks.people import ACKNOWLEDGER
from policies.compile import PREFIXES, escalation_of, target_of
from policies.findings import Check, Finding, unknown, warning
from policies.tree import Loc
from states.lifecycle import TRANSITIONS

STEP_STATES = tuple(row.steps_of.value for row in TRANSITIONS if row.steps_of)
"""The states that are left only when their required steps are done."""


def steps(policy: Policy) -> Iterator[Finding]:
    """Steps belong to a state that asks for them, are done by somebody, and differ in id."""
    seen: set[str] = set()
    for state, entries in policy.steps.items():
        yield from unknown(("steps", state), "state with steps", state, STEP_STATES, key=True)
        for index, step in enumerate(entries):
            loc: Loc = ("steps", state, index)
            known = (*policy.roles, *policy.people)
            yield from unknown((*loc, "by"), "role or person", step.by, known)
            if step.name in seen:
                what = f"there is another step {step.name}"
                yield Finding(loc, what, "give one of them an id of its own")
            seen.add(step.name)


def _targets(policy: Policy, loc: Loc, level: LevelEntry) -> Iterator[Finding]:
    known: dict[str, Iterable[str]] = {
        "person": policy.people,
        "role": policy.roles,
        "channel": policy.channels,
        "schedule": policy.schedules,
    }
    every = (*policy.people, *policy.roles, *policy.channels, *policy.schedules)
    for index, written in enumerate(level.page):
        where = (*loc, "page", index)
        kind, colon, name = written.partition(":")
        if not colon:
            yield from unknown(where, "person, role, channel or schedule", written, every)
        elif kind in PREFIXES:
            yield from unknown(where, kind, name, known[kind])
        else:
            what = f"{kind}: is no kind of target"
            yield Finding(where, what, f"write {', '.join(f'{p}:NAME' for p in PREFIXES)}")


def escalations(policy: Policy) -> Iterator[Finding]:
    """Escalations have levels that page somebody, and say how often to repeat at the end."""
    for name, lines in policy.escalations.items():
        loc: Loc = ("escalations", name)
        if not any(line.page for line in lines):
            what = f"the escalation {name} pages nobody"
            yield Finding(loc, what, "add a level: - { page: ana, wait: 5m }", key=True)
        for index, line in enumerate(lines):
            yield from _targets(policy, (*loc, index), line)
            if line.repeat is not None and index < len(lines) - 1:
                what = "repeat must be the last line"
                yield Finding((*loc, index, "repeat"), what, "move it to the end", key=True)


def _holds(policy: Policy, target: str) -> bool:
    """Whether somebody stands behind a target while nobody has acknowledged yet."""
    kind, _, name = target.partition(":")
    role = policy.roles.get(name)
    if kind != "role" or role is None:
        return True
    return role.default is not None and role.default != ACKNOWLEDGER


def levels_held(policy: Policy) -> Iterator[Finding]:
    """Each level reaches somebody before anybody has acknowledged."""
    for name, lines in policy.escalations.items():
        for index, line in enumerate(lines):
            targets = [target_of(policy, written) for written in line.page]
            if targets and not any(_holds(policy, target) for target in targets):
                yield warning(
                    ("escalations", name, index),
                    f"nobody holds this level before somebody acknowledges: {', '.join(line.page)}",
                    "page a person too, or give the role a person as default",
                )


def services(policy: Policy) -> Iterator[Finding]:
    """Services follow an escalation that exists, and every incident has one to follow."""
    for name, service in policy.services.items():
        if service.escalation:
            loc = ("services", name, "escalation")
            yield from unknown(loc, "escalation", service.escalation, policy.escalations)
    if escalation_of(policy, None) is None:
        what = "no escalation: nobody is paged"
        yield warning((), what, "add escalations: { default: [{ page: ana, wait: 5m }] }")


CHECKS: tuple[Check, ...] = (steps, escalations, levels_held, services)
