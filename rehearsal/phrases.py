"""Moments of a scenario as its author writes them."""

from datetime import datetime, timedelta

from models.policy.durations import format_duration


def offset_words(at: datetime | timedelta, starts: datetime | None = None) -> str:
    """An offset from the start, to the second: `5m10s`, `-10m`."""
    offset = at if isinstance(at, timedelta) else at - (starts or at)
    whole = timedelta(seconds=round(offset.total_seconds()))
    return f"-{format_duration(-whole)}" if whole < timedelta() else format_duration(whole)
