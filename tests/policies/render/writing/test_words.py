"""Amounts, targets, moments and conditions have words that leave nothing out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policy.values.durations import parse_duration
from models.policy.values.targets import parse_target
from models.time.clock import Target
from policies.render.writing.words import condition, duration, grouped, listed, moment, target

UNITS = {"week": "w", "day": "d", "hour": "h", "minute": "m", "second": "s"}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0s", "no time"),
        ("1s", "1 second"),
        ("90s", "1 minute 30 seconds"),
        ("1h30m", "1 hour 30 minutes"),
        ("3d", "3 days"),
        ("1w", "1 week"),
        ("30d", "30 days"),
    ],
)
def test_a_duration_has_whole_words(written: str, words: str) -> None:
    """It is in weeks if they are whole, otherwise in days."""
    assert duration(parse_duration(written)) == words


@given(st.integers(min_value=1, max_value=10**8))
def test_no_second_of_a_duration_is_lost(seconds: int) -> None:
    """Read back, the words give the same duration."""
    words = duration(timedelta(seconds=seconds)).split()
    pairs = zip(words[::2], words[1::2], strict=True)
    written = "".join(f"{number}{UNITS[unit.removesuffix('s')]}" for number, unit in pairs)
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("5m", "5 minutes"),
        ("2h office", "2 hours of office"),
        ("36h30m office", "36 hours 30 minutes of office"),
        ("5d office", "5 working days of office"),
        ("1d4h office", "1 working day of office and 4 hours of office"),
        ("7d local", "7 calendar days"),
        ("2 months", "2 months"),
        ("4h-8h office", "4 hours of office (should), 8 hours of office (must)"),
        ("end of day", "end of the day"),
        ("end of next office day", "end of the next office day"),
        ("24h before review_meeting", "1 day before the date review_meeting"),
        ("by review_meeting", "by the date review_meeting"),
        ("4h before limit of resolve", "4 hours before the limit of resolve"),
        ("best effort 2d", "2 days, best effort"),
    ],
)
def test_every_form_of_a_target_has_words(written: str, words: str) -> None:
    """The forms are those of docs/policy.md."""
    found = parse_target(written)
    assert isinstance(found, Target)
    assert target(found) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("reported", "reported"),
        ("impact_started or reported", "impact_started, or else reported"),
        ("later of found, fixed", "the later of found and fixed"),
        ("earlier of aware, reported", "the earlier of aware and reported"),
        ("update:all", "status update to all"),
        ("flag:personal_data", "flag personal_data raised"),
        ("role:lead", "role lead taken"),
        ("planned:meeting", "date meeting"),
        ("alert_fired", "first alert fired"),
        ("severity_confirmed", "severity confirmed"),
    ],
)
def test_every_form_of_a_moment_has_words(written: str, words: str) -> None:
    """Names stay as people type them."""
    assert moment(written) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("flag vip", "the flag vip is raised"),
        ("not flag vip", "the flag vip is not raised"),
        ("plan=gold|silver", "plan is gold or silver"),
        ("not plan=gold", "plan is not gold"),
        ("vip=yes", "vip is yes"),
    ],
)
def test_every_form_of_a_condition_has_words(written: str, words: str) -> None:
    """The words are a sentence that is true of an incident, or not."""
    assert condition(written) == words


def test_a_condition_that_all_share_is_written_once() -> None:
    """If all of it is shared, it stands alone."""
    assert grouped({"a": "x", "b": "y", "c": "x"}, 3) == "a and c: x; b: y"
    assert grouped({"a": "x", "b": "x"}, 2) == "x"
    assert grouped({"a": "x", "b": "x"}, 3) == "a and b: x"
    assert listed([]) == ""
