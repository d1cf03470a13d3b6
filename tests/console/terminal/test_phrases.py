"""Durations and instants in the words of people."""

from datetime import timedelta

import pytest

from console.terminal.phrases import by_calendar, counted, span
from models.time.clock import Measure
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
def test_a_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    """Tenths matter only below ten seconds."""
    assert span(timedelta(seconds=seconds)) == words


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
    assert counted(read.elapsed, read) == words
    assert by_calendar(read.elapsed, read) == with_calendar
