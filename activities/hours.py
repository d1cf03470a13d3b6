"""Whom of a level it is not the hour to page. Zone data are read here, and the result recorded."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from models.calendar import CalendarSpec
from models.contracts import OutOfHours
from rules.paging import PageTarget

log = structlog.get_logger(__name__)


def _outside(
    pages: Sequence[PageTarget], spec: CalendarSpec, now: datetime
) -> dict[PageTarget, OutOfHours]:
    from rules.hours import hours_at  # noqa: PLC0415 - slow to load, and most need none

    outside = {}
    for page in pages:
        zone = page.zone or spec.zone
        try:
            hours = hours_at(spec, zone, now)
        except (KeyError, NotImplementedError) as error:
            # Somebody who is paged at night is better than nobody.
            log.warning("hours.unknown", target=page.target, zone=zone, error=str(error))
            continue
        if not hours.within:
            outside[page] = OutOfHours(
                target=page.target, recipient=page.recipient, zone=zone, opens_at=hours.opens_at
            )
    return outside


async def outside_hours(
    pages: Sequence[PageTarget], spec: CalendarSpec | None, now: datetime
) -> dict[PageTarget, OutOfHours]:
    """Those whose hours it is not at `now`, each on their own local clock."""
    if spec is None or not pages:
        return {}
    return await asyncio.to_thread(_outside, pages, spec, now)


def in_turn(
    pages: Sequence[PageTarget], outside: dict[PageTarget, OutOfHours]
) -> tuple[PageTarget, ...]:
    """Of a level that pages one of its targets: the first whose hours it is, and what it skips."""
    found = next((page for page in pages if page not in outside), None)
    if found is None:
        return tuple(pages)
    before = pages[: pages.index(found)]
    return (*before, *(page for page in pages if page.target == found.target))
