"""Whether the parts of a policy fit each other, and what it leaves open."""

from collections.abc import Iterable
from pathlib import Path

from models.policy import Policy
from policies.checks import (
    authority,
    calendars,
    clocks,
    escalations,
    limits,
    people,
    response,
    roles,
    schedules,
    severities,
    severity_rules,
    telling,
)
from policies.findings import Check, Finding
from policies.load import Loaded, load_policy
from policies.problems import Problem, in_order

CHECKS: tuple[Check, ...] = (
    *severities.CHECKS,
    *severity_rules.CHECKS,
    *people.CHECKS,
    *roles.CHECKS,
    *authority.CHECKS,
    *response.CHECKS,
    *escalations.CHECKS,
    *limits.CHECKS,
    *schedules.CHECKS,
    *calendars.CHECKS,
    *clocks.CHECKS,
    *telling.CHECKS,
)
"""Every check, each independent of the others: their order does not matter."""


def findings(policy: Policy, further: Iterable[Check] = ()) -> tuple[Finding, ...]:
    """Everything that any check finds."""
    return tuple(finding for check in (*CHECKS, *further) for finding in check(policy))


def problems_of(read: Loaded, further: Iterable[Check] = ()) -> tuple[Problem, ...]:
    """Every problem of a file that was read, in the order of the file.

    Whether the parts fit can only be said of a file that could be read as a policy: until then
    the problems are those of reading it. `further` checks look at more than the policy alone.
    """
    if read.policy is None:
        return read.problems
    found = (
        read.problem(f.loc, f.what, f.instead, key=f.key, level=f.level)
        for f in findings(read.policy, further)
    )
    return in_order((*read.problems, *found))


def check_file(path: Path | str, further: Iterable[Check] = ()) -> tuple[Problem, ...]:
    """Every problem of a policy file. Raises nothing."""
    return problems_of(load_policy(path), further)
