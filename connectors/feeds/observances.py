"""Reads the zones that an iCalendar text defines (RFC 5545, 3.6.5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast

from connectors.feeds.lines import Block
from connectors.feeds.zones import Observance, Zone, defined, utc_offset

_MOST_ONSETS = 2000
_PARTS = ("STANDARD", "DAYLIGHT")


def zone_name(block: Block) -> str:
    """The name that events use for a zone."""
    return next(iter(block.values("TZID")), "").replace("\\,", ",").replace("\\;", ";")


def own_zone(block: Block) -> tuple[str, Zone | None]:
    """The name of a zone and the zone; None instead of the zone if it cannot be read."""
    name = zone_name(block)
    try:
        zone = defined(tuple(_observance(part) for part in _parts(block)))
        zone.instant(datetime(2026, 1, 1))  # noqa: DTZ001 - a local time
    except (ValueError, OverflowError, TypeError, LookupError, AttributeError, ArithmeticError):
        return name, None
    return name, zone


def _parts(block: Block) -> Iterable[Block]:
    part: Block | None = None
    for line in block.lines:
        what = line.strip().upper()
        if what.removeprefix("BEGIN:") in _PARTS and what.startswith("BEGIN:"):
            part = Block(what.removeprefix("BEGIN:"), [])
        elif part and what == f"END:{part.name}":
            yield part
            part = None
        elif part:
            part.lines.append(line)


def _observance(part: Block) -> Observance:
    """Read one half of the year, or one period of the past. Raises ValueError."""
    (begins,) = part.values("DTSTART")
    (before,), (after,) = part.values("TZOFFSETFROM"), part.values("TZOFFSETTO")
    first = _local(begins)
    rules = [_rule(written, first, utc_offset(before)) for written in part.values("RRULE")]
    dates = [_local(date) for line in part.values("RDATE") for date in line.split(",")]

    def onsets(since: datetime, until: datetime) -> list[datetime]:
        found = [at for at in (first, *dates) if since <= at <= until]
        for rule in rules:
            within = (at for at in rule if at >= since)
            for at in islice(within, _MOST_ONSETS):
                if at > until:
                    break
                found.append(at)
        return sorted(found)

    return Observance(utc_offset(before), utc_offset(after), onsets)


def _local(written: str) -> datetime:
    return datetime.strptime(written.strip().rstrip("Z")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007


def _rule(written: str, first: datetime, before: timedelta) -> Iterable[datetime]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - slow to load, and most schedules need none

    parts = [part for part in written.split(";") if not part.upper().startswith("UNTIL=")]
    until = [part[len("UNTIL=") :] for part in written.split(";") if part not in parts]
    rule: Any = rrulestr(";".join(parts), dtstart=first, cache=True)
    if not until:
        return cast("Iterable[datetime]", rule)
    last = _local(until[0] if "T" in until[0] else f"{until[0]}T235959")
    # A rule ends at an instant in UTC, but its onsets are local times.
    last = last + before if until[0].endswith("Z") else last
    return cast("Iterable[datetime]", rule.replace(until=last))
