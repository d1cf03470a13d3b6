"""The milestones that follow from the record, and the text that means them."""

from collections.abc import Callable

import pytest

from models.time.moments import (
    Derived,
    DerivedKind,
    MomentError,
    derived,
    parse_condition,
    parse_moment,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("update:executives", Derived(DerivedKind.UPDATE, "executives")),
        ("flag:data_lost", Derived(DerivedKind.FLAG, "data_lost")),
        ("role:lead", Derived(DerivedKind.ROLE, "lead")),
        ("planned:launch", Derived(DerivedKind.PLANNED, "launch")),
    ],
)
def test_a_derived_milestone_and_its_text_are_the_same(text: str, meant: Derived) -> None:
    """Whichever way it is read."""
    assert (derived(text), str(meant)) == (meant, text)


@pytest.mark.parametrize("text", ["resolved", "role", "schedule:primary", ""])
def test_every_other_milestone_is_set_by_somebody(text: str) -> None:
    """Nothing but the four kinds is derived."""
    assert derived(text) is None


def test_a_condition_knows_that_it_is_about_a_flag() -> None:
    """An attribute that happens to be `yes` is no flag."""
    asked = ("flag data_lost", "not flag data_lost", "paid=yes")
    assert [parse_condition(text).of_flag for text in asked] == [True, True, False]


@pytest.mark.parametrize("parse", [parse_moment, parse_condition])
def test_what_cannot_be_read_is_told_apart_from_what_to_write(
    parse: Callable[[str], object],
) -> None:
    """Whatever the words are: they may have a colon of their own."""
    with pytest.raises(MomentError) as raised:
        parse("told: later")
    assert "'told: later'" in raised.value.what
    assert raised.value.instead.startswith("write ")
