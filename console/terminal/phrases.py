"""Durations and instants as people read them."""

from datetime import UTC, datetime, timedelta

from models.time.clock import Between, Counted

_HOURS = 24


def span(duration: timedelta, *, days: bool = True) -> str:
    """A duration in its two largest units, such as `4m 05s`; below ten seconds, with tenths.

    Without `days`, hours are the largest unit: `36h 00m`.
    """
    seconds = abs(duration.total_seconds())
    if seconds < 10 and seconds != int(seconds):  # noqa: PLR2004 - below that tenths matter
        return f"{seconds:.1f}s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    if days and hours >= _HOURS:
        return f"{hours // _HOURS}d {hours % _HOURS:02d}h"
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}m {secs:02d}s" if minutes else f"{secs}s"


def counted(duration: timedelta, reading: Counted) -> str:
    """A duration of a clock or a figure; open hours are shown in hours."""
    return span(duration, days=reading.measure.has_days)


def ranged(between: Between, reading: Counted) -> str:
    """A range of durations, or one duration if both ends are equal."""
    least, most = (counted(length, reading) for length in between)
    return least if between[0] == between[1] else f"{least} to {most}"


def by_calendar(duration: timedelta, reading: Counted) -> str:
    """A duration with the name of its calendar, if it has one."""
    by = reading.counts_by
    return counted(duration, reading) + (f" of {by}" if by else "")


def moment(at: datetime | None) -> str:
    """An instant in UTC, to the second; an empty text if there is none."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z" if at else ""


def relative(at: datetime, now: datetime) -> str:
    """An instant relative to `now`."""
    return f"{span(now - at)} ago" if at <= now else f"in {span(at - now)}"
