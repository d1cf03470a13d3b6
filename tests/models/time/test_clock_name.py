"""The stored text of a clock, and its meaning."""

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
def test_the_stored_text_of_a_clock_and_its_meaning_agree(text: str, meant: ClockName) -> None:
    """This holds in both directions, even for text of older records."""
    assert (clock_named(text), str(meant)) == (meant, text)
    assert of_updates(text) is isinstance(meant, UpdateClock)
