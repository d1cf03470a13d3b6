"""Whether somebody's hours are running, and when they begin next."""

import pytest

from rules.zones.hours import Hours, hours_at
from tests.rules.schedules import LONDON, hours, utc

OFFICE = hours(LONDON, "09:00-17:00", "mon", "tue")


@pytest.mark.parametrize(
    ("at", "found"),
    [  # a Monday
        ("2026-07-06 07:59", Hours(within=False, opens_at=utc("2026-07-06 08:00"))),
        ("2026-07-06 08:00", Hours(within=True)),
        ("2026-07-06 15:59", Hours(within=True)),
        ("2026-07-06 16:00", Hours(within=False, opens_at=utc("2026-07-07 08:00"))),
        ("2026-07-07 16:00", Hours(within=False, opens_at=utc("2026-07-13 08:00"))),
    ],
)
def test_hours_begin_with_their_first_instant_and_are_over_at_their_end(
    at: str, found: Hours
) -> None:
    """They are on the local clock; outside of them, the next beginning is given."""
    assert hours_at(OFFICE, LONDON, utc(at)) == found


def test_hours_are_read_in_the_zone_of_their_owner() -> None:
    """Nine in Tokyo is midnight in UTC, whatever the zone of the calendar."""
    assert hours_at(OFFICE, "Asia/Tokyo", utc("2026-07-06 00:00")) == Hours(within=True)


def test_hours_that_do_not_come_within_a_fortnight_have_no_beginning() -> None:
    """Nobody waits for a person who may never come."""
    never = OFFICE.changed(holidays=tuple(f"2026-07-{n:02}" for n in range(1, 32)))
    assert hours_at(never, LONDON, utc("2026-07-06 12:00")) == Hours(within=False)
