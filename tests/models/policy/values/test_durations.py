"""Durations in the form that people write."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from models.policy.values.durations import LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("90s", 90),
        ("5m", 300),
        ("2h", 7200),
        ("3d", 259200),
        ("1w", 604800),
        ("1h30m", 5400),
        ("1w2d3h4m5s", 788645),
    ],
)
def test_a_duration_is_one_number_with_a_unit_or_several(text: str, seconds: int) -> None:
    """Units go from weeks to seconds, each at most once."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("300", "say the unit, such as 300s or 300m"),
        ("5min", "write 5m"),
        ("5 m", "write 5m"),
        ("2 Hours", "write 2h"),
        ("1month", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
        ("30m1h", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
        ("4h office", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
        ("-5m", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
        ("11w1000000d", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
        ("²h", "write a duration such as 90s, 5m, 2h, 3d, 1w or 1h30m"),
    ],
)
def test_a_text_that_is_no_duration_is_refused_with_the_right_form(text: str, instead: str) -> None:
    """The refusal names what was probably meant."""
    with pytest.raises(PydanticCustomError) as refused:
        parse_duration(text)
    assert refused.value.context is not None
    assert refused.value.context["instead"] == instead


@given(st.integers(min_value=0, max_value=int(LONGEST.total_seconds())))
def test_parsing_reverses_formatting(seconds: int) -> None:
    """This holds for whole seconds."""
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats()))
def test_any_value_is_a_duration_or_refused_in_words(given_value: object) -> None:
    """No text of an author fails in any other way."""
    try:
        assert parse_duration(given_value) <= LONGEST
    except PydanticCustomError as error:
        assert error.context
        assert error.context["instead"]
