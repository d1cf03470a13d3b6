"""Durations and instants in the words of people."""

from datetime import timedelta

import pytest

from models.time.clock import Measure
from rules.wording.clocks import by_calendar, counted
from rules.wording.times import short_span, span
from tests.rehearsal.plays import reading


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (3.25, "3.2s"),
        (59, "59s"),
        (245, "4m 05s"),
        (3_660, "1h 01m"),
        (86_399, "23h 59m"),
        (86_400, "1d 00h"),
        (129_600, "1d 12h"),
    ],
)
def test_a_short_span_has_its_two_largest_units(seconds: float, words: str) -> None:
    """Tenths matter only below ten seconds."""
    assert short_span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("measure", "words", "with_calendar"),
    [
        (Measure.OPEN_HOURS, "36h 00m", "36h 00m of office"),
        (Measure.DAYS, "1d 12h", "1d 12h of office"),
        (Measure.ELAPSED, "1d 12h", "1d 12h"),
    ],
)
def test_open_hours_are_not_days(measure: Measure, words: str, with_calendar: str) -> None:
    """A day is a calendar day; if all time counts, no calendar is named."""
    read = reading("resolve", 36 * 60, 40 * 60, calendar="office", measure=measure)
    assert counted(read.elapsed, read, short_span) == words
    assert by_calendar(read.elapsed, read, short_span) == with_calendar


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (3.25, "3.2 s"),
        (59.9, "59.9 s"),
        (60, "1 min"),
        (61, "1 min 01 s"),
        (3599.9, "1 h"),
        (36_000, "10 h"),
        (36_060, "10 h 01 min"),
        (86_400, "1 d"),
        (90_000, "1 d 1 h"),
        (122_400, "1 d 10 h"),
        (172_800, "2 d"),
    ],
)
def test_spans_say_as_much_as_matters(seconds: float, words: str) -> None:
    """Short spans are exact, long ones are rounded down to readable units."""
    assert span(timedelta(seconds=seconds)) == words


def test_without_days_hours_count_on() -> None:
    """A day of 24 hours is not the length of a working day."""
    assert span(timedelta(hours=36), days=False) == "36 h"
