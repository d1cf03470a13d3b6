"""Working out the calendars of an incident further."""

from models.base import Frozen, Instant
from models.compiled import CompiledPolicy
from models.time.calendar import CalendarSlice

REFRESH_CALENDARS = "refresh_calendars"


class RefreshCalendars(Frozen):
    """Input of refresh_calendars: work out some calendars of a policy for an incident.

    `since` is the earliest instant in the incident's record.
    """

    incident_id: str
    policy: CompiledPolicy
    calendars: tuple[str, ...]
    since: Instant
    now: Instant


class CalendarsRefreshed(Frozen):
    """Result of refresh_calendars, by the name of the calendar."""

    slices: dict[str, CalendarSlice]
