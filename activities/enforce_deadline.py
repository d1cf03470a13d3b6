"""enforce_deadline: what the policy makes of the thresholds that came due."""

from temporalio import activity

from models.contracts import ENFORCE_DEADLINE, EnforceDeadline, Enforcement
from rules.deadlines.enforcement import enforce


@activity.defn(name=ENFORCE_DEADLINE)
async def enforce_deadline(request: EnforceDeadline) -> Enforcement:
    """Evaluate the recorded clocks again at the request's instant.

    It runs as an activity so that what was decided, from which facts, stands in the history,
    and so that later versions may look at calendars, which a workflow must not.
    """
    return enforce(request)
