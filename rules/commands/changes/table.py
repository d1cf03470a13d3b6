"""The table of commands, except the triggers: what each changes is in the room of its subject."""

from collections.abc import Callable
from typing import Any

from rules.commands.changes.adoption import adopt_policy
from rules.commands.changes.alerts import record_alerts
from rules.commands.changes.attributes_and_dates import extend_clock, set_attribute, set_date
from rules.commands.changes.corrections import correct_milestone, set_milestone, withdraw_milestone
from rules.commands.changes.disputes import dispute_acknowledgement
from rules.commands.changes.hold import hold, resume
from rules.commands.changes.notes_and_links import add_note, link
from rules.commands.changes.review import add_action_item, add_lesson, submit_review
from rules.paging.declining import decline
from rules.paging.manual_escalation import escalate
from rules.people.permission.approvals import approve, reject
from rules.people.roles.assigning import assign_role, unassign_role
from rules.people.roles.handover import accept_handover, decline_handover, hand_over
from rules.record.decision import Case, Outcome
from rules.record.steps import complete_step
from rules.severity.changes import set_severity
from rules.updates.posting import post_update, slow_updates

COMMAND_RULES: dict[str, Callable[[Case, Any], Outcome]] = {
    "hold": hold,
    "resume": resume,
    "set_severity": set_severity,
    "assign_role": assign_role,
    "unassign_role": unassign_role,
    "hand_over": hand_over,
    "accept_handover": accept_handover,
    "decline_handover": decline_handover,
    "approve": approve,
    "reject": reject,
    "escalate": escalate,
    "decline": decline,
    "dispute_acknowledgement": dispute_acknowledgement,
    "post_update": post_update,
    "slow_updates": slow_updates,
    "complete_step": complete_step,
    "set_milestone": set_milestone,
    "correct_milestone": correct_milestone,
    "withdraw_milestone": withdraw_milestone,
    "set_attribute": set_attribute,
    "set_date": set_date,
    "extend_clock": extend_clock,
    "add_note": add_note,
    "add_lesson": add_lesson,
    "add_action_item": add_action_item,
    "submit_review": submit_review,
    "link": link,
    "adopt_policy": adopt_policy,
    "record_alerts": record_alerts,
}
