"""The calendars that a target needs."""

import pytest

from models.time.calendar import LOCAL
from models.time.clock import Roll, Target
from rules.time.needed_calendars import calendars_of
from tests.specimens import minutes

HOURS = Target(within=minutes(60))


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (HOURS, set()),
        (Target(within=minutes(60), calendar="office"), {"office"}),
        (Target(days=2), {LOCAL}),
        (Target(months=1), {LOCAL}),
        (Target(day_end=0), {LOCAL}),
        (Target(days=2, calendar="bank"), {"bank"}),
        (Target(months=1, rolls=Roll(calendar="bank", at="09:00")), {LOCAL, "bank"}),
        (HOURS.changed(should=Target(days=1, calendar="office")), {"office"}),
    ],
)
def test_a_target_needs_the_calendars_that_it_names_or_counts_days_by(
    target: Target, named: set[str]
) -> None:
    """Its own, that of its rolled limit, and that of its softer limit; days always need one."""
    assert calendars_of(target) == named
