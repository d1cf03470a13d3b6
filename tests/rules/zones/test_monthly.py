"""Monthly rotations: they hand over on the first, on another day, or on the last."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from models.people.schedule import RotationHandOver, RotationSpec
from models.policy.sections.schedules import parse_hand_over
from rules.zones.calendars import clock_between
from rules.zones.turns import turns

START, END = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC)


def shifts(hand_over: str, zone: str = "Europe/London", **more: datetime) -> list[tuple[str, str]]:
    """Each shift's person and its beginning in local time."""
    rotation = RotationSpec(
        name="r",
        people=("ana", "bo", "cy"),
        hand_over=parse_hand_over(hand_over),
        zone=zone,
        **more,
    )
    clock = clock_between(zone, START, END)
    found = list(turns(rotation, START, END))
    assert all(a.ends_at == b.begins_at for a, b in pairwise(found))
    return [(t.person, f"{clock.wall(t.begins_at):%m-%d %H:%M}") for t in found]


def test_each_month_belongs_to_one_person_from_its_first_day_on() -> None:
    """Changes of clocks do not matter; the first person had the first month of 2024."""
    assert shifts("every 1 month 09:00")[:5] == [
        ("ana", "01-01 09:00"),
        ("bo", "02-01 09:00"),
        ("cy", "03-01 09:00"),
        ("ana", "04-01 09:00"),
        ("bo", "05-01 09:00"),
    ]


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    """The 31st of January is followed by the 28th of February."""
    expected = ["01-31 12:00", "02-28 12:00", "03-31 12:00", "04-30 12:00"]
    for text in ("every month on the last day 12:00", "every 1 month from 2025-12-31T12:00"):
        assert [at for _, at in shifts(text)][1:5] == expected


def test_several_months_count_from_the_first_shift() -> None:
    """The first shift is the first at or after `starts`."""
    found = shifts("every 2 months on the 15th 08:30", starts=datetime(2026, 1, 20))  # noqa: DTZ001 - a local time
    assert found[:3] == [("ana", "02-15 08:30"), ("bo", "04-15 08:30"), ("cy", "06-15 08:30")]


SAME = {
    "every 1 month": RotationHandOver(at=("00:00",), every_months=1, month_day=1),
    "every month 09:00": RotationHandOver(at=("09:00",), every_months=1, month_day=1),
    "monthly 09:00": RotationHandOver(at=("09:00",), every_months=1, month_day=1),
    "Every month on the 1st at 09:00": RotationHandOver(at=("09:00",), every_months=1, month_day=1),
    "the first of each month 09:00": RotationHandOver(at=("09:00",), every_months=1, month_day=1),
    "1st of every month 09:00": RotationHandOver(at=("09:00",), every_months=1, month_day=1),
    "last day of the month 18:00": RotationHandOver(at=("18:00",), every_months=1, month_day=31),
    "every 3 months on the 15th 09:00": RotationHandOver(
        at=("09:00",), every_months=3, month_day=15
    ),
}


@pytest.mark.parametrize("text", SAME)
def test_monthly_hand_overs_may_be_written_in_several_ways(text: str) -> None:
    """All of these mean the same."""
    assert parse_hand_over(text) == SAME[text]


@pytest.mark.parametrize(
    "text", ["every 0 months 09:00", "every 13 months 09:00", "every month on the 32nd 09:00",
             "every month on the 3rd from 2026-01-31T09:00", "every month from now"],
)  # fmt: skip
def test_a_day_that_no_month_has_is_refused(text: str) -> None:
    """The message says what would be right."""
    with pytest.raises(ValueError, match="write"):
        parse_hand_over(text)
