"""The response: steps, and the services that follow escalations."""

from collections.abc import Iterator

from models.policy import Policy
from policies.compiling.escalations import escalation_of
from policies.compiling.responsibility import teams_of
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc
from states.lifecycle import TRANSITIONS

STEP_STATES = tuple(row.steps_of.value for row in TRANSITIONS if row.steps_of)
"""The states that an incident leaves only after their required steps."""


def steps(policy: Policy) -> Iterator[Finding]:
    """Steps belong to a state that asks for them, somebody does them, and their ids differ."""
    seen: set[str] = set()
    for state, entries in policy.steps.items():
        yield from unknown(("steps", state), "state with steps", state, STEP_STATES, key=True)
        for index, step in enumerate(entries):
            loc: Loc = ("steps", state, index)
            known = (*policy.roles, *policy.people)
            yield from unknown((*loc, "by"), "role or person", step.by, known)
            if step.name in seen:
                what = f"there is another step {step.name}"
                yield Finding(loc, what, "give one of them its own id")
            seen.add(step.name)


def services(policy: Policy) -> Iterator[Finding]:
    """Services follow an escalation that exists, and every incident has one to follow."""
    for name, service in policy.services.items():
        if service.escalation:
            loc = ("services", name, "escalation")
            yield from unknown(loc, "escalation", service.escalation, policy.escalations)
        teams = teams_of(policy)
        if service.team and teams:
            for finding in unknown(("services", name, "team"), "team", service.team, teams):
                own = f"{finding.instead}, or add it to the teams of people"
                yield Finding(finding.loc, finding.what, own)
    if escalation_of(policy, None) is None:
        what = "there is no escalation, so nobody is paged"
        yield warning(
            ("escalations",), what, "add escalations: { default: [{ page: ana, wait: 5m }] }"
        )


CHECKS: tuple[Check, ...] = (steps, services)
