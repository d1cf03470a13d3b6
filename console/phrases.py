"""Durations and instants as people read them."""

from datetime import UTC, datetime, timedelta


def span(duration: timedelta) -> str:
    """A duration in its two largest units, such as `4m 05s`; tenths below ten seconds."""
    seconds = abs(duration.total_seconds())
    if seconds < 10 and seconds != int(seconds):  # noqa: PLR2004 - below that tenths matter
        return f"{seconds:.1f}s"
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    if days:
        return f"{days}d {hours:02d}h"
    if hours:
        return f"{hours}h {minutes:02d}m"
    return f"{minutes}m {secs:02d}s" if minutes else f"{secs}s"


def moment(at: datetime | None) -> str:
    """An instant in UTC, to the second; an empty text for none."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z" if at else ""


def relative(at: datetime, now: datetime) -> str:
    """An instant as seen from `now`."""
    return f"{span(now - at)} ago" if at <= now else f"in {span(at - now)}"
