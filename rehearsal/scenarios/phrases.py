"""Moments of a scenario as its author writes them."""

from datetime import datetime, timedelta

from models.policy.values.durations import format_duration


def offset_words(
    at: datetime | timedelta, starts: datetime | None = None, *, days: bool = True
) -> str:
    """An offset from the start, to the second, such as `5m10s` or `-10m`.

    Without `days`, hours are the largest unit.
    """
    offset = at if isinstance(at, timedelta) else at - (starts or at)
    whole = timedelta(seconds=round(offset.total_seconds()))
    sign = "-" if whole < timedelta() else ""
    return sign + format_duration(abs(whole), days=days)
