"""Clocks and metrics in words."""

from datetime import timedelta

from models.time.clock import Between, ClockReading, Counted, Stage
from rules.wording.times import Spoken, span

_AFTER_BREACH = {Stage.IN_PROGRESS: ", still running", Stage.CANCELLED: ", then cancelled"}


def counted(length: timedelta, reading: Counted, spoken: Spoken = span) -> str:
    """A duration of a clock or a metric; open hours stay hours."""
    return spoken(length, days=reading.measure.has_days)


def ranged(between: Between, reading: Counted, spoken: Spoken = span) -> str:
    """A duration of a clock or a metric; a range if it is uncertain."""
    least, most = (counted(length, reading, spoken) for length in between)
    return least if between[0] == between[1] else f"{least} to {most}"


def by_calendar(length: timedelta, reading: Counted, spoken: Spoken = span) -> str:
    """A duration of a clock or a metric, with the name of its calendar, if it has one."""
    by = reading.counts_by
    return counted(length, reading, spoken) + (f" of {by}" if by else "")


def clock_words(reading: ClockReading, spoken: Spoken = span) -> str:
    """How a clock ended, or how much time it has left; empty if its status says it all."""
    if reading.late_between is not None:
        late = ranged(reading.late_between, reading, spoken)
        return f"late by {late}{_AFTER_BREACH.get(reading.stage, '')}"
    by = reading.corrected
    was = f"breached, corrected by {by.actor.shown}" if by else ""
    return "; ".join(words for words in (_in_time(reading, spoken), was) if words)


def _in_time(reading: ClockReading, spoken: Spoken) -> str:
    left = counted(reading.remaining, reading, spoken)
    match reading.stage:
        case Stage.COMPLETED:
            return f"on time, {left} to spare"
        case Stage.CANCELLED:
            return ""
        case Stage.PAUSED:
            return f"paused, {left} left"
        case Stage.IN_PROGRESS:
            return f"{left} left"
