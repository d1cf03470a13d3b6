"""The state machine: one for the process, without models, built from the table.

It answers whether a trigger is allowed and where it leads; it changes nothing. This costs
microseconds for a transition and nothing for an incident, and a refused or failed transition can
never leave a half-changed state behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from transitions import EventData, Machine

from states.lifecycle import (
    BY_TRIGGER,
    TERMINAL,
    TRANSITIONS,
    Guard,
    State,
    Transition,
    Trigger,
    triggers_from,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards check, worked out for one incident at one instant.

    Every tuple holds what is missing, in words that people can act on.
    """

    severity_missing: tuple[str, ...] = ()
    roles_missing: Mapping[Trigger, tuple[str, ...]] = field(default_factory=dict)
    steps_missing: Mapping[State, tuple[str, ...]] = field(default_factory=dict)
    review_required: bool = True
    review_missing: Mapping[Trigger, tuple[str, ...]] = field(default_factory=dict)
    alerts_firing: tuple[str, ...] = ()
    reason_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """The trigger is allowed; the incident would then be in `target`."""

    trigger: Trigger
    source: State
    target: State
    row: Transition


@dataclass(frozen=True, slots=True)
class TransitionNotAllowed:
    """A typed refusal: what is missing, or in which states the trigger is possible.

    `missing` is empty if the trigger does not exist in `state`; then `possible` lists the triggers
    that do.
    """

    state: State
    trigger: Trigger
    missing: tuple[str, ...]
    possible: tuple[Trigger, ...]

    def __str__(self) -> str:
        if self.missing:
            return f"{self.trigger} is refused in state {self.state}: {'; '.join(self.missing)}"
        if self.state in TERMINAL and not self.possible:
            return f"{self.trigger} is refused: the incident is {self.state}, which is final"
        now = ", ".join(self.possible)
        refused = f"{self.trigger} is refused: it is not possible in state {self.state}"
        return f"{refused}; possible: {now}"


def _missing(guard: Guard, row: Transition, facts: Facts) -> tuple[str, ...]:
    match guard:
        case Guard.SEVERITY_CONFIRMED:
            return facts.severity_missing
        case Guard.ROLES_FILLED:
            return facts.roles_missing.get(row.trigger, ())
        case Guard.STEPS_DONE:
            return facts.steps_missing.get(row.steps_of, ()) if row.steps_of else ()
        case Guard.REVIEW_COMPLETE:
            return facts.review_missing.get(row.trigger, ())
        case Guard.ALERTS_QUIET:
            return tuple(f"alert still fires: {name}" for name in facts.alerts_firing)
        case Guard.REASON_ACCEPTED:
            return facts.reason_missing


@dataclass(slots=True)
class _Traveller:
    """The object of a trigger: the library writes the new state here."""

    state: str
    missing: tuple[str, ...] = ()


def _guarded(event: EventData) -> bool:
    """Check every guard of the row, so that a refusal lists everything that is missing at once."""
    row = BY_TRIGGER[Trigger(event.event.name)]
    facts: Facts = event.kwargs["facts"]
    traveller = cast("_Traveller", event.model)
    traveller.missing = tuple(item for guard in row.guards for item in _missing(guard, row, facts))
    return not traveller.missing


def _review_required(event: EventData) -> bool:
    facts: Facts = event.kwargs["facts"]
    return facts.review_required


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for row in TRANSITIONS:
        common = {"trigger": row.trigger.value, "source": [s.value for s in row.sources]}
        target = row.target.value if row.target else None
        if row.skips_review_to is None:
            rows.append({**common, "dest": target, "conditions": [_guarded]})
            continue
        rows.append({**common, "dest": target, "conditions": [_guarded, _review_required]})
        rows.append(
            {
                **common,
                "dest": row.skips_review_to.value,
                "conditions": [_guarded],
                "unless": [_review_required],
            }
        )
    return rows


MACHINE = Machine(
    model=None,
    states=[state.value for state in State],
    transitions=_rows(),
    initial=State.REPORTED.value,
    auto_transitions=False,
    send_event=True,
    queued=False,
)


def decide(state: State, trigger: Trigger, facts: Facts) -> Allowed | TransitionNotAllowed:
    """What `trigger` would do in `state`, given `facts`."""
    row = BY_TRIGGER[trigger]
    possible = triggers_from(state)
    if state not in row.sources:
        return TransitionNotAllowed(state, trigger, (), possible)
    traveller = _Traveller(state.value)
    if MACHINE.events[trigger.value].trigger(traveller, facts=facts):
        return Allowed(trigger, state, State(traveller.state), row)
    return TransitionNotAllowed(state, trigger, traveller.missing, possible)
