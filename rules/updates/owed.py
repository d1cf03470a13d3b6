"""Which audiences wait for a status update whose time is over."""

from collections.abc import Iterable
from datetime import datetime

from models.time.clock import ClockReading, Stage
from models.time.clock_name import UpdateClock, clock_named

UPDATE_OWED = "update_owed"
"""The mark by which a search finds incidents that owe an update."""


def owed_updates(readings: Iterable[ClockReading], now: datetime) -> tuple[str, ...]:
    """The audiences that should have had an update by `now`, each once."""
    named = ((clock_named(each.clock), each) for each in readings)
    late = (
        name.audience
        for name, each in named
        if isinstance(name, UpdateClock)
        and each.stage is Stage.IN_PROGRESS
        and each.breach_at is not None
        and each.breach_at <= now
    )
    return tuple(dict.fromkeys(late))
