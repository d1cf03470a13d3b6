"""Requests that wait for an answer: approvals, offers of roles, roles that are held for long.

They are not clocks of the policy: nothing is breached, and nothing stays after the answer.
"""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import DueThreshold
from models.time.clock_name import ApprovalWait, Awaited, HoldingWait, OfferWait, clock_named
from rules.people.permission.approvals import approval_points, unanswered_request
from rules.people.roles.handover import handover_points, reminder_to_hand_over, with_lapsed_offer
from rules.record.decision import Decision


def is_pending(point: DueThreshold) -> bool:
    """Whether a point is such a request, not a threshold of a clock."""
    return isinstance(clock_named(point.clock), Awaited)


def pending_points(policy: CompiledPolicy, incident: Incident) -> tuple[DueThreshold, ...]:
    """When each of them has waited long enough."""
    return (*approval_points(policy, incident), *handover_points(policy, incident))


def when_nobody_answered(
    point: DueThreshold, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Decision | None:
    """What happens if no answer came in time; None if it came meanwhile."""
    match clock_named(point.clock):
        case ApprovalWait(rule):
            return unanswered_request(rule, point.due_at, incident, policy, now)
        case OfferWait() as offer:
            return with_lapsed_offer(offer, incident, now)
        case HoldingWait() as holding:
            return reminder_to_hand_over(holding, incident, now)
        case _:
            return None
