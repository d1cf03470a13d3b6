"""Overrides: doing, with a reason, what the policy refuses; who may, and the trace that it leaves.

Only authority, approvals and the guards that the policy names can be overruled. A command that is
malformed or impossible in this state stays refused.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.compiled import AuthorityRule
from models.incident.timeline import EntryKind
from models.people.responsibility import PolicyOverride
from rules.people.permission.authority import permitted, who_may
from rules.record.decision import Case, Decision, Outcome, Refusal, with_impossibility
from rules.record.timeline import SUMMARY_BOUND, note

MOST_KEPT = 50
"""Older overrides are counted; their lines are on the timeline."""
_SAID = 300


def decided_with_override(
    case: Case, name: str, reason: str, decide: Callable[[Case], Outcome]
) -> Outcome:
    """The decision with the override if it is needed; otherwise without it."""
    plain = decide(case)
    if not reason or isinstance(plain, Decision) or plain.kind == "Malformed":
        return plain
    further = _not_overridable(case, name)
    if further:
        return _refused(plain, further)
    forced = decide(replace(case, overrides=case.policy.override))
    if isinstance(forced, Refusal):
        return forced
    return _marked(case, name, reason, forced, plain.message)


def _refused(plain: Refusal, further: Refusal) -> Refusal:
    """The refusal as it would be without the override, which is no way out; authority first."""
    if further.kind == "NotAuthorised" and plain.kind != "NotAuthorised":
        return with_impossibility(further, plain)
    message = f"{plain.message}; besides, {further.message}"
    return replace(plain, message=message, leaves=None)


def _not_overridable(case: Case, name: str) -> Refusal | None:
    rule = case.policy.override
    if rule is None:
        return Refusal("Refused", "the policy allows nobody to override it")
    if rule.commands and name not in rule.commands:
        known = ", ".join(rule.commands)
        return Refusal(
            "Refused", f"the policy does not allow overriding {name}; it allows: {known}"
        )
    by = AuthorityRule(by=rule.by)
    if permitted(by, case.actor, case.incident, case.policy, case.now):
        return None
    may = who_may(by, case.incident, case.policy, case.now)
    message = f"{case.actor.shown} may not override; may: {', '.join(may)}"
    return Refusal("NotAuthorised", message, may=may)


def _marked(case: Case, name: str, reason: str, forced: Decision, instead_of: str) -> Decision:
    used = PolicyOverride(
        command=name,
        actor=case.actor,
        at=case.now,
        reason=reason[:_SAID],
        instead_of=instead_of[:_SAID],
    )
    every = (*forced.incident.overrides, used)
    older = forced.incident.older_overrides + len(every[:-MOST_KEPT])
    incident = forced.incident.changed(overrides=every[-MOST_KEPT:], older_overrides=older)
    summary = f"override of {name} by {case.actor.name}: {reason} — otherwise refused: {instead_of}"
    left: dict[str, Any] = {"reason": reason} if reason not in summary[:SUMMARY_BOUND] else {}
    incident = note(
        incident,
        EntryKind.OVERRIDE_USED,
        summary,
        actor=case.actor,
        now=case.now,
        command=name,
        **left,
    )
    return Decision(incident, f"{forced.summary}, by override", forced.effects)
