"""The machine follows the table for every state and trigger."""

from pathlib import Path

import pytest

from states.diagram import markdown
from states.lifecycle import (
    BY_TRIGGER,
    TERMINAL,
    TRANSITIONS,
    State,
    Trigger,
    reachable_milestones,
    triggers_from,
)
from states.machine import MACHINE, Allowed, Facts, TransitionNotAllowed, decide

EXPECTED: dict[tuple[str, str], str] = {
    ("reported", "acknowledge"): "assessment",
    ("assessment", "begin_diagnosis"): "diagnosis",
    ("diagnosis", "begin_resolution"): "resolution",
    ("resolution", "return_to_diagnosis"): "diagnosis",
    ("diagnosis", "mitigate"): "diagnosis",
    ("resolution", "mitigate"): "resolution",
    ("reported", "resolve"): "review",
    ("assessment", "resolve"): "review",
    ("diagnosis", "resolve"): "review",
    ("resolution", "resolve"): "review",
    ("review", "reopen"): "diagnosis",
    ("closed", "reopen"): "diagnosis",
    ("review", "close"): "closed",
    ("reported", "cancel"): "cancelled",
    ("assessment", "cancel"): "cancelled",
    ("diagnosis", "cancel"): "cancelled",
    ("resolution", "cancel"): "cancelled",
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("trigger", list(Trigger))
def test_every_pair_of_state_and_trigger_is_decided_as_the_design_says(
    state: State, trigger: Trigger
) -> None:
    """A listed pair leads to its state; every other is refused, and says what is possible."""
    answer = decide(state, trigger, Facts())
    expected = EXPECTED.get((state.value, trigger.value))
    if expected is None:
        assert answer == TransitionNotAllowed(state, trigger, (), triggers_from(state))
        assert str(answer)
    else:
        assert isinstance(answer, Allowed)
        assert answer.target == expected
        assert answer.source == state


def test_resolve_closes_an_incident_that_needs_no_review() -> None:
    """It skips the review."""
    answer = decide(State.RESOLUTION, Trigger.RESOLVE, Facts(review_required=False))
    assert isinstance(answer, Allowed)
    assert answer.target is State.CLOSED


@pytest.mark.parametrize(
    ("trigger", "state", "facts", "missing"),
    [
        (
            Trigger.BEGIN_DIAGNOSIS,
            State.ASSESSMENT,
            Facts(
                severity_missing=("severity",),
                roles_missing={Trigger.BEGIN_DIAGNOSIS: ("role",)},
                steps_missing={State.ASSESSMENT: ("step",), State.DIAGNOSIS: ("other",)},
            ),
            ("severity", "role", "step"),
        ),
        (
            Trigger.BEGIN_RESOLUTION,
            State.DIAGNOSIS,
            Facts(steps_missing={State.DIAGNOSIS: ("step",)}, severity_missing=("severity",)),
            ("step",),
        ),
        (
            Trigger.RESOLVE,
            State.REPORTED,
            Facts(steps_missing={State.RESOLUTION: ("verify",)}),
            ("verify",),
        ),
        (
            Trigger.CLOSE,
            State.REVIEW,
            Facts(review_missing={Trigger.CLOSE: ("lesson",)}, alerts_firing=("cpu",)),
            ("lesson", "alert still fires: cpu"),
        ),
        (Trigger.CANCEL, State.REPORTED, Facts(reason_missing=("reason",)), ("reason",)),
    ],
)
def test_a_refusal_lists_everything_that_is_missing_at_once(
    trigger: Trigger, state: State, facts: Facts, missing: tuple[str, ...]
) -> None:
    """Guards do not stop at the first missing thing."""
    answer = decide(state, trigger, facts)
    assert isinstance(answer, TransitionNotAllowed)
    assert answer.missing == missing
    for item in missing:
        assert item in str(answer)


def test_the_machine_keeps_no_state() -> None:
    """A decision leaves nothing behind in the only machine of the process."""
    decide(State.REPORTED, Trigger.ACKNOWLEDGE, Facts())
    assert MACHINE.models == []


def test_only_final_states_are_dead_ends() -> None:
    """Every other state has a trigger that leads on."""
    for state in State:
        if state not in TERMINAL:
            assert triggers_from(state)


def test_every_trigger_has_one_row() -> None:
    """So the table can be searched by trigger."""
    assert len(BY_TRIGGER) == len(TRANSITIONS) == len(Trigger)


def test_a_milestone_behind_the_incident_is_out_of_reach() -> None:
    """Reopening does not count as the way forward."""
    assert "acknowledged" not in reachable_milestones(State.DIAGNOSIS)
    assert reachable_milestones(State.REVIEW) == {"closed"}
    assert reachable_milestones(State.CLOSED) == frozenset()


def test_the_lifecycle_page_matches_the_table() -> None:
    """docs/lifecycle.md is generated (make lifecycle-doc) and has not drifted."""
    page = Path(__file__).parents[2] / "docs" / "lifecycle.md"
    assert page.read_text() == markdown()
