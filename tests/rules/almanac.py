"""Calendars and their slices, for tests of what reckons with them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from models.policy.sections.calendars import OpenEntry
from models.time.calendar import CalendarSlice, CalendarSpec, OpenHours
from models.time.clock import Target
from rules.time.reckoning import Reckoning, reckon
from rules.zones.calendars import local_spec, slice_of

OFFICE = "office"
REACH = timedelta(days=120)


def utc(text: str) -> datetime:
    """An instant, as `2026-03-28 12:00` of UTC or with an offset."""
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def a_calendar(zone: str = "UTC", *windows: dict[str, Any], **written: Any) -> CalendarSpec:
    """The calendar `office`: its windows, or the `days` and `hours` of one; and `holidays`."""
    holidays = written.pop("holidays", ())
    given = windows or ((written,) if written or holidays else ())
    entries = [OpenEntry.model_validate(window) for window in given]
    return CalendarSpec(
        name=OFFICE,
        zone=zone,
        opens=tuple(OpenHours(days=entry.days, hours=entry.hours) for entry in entries),
        holidays=(holidays,) if isinstance(holidays, str) else tuple(holidays),
    )


def sliced(spec: CalendarSpec, start: datetime, reach: timedelta = REACH) -> CalendarSlice:
    """What the calendar says from a while before `start` on."""
    return slice_of(spec, start - timedelta(days=40), start + reach, start)


def _slices(spec: CalendarSpec, start: datetime, reach: timedelta) -> Iterator[CalendarSlice]:
    yield sliced(spec, start, reach)
    yield sliced(local_spec(spec.zone), start, reach)


def reckoned(
    start: datetime,
    target: Target,
    spec: CalendarSpec,
    *pauses: tuple[datetime, datetime | None],
    reach: timedelta = REACH,
    **more: Any,
) -> Reckoning:
    """How a run from `start` counts, by `spec` and the calendar days of its zone."""
    slices = {known.calendar: known for known in _slices(spec, start, reach)}
    found = reckon(start, target, pauses, slices, **more)
    assert found is not None
    return found
