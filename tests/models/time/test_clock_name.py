"""The text that the record keeps for a clock, and what it means."""

import pytest

from models.time.clock_name import (
    ApprovalWait,
    ClockName,
    HoldingWait,
    OfferWait,
    PolicyClock,
    RoleClock,
    UpdateClock,
    clock_named,
    of_updates,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("acknowledge", PolicyClock("acknowledge")),
        ("role:lead", RoleClock("lead")),
        ("update:executives", UpdateClock("executives")),
        ("approval:close", ApprovalWait("close")),
        ("approval:post_update:customers", ApprovalWait("post_update:customers")),
        ("handover:lead:ana", OfferWait("lead", "ana")),
        ("holding:lead:ana", HoldingWait("lead", "ana")),
        ("holding:lead:team:web", HoldingWait("lead", "team:web")),
        ("somebody:else", PolicyClock("somebody:else")),
        ("update", PolicyClock("update")),
    ],
)
def test_what_is_stored_and_what_it_means_are_the_same(text: str, meant: ClockName) -> None:
    """Whichever way it is read, also what older records hold."""
    assert (clock_named(text), str(meant)) == (meant, text)
    assert of_updates(text) is isinstance(meant, UpdateClock)
