"""Whether it is within somebody's hours, on their own local clock; this reads zone data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.time.calendar import CalendarSpec
from rules.zones.calendars import slice_of

_BACK = timedelta(days=1)
AHEAD = timedelta(days=14)
"""How far ahead the beginning of hours is searched for."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Whether it is within hours; if not, when they begin, or None if not within `AHEAD`."""

    within: bool
    opens_at: datetime | None = None


def hours_at(spec: CalendarSpec, zone: str, now: datetime) -> Hours:
    """How `now` lies within the hours of a calendar, read in a zone.

    Raises KeyError or NotImplementedError for a zone or region that this machine does not know.
    """
    local = spec.changed(zone=zone)
    known = slice_of(local, now - _BACK, now + AHEAD, as_of=now)
    for begins_at, ends_at in known.opens:
        if begins_at <= now < ends_at:
            return Hours(within=True)
        if begins_at > now:
            return Hours(within=False, opens_at=begins_at)
    return Hours(within=False)
