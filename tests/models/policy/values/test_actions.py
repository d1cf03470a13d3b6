"""Thresholds and the actions that they set off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from models.policy.values.actions import parse_action, parse_share, share_name
from models.time.clock import Action, ActionKind


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("notify stakeholders", Action(kind=ActionKind.NOTIFY, target="stakeholders")),
        ("page  incident_manager", Action(kind=ActionKind.PAGE, target="incident_manager")),
        ("remind ana", Action(kind=ActionKind.REMIND, target="ana")),
        ("escalate", Action(kind=ActionKind.ESCALATE)),
        ("raise severity", Action(kind=ActionKind.RAISE_SEVERITY)),
    ],
)
def test_an_action_is_written_in_words(text: str, action: Action) -> None:
    """It is a verb and its target, or a complete phrase."""
    assert parse_action(text) == action


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        ("notify", "notify does not say whom", "write notify and one role, person or audience"),
        ("page ana bo", "page needs exactly one target", "write page and one role"),
        ("notfy stakeholders", "'notfy stakeholders' is not an action", "write notify AUDIENCE"),
        ("raise it", "'raise it' is not an action", "write raise severity"),
        ("dance", "'dance' is not an action", "write one of: notify AUDIENCE"),
        (7, "7 is not an action", "write one of"),
    ],
)
def test_a_text_that_is_no_action_is_refused_with_the_right_form(
    text: object, what: str, instead: str
) -> None:
    """The refusal names the form that was probably meant."""
    with pytest.raises(PydanticCustomError) as refused:
        parse_action(text)
    assert refused.value.context is not None
    assert refused.value.context["what"] == what
    assert refused.value.context["instead"].startswith(instead)


@pytest.mark.parametrize(
    ("text", "share"), [("50%", 0.5), ("100%", 1.0), ("150 %", 1.5), ("12.5%", 0.125)]
)
def test_a_threshold_is_a_share_of_the_target(text: str, share: float) -> None:
    """It is a percentage; more than 100% is after the limit."""
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["0%", "0.0%", "50", "half", "-5%", "+1h", ""])
def test_a_text_that_is_no_share_is_refused(text: str) -> None:
    """An empty text or a bare number is no share."""
    with pytest.raises(PydanticCustomError):
        parse_share(text)


@given(st.integers(min_value=1, max_value=9999))
def test_a_share_keeps_its_written_name(percent: int) -> None:
    """The name of a threshold is readable, and gives the same share."""
    assert share_name(parse_share(f"{percent}%")) == f"{percent}%"
