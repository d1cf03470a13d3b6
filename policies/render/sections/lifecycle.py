"""The states of an incident, what leads from one to the next, and what each transition requires."""

from collections.abc import Iterator

from models.compiled import RoleRule
from policies.render.sections import authority
from policies.render.writing.document import Blocks, Heading, Lifecycle, table
from policies.render.writing.view import View
from policies.render.writing.words import listed
from rules.commands.lifecycle_facts import ASKED_IN
from rules.people.permission.authority import rule_for
from states.lifecycle import TRANSITIONS, Guard, Transition, Trigger


def section(view: View) -> Blocks:
    """The diagram, and each transition as this policy has it."""
    yield Heading("Lifecycle")
    yield Lifecycle()
    yield table(
        ("Trigger", "Means", "From", "To", "Milestone"),
        (
            (
                row.trigger.value,
                row.says,
                listed(row.sources, "or"),
                _target(view, row),
                row.milestone or "",
            )
            for row in TRANSITIONS
        ),
        "",
    )
    yield Heading("What each transition requires")
    yield table(
        ("Trigger", "Asks", "Who may"),
        (
            (
                row.trigger.value,
                "; ".join(_asks(view, row)) or "nothing",
                authority.may(view, row.trigger),
            )
            for row in TRANSITIONS
        ),
        "",
    )


def reviewed(view: View) -> bool:
    """Whether the policy requires a review of any incident."""
    return any(asked != "never" for asked in view.compiled.review.required.values())


def _target(view: View, row: Transition) -> str:
    if row.target is None:
        return "stays"
    if row.skips_review_to is None:
        return row.target
    return (
        f"{row.target}, or {row.skips_review_to} if it needs no review"
        if reviewed(view)
        else row.skips_review_to
    )


def _asks(view: View, row: Transition) -> Iterator[str]:
    """What a transition requires, if this policy requires anything."""
    for guard in row.guards:
        yield from _asked_by(view, row, guard)
    if rule_for(view.compiled, row.trigger).needs_note:
        yield "a reason in words"


def _asked_of(role: RoleRule, row: Transition) -> bool:
    """Whether a transition may require a role."""
    in_states = set(role.required_in) & set(ASKED_IN.get(row.trigger, ()))
    return bool(in_states) or (row.trigger is Trigger.BEGIN_DIAGNOSIS and bool(role.required))


def _asked_by(view: View, row: Transition, guard: Guard) -> Iterator[str]:
    steps = [s.id for s in view.compiled.steps if s.required and s.state == row.steps_of]
    roles = [role.name for role in view.compiled.roles if _asked_of(role, row)]
    reasons = rule_for(view.compiled, row.trigger).reasons
    match guard:
        case Guard.SEVERITY_CONFIRMED:
            yield "the severity is confirmed"
        case Guard.ROLES_FILLED if roles:
            yield f"somebody holds, if required by then: {listed(roles)}"
        case Guard.STEPS_DONE if steps:
            yield f"done: {listed(steps)}"
        case Guard.REVIEW_COMPLETE if reviewed(view):
            yield "the review is complete, if the incident needs one"
        case Guard.ALERTS_QUIET:
            yield "none of its alerts fires"
        case Guard.REASON_ACCEPTED:
            yield f"one of the reasons {listed(reasons, 'or')}" if reasons else "a reason"
        case _:
            pass
