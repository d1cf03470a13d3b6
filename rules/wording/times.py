"""Instants and durations in words."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from models.time.calendar import LocalTimes

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Spoken = Callable[..., str]
"""A duration in words: `span`, or `short_span`."""
Told = Callable[[datetime], str]
"""An instant in words, to the second."""


def stamp(at: datetime) -> str:
    """An instant in UTC, to the second, where the column or its heading says that it is UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def in_utc(at: datetime) -> str:
    """An instant in UTC, to the second, in a sentence."""
    return f"{stamp(at)} UTC"


def in_utc_minutes(at: datetime) -> str:
    """An instant in UTC, to the minute, in a sentence."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def name_of_clock(short: str) -> str:
    """The short name of a zone's clock: `CET`; `UTC-03` if the zone has only a number for it."""
    return short if short.isalpha() else f"UTC{short}"


def in_zone(at: datetime, local: LocalTimes | None, written: Told = stamp) -> str:
    """An instant in the zone of the policy, to the second: `2026-03-27 17:50:00 CET`.

    In UTC, if the policy names no other zone, or nobody recorded what its clock shows then.
    """
    if local is None or not local.changes[0].at <= at < local.valid_until:
        return f"{written(at)} UTC"
    found = local.changes[bisect_right(local.changes, at, key=lambda change: change.at) - 1]
    return f"{written(at + found.ahead)} {name_of_clock(found.name)}"


def in_zone_minutes(at: datetime, local: LocalTimes | None) -> str:
    """The same to the minute."""
    return in_zone(at, local, lambda shown: f"{shown:%Y-%m-%d %H:%M}")


def in_local(at: datetime, zone: tzinfo) -> str:
    """An instant to the second as the clocks of a zone show it: `2026-03-27 17:50:00 CET`."""
    local = at.astimezone(zone)
    return f"{stamp(local)} {name_of_clock(local.tzname() or 'UTC')}"


def moment(at: datetime | None) -> str:
    """An instant in UTC, to the second, short for a table; empty if there is none."""
    return f"{stamp(at.astimezone(UTC))}Z" if at else ""


def span(length: timedelta, *, days: bool = True) -> str:
    """A duration in a sentence, as exact as matters: `2 d 3 h`, `1 h 05 min`, `3.2 s`.

    Without `days`, hours count on: `36 h`.
    """
    seconds = max(length.total_seconds(), 0.0)
    if seconds < _MINUTE:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s".replace(" 00 s", "")
    if whole < _DAY or not days:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min".replace(" 00 min", "")
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h".replace(" 0 h", "")


def short_span(length: timedelta, *, days: bool = True) -> str:
    """A duration for a column of a terminal, in its two largest units: `4m 05s`, `1d 03h`.

    Below ten seconds it has tenths. Without `days`, hours are the largest unit: `36h 00m`.
    """
    seconds = abs(length.total_seconds())
    if seconds < 10 and seconds != int(seconds):  # noqa: PLR2004 - below that tenths matter
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02d}s"
    if whole < _DAY or not days:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02d}m"
    return f"{whole // _DAY}d {whole % _DAY // _HOUR:02d}h"


def relative(at: datetime, now: datetime) -> str:
    """An instant relative to `now`, short for a terminal."""
    return f"{short_span(now - at)} ago" if at <= now else f"in {short_span(at - now)}"
