"""The zones of an iCalendar text: those that it defines itself, then those of the world.

A definition in the text takes precedence over a zone of the world with the same name (RFC 5545,
3.2.19). If neither defines a name, the caller decides what it means.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_NAME = re.compile(r"[A-Za-z0-9_+\-/]{1,80}")
_OFFSET = re.compile(r"(?:UTC|GMT)([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
_OFFSET_WRITTEN = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")
_UTC_BY_NAME = frozenset({"(UTC) Coordinated Universal Time", "Coordinated Universal Time"})
_YEARS_BACK = 2
_MOST_SEGMENTS = 3
_FIRST = datetime(1, 1, 1)  # noqa: DTZ001 - a local time


@dataclass(frozen=True, slots=True)
class Observance:
    """A part of a zone that the text defines: its offset before and after, and when it begins.

    `onsets` lists its beginnings between two local times, in the offset before.
    """

    before: timedelta
    after: timedelta
    onsets: Callable[[datetime, datetime], Iterable[datetime]]


@dataclass(frozen=True, slots=True)
class Zone:
    """Converts local times to instants and back. Local times are naive."""

    instant: Callable[[datetime], datetime]
    local: Callable[[datetime], datetime]


def world(zone: tzinfo) -> Zone:
    """A zone of the world. A local time that comes twice means its first pass."""
    return Zone(
        lambda wall: wall.replace(tzinfo=zone).astimezone(UTC),
        lambda at: at.astimezone(zone).replace(tzinfo=None),
    )


def defined(observances: tuple[Observance, ...]) -> Zone:
    """A zone that a text defines. Raises ValueError if it has no observances."""
    if not observances:
        raise ValueError("the zone has no observances")

    @lru_cache(maxsize=64)
    def changes(year: int) -> list[tuple[datetime, timedelta, timedelta]]:
        """When the offset changed before and in a year, in UTC, in order."""
        since = datetime(max(year - _YEARS_BACK, 1), 1, 1)  # noqa: DTZ001 - a local time
        until = datetime(year, 12, 31) + timedelta(days=2)  # noqa: DTZ001 - a local time
        found = [
            (onset - each.before, each.before, each.after)
            for each in observances
            for onset in (*_last(each, since), *each.onsets(since, until))
        ]
        return sorted(set(found))

    def offset(wall: datetime) -> timedelta:
        found = changes(wall.year)
        if not found:
            return observances[0].before
        current = found[0][1]
        for at, _, after in found:
            # In a gap the offset before it counts; of two passes the first counts.
            if wall - current < at or wall - after < at:
                return current
            current = after
        return current

    def local(at: datetime) -> datetime:
        naive = at.astimezone(UTC).replace(tzinfo=None)
        found = changes(naive.year)
        passed = [after for begins, _, after in found if begins <= naive]
        first = found[0][1] if found else observances[0].before
        return naive + (passed[-1] if passed else first)

    return Zone(lambda wall: (wall - offset(wall)).replace(tzinfo=UTC), local)


def _last(observance: Observance, before: datetime) -> Iterable[datetime]:
    """When an observance that no longer recurs began for the last time."""
    found = list(observance.onsets(_FIRST, before))
    return found[-1:]


def utc_offset(written: str) -> timedelta:
    """Read an offset such as `-0500`. Raises ValueError."""
    found = _OFFSET_WRITTEN.fullmatch(written.strip())
    if not found:
        raise ValueError("write an offset as +hhmm")
    length = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if length >= timedelta(days=1):
        raise ValueError("an offset must be less than a day")
    return -length if found[1] == "-" else length


@lru_cache(maxsize=256)
def of_the_world(name: str) -> Zone | None:
    """The zone that a name means everywhere; None if it means none.

    It knows the IANA name, also behind a prefix that some programs write
    (`/mozilla.org/.../Europe/Oslo`), the name that Windows uses, and a fixed offset (`UTC+2`).
    """
    name = name.strip().strip('"')
    if name in _UTC_BY_NAME:
        return world(UTC)
    offset = _OFFSET.fullmatch(name)
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        length = timedelta(hours=hours, minutes=minutes)
        short = length < timedelta(days=1)
        return world(timezone(-length if offset[1] == "-" else length)) if short else None
    found = next((z for key in _keys(name) if (z := _iana(key))), None)
    return world(found) if found else None


def _keys(name: str) -> Iterable[str]:
    """Other spellings that a name may stand for, the likeliest first."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - slow to load

    yield name
    segments = name.strip("/").split("/")
    for count in range(min(_MOST_SEGMENTS, len(segments)), 1, -1):
        yield "/".join(segments[-count:])
    if name in WINDOWS_TO_OLSON:
        yield WINDOWS_TO_OLSON[name]
    yield from (zone for zone in sorted(available_timezones()) if zone.lower() == name.lower())


def _iana(key: str) -> ZoneInfo | None:
    if not _NAME.fullmatch(key) or key.startswith("/"):
        return None
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class Zones:
    """The zones of one text: `own` are those it defines; None stands for a broken definition."""

    def __init__(self, own: Mapping[str, Zone | None]) -> None:
        self._own = own

    def find(self, name: str) -> Zone | None:
        """The zone of a name, if it has one."""
        name = name.strip().strip('"')
        if name in self._own:
            return self._own[name] or of_the_world(name)
        return of_the_world(name)
