"""Instants as people may type them."""

from datetime import UTC, datetime, timedelta

import pytest

from console.terminal.failure import ExitCode, Failure
from console.terminal.times import PAST, parse_duration, parse_instant

NOW = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-03-27T16:40:00Z", NOW - timedelta(minutes=10)),
        ("2026-03-27T17:40+01:00", NOW - timedelta(minutes=10)),
        ("-10m", NOW - timedelta(minutes=10)),
        ("10m ago", NOW - timedelta(minutes=10)),
        ("1h30m ago", NOW - timedelta(minutes=90)),
        ("-1h 30m", NOW - timedelta(minutes=90)),
        ("-1.5h", NOW - timedelta(minutes=90)),
        ("+2d", NOW + timedelta(days=2)),
        ("now", NOW),
    ],
)
def test_instants_and_offsets_are_read_as_utc(typed: str, instant: datetime) -> None:
    """Every form gives the same instant, in UTC."""
    parsed = parse_instant(typed, NOW)
    assert parsed == instant
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    ["2026-03-27T16:40:00", "16:40", "yesterday", "-10", "10m", "-m", "", "-99999999999999d"],
)
def test_a_text_that_is_no_instant_is_wrong_usage(typed: str) -> None:
    """An instant without a zone, or nonsense, is refused, and the answer says what to write."""
    with pytest.raises(Failure) as caught:
        parse_instant(typed, NOW)
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    "typed", ["9999-12-31T23:59-10:00", "0001-01-01T00:00+14:00", "+400000d", "400000d ago"]
)
def test_an_instant_at_the_end_of_the_calendar_is_wrong_usage(typed: str) -> None:
    """This holds even if only its offset leads out of the calendar."""
    with pytest.raises(Failure) as caught:
        parse_instant(typed, NOW)
    assert caught.value.code is ExitCode.USAGE
    assert f"{typed!r} lies outside the" in caught.value.message


def test_a_refusal_of_a_past_instant_offers_no_future_forms() -> None:
    """It lists only forms that would be accepted."""
    with pytest.raises(Failure) as caught:
        parse_instant("soon", NOW, PAST)
    assert "'1h30m ago'" in caught.value.message
    assert "+2d" not in caught.value.message


def test_durations_add_up() -> None:
    """The parts of a duration are added, even if a unit comes twice."""
    assert parse_duration("1h 20m 10m") == timedelta(minutes=90)
