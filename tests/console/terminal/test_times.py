"""What people may type for an instant."""

from datetime import UTC, datetime, timedelta

import pytest

from console.terminal.failures import ExitCode, Failure
from console.terminal.times import PAST, parse_duration, parse_instant, within_reach

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
    """Every form names the same instant, in UTC."""
    parsed = parse_instant(typed, NOW)
    assert parsed == instant
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    ["2026-03-27T16:40:00", "16:40", "yesterday", "-10", "10m", "-m", "", "-99999999999999d"],
)
def test_what_is_no_instant_is_wrong_usage(typed: str) -> None:
    """An instant without a zone, or nonsense, is refused with what to write instead."""
    with pytest.raises(Failure) as caught:
        parse_instant(typed, NOW)
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    "typed", ["9999-12-31T23:59-10:00", "0001-01-01T00:00+14:00", "+400000d", "400000d ago"]
)
def test_an_instant_that_no_calendar_reckons_with_is_wrong_usage(typed: str) -> None:
    """Also where its offset alone leads out of the calendar."""
    with pytest.raises(Failure) as caught:
        within_reach(parse_instant(typed, NOW), typed)
    assert caught.value.code is ExitCode.USAGE
    assert f"{typed!r} lies outside the" in caught.value.message


def test_who_asks_for_something_past_is_not_offered_the_future() -> None:
    """The forms in a refusal are those that would be taken."""
    with pytest.raises(Failure) as caught:
        parse_instant("soon", NOW, PAST)
    assert "'1h30m ago'" in caught.value.message
    assert "+2d" not in caught.value.message


def test_durations_add_up() -> None:
    """The parts of a duration are added, repeated units too."""
    assert parse_duration("1h 20m 10m") == timedelta(minutes=90)
