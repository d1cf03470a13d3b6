"""Severities that the policy cites, and those that it forgets."""

from collections.abc import Iterator

from models.policy import Policy
from policies.compiling.timing import ANY, MAJOR, decided
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc


def _cited(policy: Policy) -> Iterator[tuple[Loc, str]]:
    """Every place where a severity is a key."""
    for name, role in policy.roles.items():
        keys = (s for s in role.required if s not in {ANY, MAJOR})
        yield from ((("roles", name, "required", s), s) for s in keys)
    if policy.reporting:
        keys = (s for s in policy.reporting.who_at if s not in {ANY, MAJOR})
        yield from ((("reporting", "who_at", s), s) for s in keys)
    for name, clock in policy.clocks.items():
        keys = (s for s in clock.within if s not in {ANY, MAJOR})
        yield from ((("clocks", name, "within", s), s) for s in keys)
    if policy.communication:
        for audience, every in policy.communication.updates.items():
            loc = ("communication", "updates", audience)
            yield from (((*loc, s), s) for s in every if s not in {ANY, MAJOR})
    if policy.review:
        keys = (s for s in policy.review.required if s not in {ANY, MAJOR})
        yield from ((("review", "required", s), s) for s in keys)


def cited_severities(policy: Policy) -> Iterator[Finding]:
    """Each cited severity exists."""
    for loc, severity in _cited(policy):
        yield from unknown(loc, "severity", severity, policy.severities, key=True)
    rules = policy.severity_rules
    if rules.default:
        loc = ("severity_rules", "default")
        yield from unknown(loc, "severity", rules.default, policy.severities)
    for label, values in rules.from_labels.items():
        for value, severity in values.items():
            loc = ("severity_rules", "from_labels", label, value)
            yield from unknown(loc, "severity", severity, policy.severities)


def acknowledged_in_time(policy: Policy) -> Iterator[Finding]:
    """Some clock says for each severity how soon somebody must acknowledge."""
    clocks = [name for name, clock in policy.clocks.items() if clock.stops == "acknowledged"]
    if policy.clocks and not clocks:
        what = "no clock says how soon an incident must be acknowledged"
        yield warning(("clocks",), what, "add one { from: reported, to: acknowledged }", key=True)
        return
    covered = {s for name in clocks for s in decided(policy, policy.clocks[name].within)}
    for severity in policy.severities:
        if clocks and severity not in covered:
            yield warning(
                ("clocks", clocks[0], "within"),
                f"{severity} has no target for acknowledging",
                f"add {severity} to within, or accept that nobody must acknowledge it in time",
                key=True,
            )


def reviewed_or_not(policy: Policy) -> Iterator[Finding]:
    """The review rules decide every severity."""
    if policy.review is None:
        return
    asked = decided(policy, policy.review.required)
    for severity in policy.severities:
        if severity not in asked:
            yield warning(
                ("review", "required", severity),
                f"{severity} has no rule: its incidents need no review",
                f"say {severity}: always, never or when breached",
                key=True,
            )


CHECKS: tuple[Check, ...] = (cited_severities, acknowledged_in_time, reviewed_or_not)
