"""Works out the calendars of a policy before an incident begins or continues.

Only this code reads zone and holiday data; the workflow calculates with the recorded slices.
"""

from collections.abc import Iterable
from datetime import datetime

from models.compiled import CompiledPolicy
from models.time.calendar import CalendarSlice, CalendarSpec
from rules.clocks.coverage import span_needed


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
    """The policy with its calendars worked out for an incident that began at `since`.

    Raises KeyError or NotImplementedError for a zone or region that this machine does not know.
    """
    if not policy.calendars:
        return policy
    slices = worked_out(policy, policy.calendars, since, now)
    return policy.changed(slices=slices)
