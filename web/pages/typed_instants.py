"""Instants that people type into a form: local time of the zone that the form names beside it.

A time that comes twice when clocks are set back is no instant until somebody chooses which one; a
time that clocks skip is none at all.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from rules.wording.times import name_of_clock
from rules.zones.calendars import zone_known
from web.api.parameters import instant_in
from web.pages.fields import Choice
from web.pages.times import UTC_NAME, Times

ZONE = ".zone"
"""What the name of a field ends with that says in which zone the field before it is."""
BOUND = 40
_AHEAD = re.compile(r"([+-])([01]\d):([0-5]\d)")
_NAMES = ("the first", "the second")


def typed_instant(name: str, fields: Mapping[str, str], zone: str = UTC_NAME) -> datetime | None:
    """The instant in a field, local time of the zone beside it, or else of `zone`; None if empty.

    Raises ValueError, which says what would be right.
    """
    text = fields.get(name, "").strip()
    if not text:
        return None
    chosen = fields.get(f"{name}{ZONE}", "").strip() or zone
    wall = _wall(text[:BOUND])
    if wall is None or wall.tzinfo is not None:
        return instant_in(text[:BOUND])
    found = readings(wall, _zone(chosen))
    if len(found) > 1:
        raise ValueError(f"{wall} comes twice in {chosen}: choose beside it which one you mean")
    if not found:
        raise ValueError(f"{wall} does not exist in {chosen}, because clocks skip it")
    return instant_in(found[0].isoformat())


def zone_choices(name: str, fields: Mapping[str, str], times: Times) -> tuple[Choice, ...]:
    """The zones beside a field; if what somebody typed comes twice, each of the two comes first."""
    zones = tuple(Choice(zone, zone) for zone in times.zones)
    wall = _wall(fields.get(name, "").strip()[:BOUND])
    chosen = fields.get(f"{name}{ZONE}", "")
    if wall is None or wall.tzinfo is not None or _AHEAD.fullmatch(chosen):
        return (*((Choice(chosen, f"UTC{chosen}"),) if _AHEAD.fullmatch(chosen) else ()), *zones)
    zone = ZoneInfo(chosen if chosen in times.zones else times.shown)
    try:
        found = readings(wall, zone)
    except ValueError:
        return zones
    if len(found) < len(_NAMES):
        return zones
    both = (at.astimezone(zone) for at in found)
    return (*(_one_of_two(word, at) for word, at in zip(_NAMES, both, strict=True)), *zones)


def readings(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The instants at which the clocks of a zone show a time: none, one, or two in their order.

    Raises ValueError.
    """
    try:
        both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        shown = {at: at.astimezone(zone).replace(tzinfo=None) for at in both}
    except OverflowError:
        raise ValueError("lies outside the calendar") from None
    return tuple(at for at, local in shown.items() if local == wall)


def _one_of_two(word: str, at: datetime) -> Choice:
    ahead = at.isoformat()[-len("+00:00") :]
    return Choice(ahead, f"{word} ({name_of_clock(at.tzname() or '')}, UTC{ahead})")


def _wall(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> tzinfo:
    ahead = _AHEAD.fullmatch(name)
    if ahead:
        sign, hours, minutes = ahead.groups()
        length = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(length if sign == "+" else -length)
    if not zone_known(name):
        raise ValueError(f"there is no time zone {name[:BOUND]!r}")
    return ZoneInfo(name)
