"""Works out the calendars of a policy before an incident begins or continues.

Only this code reads zone and holiday data; the workflow calculates with the recorded slices.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.time.calendar import CalendarSlice, CalendarSpec
from rules.clocks.coverage import span_needed

UTC = "UTC"
BEFORE, AHEAD = timedelta(days=366), timedelta(days=4 * 366)
"""Messages name instants from a year before the incident until years later; others are in UTC."""


def worked_out(
    policy: CompiledPolicy, calendars: Iterable[CalendarSpec], since: datetime, now: datetime
) -> dict[str, CalendarSlice]:
    """The slices of calendars that a policy needs. Raises as `with_calendars` does."""
    from rules.zones.calendars import slice_of  # noqa: PLC0415 - slow to load, and most need none

    return {
        spec.name: slice_of(spec, *span_needed(policy, spec.name, since, now), as_of=now)
        for spec in calendars
    }


def with_calendars(policy: CompiledPolicy, since: datetime, now: datetime) -> CompiledPolicy:
    """The policy with its calendars and local times worked out for an incident since `since`.

    Raises KeyError or NotImplementedError for a zone or region that this machine does not know.
    """
    policy = _with_local_times(policy, since, now)
    if not policy.calendars:
        return policy
    slices = worked_out(policy, policy.calendars, since, now)
    return policy.changed(slices=slices)


def _with_local_times(policy: CompiledPolicy, since: datetime, now: datetime) -> CompiledPolicy:
    """The policy with what its clock shows; messages need that, and workflows read no zone data."""
    if policy.time_zone == UTC:
        return policy
    from rules.zones.calendars import local_times, zone_known  # noqa: PLC0415 - slow to load

    if not zone_known(policy.time_zone):
        return policy
    told = local_times(policy.time_zone, min(since, now) - BEFORE, now + AHEAD)
    return policy.changed(local_times=told)
