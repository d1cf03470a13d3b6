"""refresh_calendars: works out an incident's calendars further than they are known."""

import asyncio

from temporalio import activity

from incidents.schedules.calendars import worked_out
from models.contracts.calendars import REFRESH_CALENDARS, CalendarsRefreshed, RefreshCalendars


@activity.defn(name=REFRESH_CALENDARS)
async def refresh_calendars(request: RefreshCalendars) -> CalendarsRefreshed:
    """Work out the requested slices. Safe to repeat: it changes nothing.

    Raises KeyError or NotImplementedError if this machine does not know a zone or region. Temporal
    tries again, because another worker may know it.
    """
    named = (spec for spec in request.policy.calendars if spec.name in request.calendars)
    slices = await asyncio.to_thread(
        worked_out, request.policy, tuple(named), request.since, request.now
    )
    return CalendarsRefreshed(slices=slices)
