"""Whether the parts of a policy fit each other, and what it leaves open."""

from collections.abc import Iterable
from pathlib import Path

from models.policy import Policy
from policies.checks import (
    clocks,
    clocks_without_end,
    communication,
    response,
    severities,
    severity_rules,
)
from policies.checks.calendars import hours
from policies.checks.calendars import targets as calendars
from policies.checks.gaps import findings_left
from policies.checks.paging import escalations, schedules
from policies.checks.paging import page_limits as limits
from policies.checks.people import authority, roles
from policies.checks.people import contacts as people
from policies.checks.placeholders import placeholders
from policies.reading.findings import Check, Finding
from policies.reading.load import Loaded, load_policy
from policies.reading.problems import Problem, in_order

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
    *hours.CHECKS,
    *clocks.CHECKS,
    *clocks_without_end.CHECKS,
    *communication.CHECKS,
)
"""Every check. They are independent of each other: their order does not matter."""


def findings(policy: Policy, further: Iterable[Check] = ()) -> tuple[Finding, ...]:
    """Everything that any check finds."""
    return tuple(finding for check in (*CHECKS, *further) for finding in check(policy))


def problems_of(read: Loaded, further: Iterable[Check] = ()) -> tuple[Problem, ...]:
    """Every problem of a file that was read, in the order of the file.

    If the file as a whole cannot be read as a policy, this reports errors between the parts that
    can. It reports what a policy leaves open only for a whole policy. `further` checks look at more
    than the policy alone.
    """
    if read.policy:
        found: Iterable[Finding] = findings(read.policy, further)
    elif read.partial:
        found = filter(read.partial.can_say, findings(read.partial.policy))
    else:
        return read.problems
    meant = (*findings_left(read, found), *placeholders(read.tree.value))
    problems = (read.problem(f.loc, f.what, f.instead, key=f.key, level=f.level) for f in meant)
    return in_order((*read.problems, *problems))


def check_file(path: Path | str, further: Iterable[Check] = ()) -> tuple[Problem, ...]:
    """Every problem of a policy file. Raises nothing."""
    return problems_of(load_policy(path), further)
