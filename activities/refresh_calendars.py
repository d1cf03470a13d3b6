"""refresh_calendars: works out what the calendars of an incident say, further than is known.

Zone and holiday data are read here, and only here and at the start of an incident: the workflow
reckons with what was recorded.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from temporalio import activity

from models.calendar import CalendarSlice, CalendarSpec
from models.compiled import CompiledPolicy
from models.contracts import REFRESH_CALENDARS, CalendarsRefreshed, RefreshCalendars
from rules.coverage import span_needed


def _worked_out(
    policy: CompiledPolicy, calendars: Iterable[CalendarSpec], since: datetime, now: datetime
) -> dict[str, CalendarSlice]:
    from rules.calendars import slice_of  # noqa: PLC0415 - slow to load, and most need none

    return {
        spec.name: slice_of(spec, *span_needed(policy, spec.name, since, now), as_of=now)
        for spec in calendars
    }


def with_calendars(policy: CompiledPolicy, since: datetime, now: datetime) -> CompiledPolicy:
    """The policy with its calendars worked out for an incident that began at `since`.

    Raises KeyError or NotImplementedError for a zone or region that this machine does not know.
    """
    if not policy.calendars:
        return policy
    slices = _worked_out(policy, policy.calendars, since, now)
    return policy.model_copy(update={"slices": slices})


@activity.defn(name=REFRESH_CALENDARS)
async def refresh_calendars(request: RefreshCalendars) -> CalendarsRefreshed:
    """Work out the slices that are asked for. Safe to repeat: it changes nothing.

    Raises KeyError or NotImplementedError for a zone or region that this machine does not know,
    to be tried again: another worker may know it.
    """
    named = (spec for spec in request.policy.calendars if spec.name in request.calendars)
    slices = await asyncio.to_thread(
        _worked_out, request.policy, tuple(named), request.since, request.now
    )
    return CalendarsRefreshed(slices=slices)
