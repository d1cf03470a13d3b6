"""What waits for somebody's answer: approvals, offers of roles, roles that are held long.

Not clocks of the policy: nothing is breached, and nothing is kept once an answer is there.
"""

from datetime import datetime

from models.clock import DueThreshold
from models.compiled import CompiledPolicy
from models.incident import Incident
from rules.people.approvals import PREFIX as APPROVAL
from rules.people.approvals import approval_points, unanswered
from rules.people.handover import HOLDING, OFFERED, handover_points, held_long, lapsed
from rules.record.decision import Decision

PREFIXES = (APPROVAL, OFFERED, HOLDING)


def is_pending(point: DueThreshold) -> bool:
    """Whether a point is one of these, and not a threshold of a clock."""
    return point.clock.startswith(PREFIXES)


def pending_points(policy: CompiledPolicy, incident: Incident) -> tuple[DueThreshold, ...]:
    """When each of them has waited long enough."""
    return (*approval_points(policy, incident), *handover_points(policy, incident))


def waited_for(
    point: DueThreshold, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Decision | None:
    """What follows when no answer came in time; None where that is settled meanwhile."""
    if point.clock.startswith(APPROVAL):
        return unanswered(point, incident, policy, now)
    if point.clock.startswith(OFFERED):
        return lapsed(point, incident, now)
    return held_long(point, incident, now)
