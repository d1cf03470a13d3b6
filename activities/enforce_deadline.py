"""enforce_deadline: works out what the policy says about thresholds that came due."""

from temporalio import activity

from models.contracts.deadlines import ENFORCE_DEADLINE, EnforceDeadline, Enforcement
from rules.deadlines.standing_thresholds import enforce


@activity.defn(name=ENFORCE_DEADLINE)
async def enforce_deadline(request: EnforceDeadline) -> Enforcement:
    """Evaluate the recorded clocks again at the request's instant.

    This is an activity so that the history shows the decision and the facts behind it, and so that
    later versions may read calendars, which a workflow must not.
    """
    return enforce(request)
