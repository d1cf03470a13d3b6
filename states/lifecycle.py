"""The transition table, from which everything that knows the lifecycle reads it.

The machine, the workflow's handlers, the console's commands, the diagram in the documentation and
the next steps in every view are derived from `TRANSITIONS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of an incident."""

    REPORTED = "reported"
    ASSESSMENT = "assessment"
    DIAGNOSIS = "diagnosis"
    RESOLUTION = "resolution"
    REVIEW = "review"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """What moves an incident. Each is one Temporal update and one signal of the same name."""

    ACKNOWLEDGE = "acknowledge"
    BEGIN_DIAGNOSIS = "begin_diagnosis"
    BEGIN_RESOLUTION = "begin_resolution"
    RETURN_TO_DIAGNOSIS = "return_to_diagnosis"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    CANCEL = "cancel"


class Guard(StrEnum):
    """What a transition requires before it happens."""

    SEVERITY_CONFIRMED = "severity_confirmed"
    ROLES_FILLED = "roles_filled"
    STEPS_DONE = "steps_done"
    REVIEW_COMPLETE = "review_complete"
    ALERTS_QUIET = "alerts_quiet"
    REASON_ACCEPTED = "reason_accepted"


REPORTED = "reported"
"""The milestone that every incident has from its first instant."""

TERMINAL = frozenset({State.CLOSED, State.CANCELLED})
BEFORE_REVIEW = (State.REPORTED, State.ASSESSMENT, State.DIAGNOSIS, State.RESOLUTION)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    If `target` is None, the incident stays in its state. `voids` names milestones that stop being
    true, so that the clocks that they stopped run again. `guards` are checked in order; `steps_of`
    names the state whose required steps the guard STEPS_DONE checks. `skips_review_to` is the
    target if the policy requires no review.
    """

    trigger: Trigger
    sources: tuple[State, ...]
    target: State | None
    milestone: str | None = None
    guards: tuple[Guard, ...] = ()
    steps_of: State | None = None
    voids: tuple[str, ...] = ()
    skips_review_to: State | None = None
    says: str = ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        Trigger.ACKNOWLEDGE,
        (State.REPORTED,),
        State.ASSESSMENT,
        milestone="acknowledged",
        says="take on the incident; this stops the escalation",
    ),
    Transition(
        Trigger.BEGIN_DIAGNOSIS,
        (State.ASSESSMENT,),
        State.DIAGNOSIS,
        milestone="assessed",
        guards=(Guard.SEVERITY_CONFIRMED, Guard.ROLES_FILLED, Guard.STEPS_DONE),
        steps_of=State.ASSESSMENT,
        says="end the assessment and begin the diagnosis",
    ),
    Transition(
        Trigger.BEGIN_RESOLUTION,
        (State.DIAGNOSIS,),
        State.RESOLUTION,
        milestone="diagnosed",
        guards=(Guard.ROLES_FILLED, Guard.STEPS_DONE),
        steps_of=State.DIAGNOSIS,
        says="begin the resolution: the cause, or a working hypothesis, is known",
    ),
    Transition(
        Trigger.RETURN_TO_DIAGNOSIS,
        (State.RESOLUTION,),
        State.DIAGNOSIS,
        voids=("diagnosed",),
        says="go back to the diagnosis: the fix failed",
    ),
    Transition(
        Trigger.MITIGATE,
        (State.DIAGNOSIS, State.RESOLUTION),
        None,
        milestone="mitigated",
        says="record that the impact is over, but the incident is not",
    ),
    Transition(
        Trigger.RESOLVE,
        BEFORE_REVIEW,
        State.REVIEW,
        milestone="resolved",
        guards=(Guard.STEPS_DONE,),
        steps_of=State.RESOLUTION,
        skips_review_to=State.CLOSED,
        says="record that the incident is over",
    ),
    Transition(
        Trigger.REOPEN,
        (State.REVIEW, State.CLOSED),
        State.DIAGNOSIS,
        milestone="reopened",
        voids=("diagnosed", "mitigated", "resolved", "reviewed", "closed"),
        says="continue an incident that was not over; a closed one starts a new run",
    ),
    Transition(
        Trigger.CLOSE,
        (State.REVIEW,),
        State.CLOSED,
        milestone="closed",
        guards=(Guard.ROLES_FILLED, Guard.REVIEW_COMPLETE, Guard.ALERTS_QUIET),
        says="close the incident: its review and documents are as the policy requires",
    ),
    Transition(
        Trigger.CANCEL,
        BEFORE_REVIEW,
        State.CANCELLED,
        milestone="cancelled",
        guards=(Guard.REASON_ACCEPTED, Guard.REVIEW_COMPLETE),
        says="end the incident: it was not one, or it duplicates another",
    ),
)

BY_TRIGGER: dict[Trigger, Transition] = {row.trigger: row for row in TRANSITIONS}

LIFECYCLE_MILESTONES: tuple[str, ...] = (
    REPORTED,
    *(row.milestone for row in TRANSITIONS if row.milestone),
)


def triggers_from(state: State) -> tuple[Trigger, ...]:
    """The triggers that the table has in `state`, before any guards."""
    return tuple(row.trigger for row in TRANSITIONS if state in row.sources)


def _targets(row: Transition, state: State) -> Iterator[State]:
    yield row.target or state
    if row.skips_review_to:
        yield row.skips_review_to


def reachable_milestones(state: State) -> frozenset[str]:
    """The lifecycle milestones that can still come from `state`.

    Going back (return_to_diagnosis, reopen) does not count: a clock does not wait until somebody
    reopens the incident.
    """
    forward = [row for row in TRANSITIONS if not row.voids]
    seen: set[State] = set()
    found: set[str] = set()
    waiting = [state]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        for row in forward:
            if here in row.sources:
                if row.milestone:
                    found.add(row.milestone)
                waiting.extend(_targets(row, here))
    return frozenset(found)
