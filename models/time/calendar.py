"""A calendar: what a policy says of it, and a slice of it in UTC.

Opening hours depend on zone and holiday data, which change over the years. So an activity works
them out once, outside the workflow, and records them: the incident reckons with this slice.
"""

from pydantic import Field

from models.base import Frozen, Instant, Seconds

LOCAL = "local"
"""The calendar of every policy that is always open. Its days are those of the policy's zone."""


class OpenHours(Frozen):
    """When a calendar is open on some days.

    `days` are `mon` to `sun`, and `holiday` for days that `holidays` of the calendar closes; on a
    holiday only the hours of `holiday` count. `hours` are local times, `09:00` to `17:00`; `24:00`
    is the end of the day, and an end that is not after its start is on the next day.
    """

    days: tuple[str, ...]
    hours: tuple[tuple[str, str], ...] = (("00:00", "24:00"),)


class CalendarSpec(Frozen):
    """A calendar of the policy. `zone` is an IANA name.

    `holidays` are regions by their ISO 3166 code, such as `GB-ENG`, and dates such as `2026-12-24`.
    Without `opens` it is always open. A date in `worked` has the hours of the day of the week that
    it maps to, even if it is a holiday.
    """

    name: str
    zone: str = "UTC"
    opens: tuple[OpenHours, ...] = ()
    holidays: tuple[str, ...] = ()
    worked: dict[str, str] = Field(default_factory=dict)


class CalendarSlice(Frozen):
    """What a calendar says between two instants, as worked out at `as_of`; all in UTC.

    `opens` are the spans in which it is open. `days` are whole local working days; days that touch
    form one span. `offsets` are the seconds by which the zone is ahead of UTC, each from an instant
    on, the first from `valid_from`.
    """

    calendar: str
    zone: str
    as_of: Instant
    valid_from: Instant
    valid_until: Instant
    opens: tuple[tuple[Instant, Instant], ...] = ()
    days: tuple[tuple[Instant, Instant], ...] = ()
    offsets: tuple[tuple[Instant, int], ...] = Field(min_length=1)


class ClockChange(Frozen):
    """From an instant on, the clock of a zone is so far ahead of UTC, and has this short name."""

    at: Instant
    ahead: Seconds
    name: str


class LocalTimes(Frozen):
    """What the clock of a zone shows until an instant, as it was worked out once; for messages."""

    zone: str
    changes: tuple[ClockChange, ...] = Field(min_length=1)
    valid_until: Instant
