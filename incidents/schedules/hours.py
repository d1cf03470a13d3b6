"""Finds the people of a level who are outside their hours; zone data are read here.

The activity records the result.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.contracts.paging import OutOfHours
from models.people.party import Party, PartyKind
from models.people.schedule import ScheduleSpec
from models.time.calendar import CalendarSpec
from rules.paging.channels import PageTarget, Resolution


def _outside(
    pages: Sequence[PageTarget], spec: CalendarSpec, zones: Mapping[str, str], now: datetime
) -> dict[PageTarget, OutOfHours]:
    from rules.zones.hours import hours_at  # noqa: PLC0415 - slow to load, and most need none

    outside = {}
    for page in pages:
        zone = zones.get(page.target) or page.zone or spec.zone
        try:
            hours = hours_at(spec, zone, now)
        except Exception as error:  # noqa: BLE001 - one target's trouble must not reach the others
            import structlog  # noqa: PLC0415 - slow to load, and seldom needed

            # It is better to page somebody at night than nobody.
            log = structlog.get_logger(__name__)
            log.warning("hours.unknown", target=page.target, zone=zone, error=str(error))
            continue
        if not hours.within:
            outside[page] = OutOfHours(
                target=page.target, recipient=page.recipient, zone=zone, opens_at=hours.opens_at
            )
    return outside


async def outside_hours(
    pages: Sequence[PageTarget],
    spec: CalendarSpec | None,
    schedules: Iterable[ScheduleSpec],
    now: datetime,
) -> dict[PageTarget, OutOfHours]:
    """The targets outside their hours at `now`, by their own or their schedule's local clock."""
    if spec is None or not pages:
        return {}
    zones = {str(Party(PartyKind.SCHEDULE, spec.name)): spec.zone for spec in schedules}
    return await asyncio.to_thread(_outside, pages, spec, zones, now)


def in_turn(
    targets: Sequence[str], found: Resolution, outside: Mapping[PageTarget, OutOfHours]
) -> Resolution:
    """For a level that pages one target: the first one within its hours, and those it skips."""
    chosen = next((page.target for page in found.pages if page not in outside), None)
    if chosen is None:
        return found
    last = targets.index(chosen)
    return Resolution(
        pages=tuple(page for page in found.pages if targets.index(page.target) <= last),
        nobody=tuple(target for target in found.nobody if targets.index(target) < last),
    )
