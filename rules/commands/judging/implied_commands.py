"""The commands that another command does by the way: their authority and approvals count, too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from models.command import (
    CancelCommand,
    HandOverCommand,
    PostUpdateCommand,
    SetSeverityCommand,
    SubmitReviewCommand,
    TriggerCommand,
)
from models.compiled import CompiledPolicy
from models.payload import Command
from models.people.rule_name import RuleName
from rules.people.permission.approvals import needs_approval
from rules.people.permission.authority import SET_ATTRIBUTE
from rules.record.audiences import audiences_addressed
from rules.record.decision import Case, Refusal
from rules.updates.cadence import beyond_pace

COMPLETE_STEP, ADD_LESSON, LINK = "complete_step", "add_lesson", "link"
ASSIGN_ROLE, HAND_OVER, SET_SEVERITY = "assign_role", "hand_over", "set_severity"
SLOW_UPDATES = "slow_updates"


@dataclass(frozen=True, slots=True)
class CommandPart:
    """A command that another one does by the way, for `what`.

    `key` names its rule of authority; None if the command that does it was asked for that already.
    """

    command: str
    key: str | None
    what: str


def parts_of(command: Command, case: Case) -> Iterator[CommandPart]:
    """What a command does by the way."""
    policy = case.policy
    match command:
        case TriggerCommand(steps=steps) if steps:
            yield CommandPart(COMPLETE_STEP, COMPLETE_STEP, ", ".join(steps))
        case SubmitReviewCommand(lessons=lessons) if lessons:
            yield CommandPart(ADD_LESSON, ADD_LESSON, "its lessons")
        case CancelCommand(duplicate_of=str(other)):
            yield CommandPart(LINK, LINK, f"duplicate_of {other}")
        case SetSeverityCommand(attributes=attributes):
            for attribute in attributes:
                yield CommandPart(SET_ATTRIBUTE, _key_of(attribute, policy), attribute)
        case PostUpdateCommand(next_at=datetime() as promised) if policy.closes_detours:
            addressed = set(audiences_addressed(command, policy))
            for audience in (a.name for a in policy.audiences if a.name in addressed):
                if beyond_pace(policy, case.incident, audience, case.happened_at, promised):
                    what = f"a promise to {audience} beyond its pace"
                    yield CommandPart(SLOW_UPDATES, SLOW_UPDATES, what)
        case HandOverCommand(role=role) if HAND_OVER not in policy.approvals:
            yield CommandPart(ASSIGN_ROLE, None, role)


def _key_of(attribute: str, policy: CompiledPolicy) -> str | None:
    certain = str(RuleName(SET_ATTRIBUTE, attribute))
    if certain in policy.authority:
        return certain
    asks = policy.judges_in_full or SET_ATTRIBUTE in policy.authority
    return SET_ATTRIBUTE if asks else None


def unapproved_parts(case: Case, name: str, command: Command) -> Refusal | None:
    """The refusal if a command would do something by the way that needs approval."""
    for part in parts_of(command, case):
        if needs_approval(case.for_part(part.command), part.command, command):
            words = f"{part.command} needs approval: use it on its own for {part.what}"
            return Refusal("NeedsApproval", words, (part.command,))
    before, after = case.incident.severity, case.becomes
    other = name != SET_SEVERITY and after != before
    if other and needs_approval(case.for_part(SET_SEVERITY), SET_SEVERITY, command):
        words = f"{name} makes the severity {after}, and {SET_SEVERITY} needs approval: use that"
        return Refusal("NeedsApproval", words, (SET_SEVERITY,))
    return None
