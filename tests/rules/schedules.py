"""Schedules, as a policy would have them, for tests of who is on call."""

from datetime import UTC, datetime
from typing import Any

from models.people.schedule import RotationSpec, ScheduleOverrideSpec, ScheduleSpec
from models.policy.sections.schedules import parse_hand_over, parse_time
from models.time.calendar import CalendarSpec, OpenHours

LONDON = "Europe/London"
PEOPLE = ("ana", "bo", "cy")


def utc(text: str) -> datetime:
    """An instant of UTC, as `2026-03-29 01:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotation(hand_over: str, zone: str = LONDON, **more: Any) -> RotationSpec:
    """Three people who take turns, the first from 2026-01-05 on."""
    fields = {"name": "rotation", "people": PEOPLE, "starts": datetime(2026, 1, 5), **more}  # noqa: DTZ001 - local
    return RotationSpec(hand_over=parse_hand_over(hand_over), zone=zone, **fields)


def hours(zone: str, span: str, *days: str) -> CalendarSpec:
    """When something counts, by its days and hours."""
    opens, _, closes = span.partition("-")
    window = OpenHours(days=days, hours=((opens, closes),))
    return CalendarSpec(name="", zone=zone, opens=(window,))


def override(who: str, begins: str, ends: str) -> ScheduleOverrideSpec:
    """Somebody instead."""
    return ScheduleOverrideSpec(people=(who,), begins=parse_time(begins), ends=parse_time(ends))


def schedule(*rotations: RotationSpec, zone: str = LONDON, **more: Any) -> ScheduleSpec:
    """A schedule called primary."""
    return ScheduleSpec(name="primary", zone=zone, rotations=rotations, **more)
