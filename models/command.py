"""Commands: what a person, a tool or the alert group may ask of an incident.

`COMMANDS` is the one list. The workflow registers an update and a signal for each, the console a
command for each.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, PlainSerializer

from models.alert import AlertBatch
from models.base import Frozen, Instant
from models.payload import Command
from models.policy.values.durations import Period, format_duration
from models.time.moments import RAISED
from states.lifecycle import BY_TRIGGER, Trigger


class TriggerCommand(Command):
    """Fire a trigger of the lifecycle. `steps` of the policy are done with it.

    With `latest_at`, it happened some time between `happened_at` and `latest_at`.
    """

    steps: tuple[str, ...] = ()
    latest_at: Instant | None = None


class CancelCommand(Command):
    """Cancel, for one of the policy's reasons; `duplicate_of` names the other incident.

    `latest_at` means what it means for any other trigger.
    """

    reason: str = Field(min_length=1)
    duplicate_of: str | None = None
    latest_at: Instant | None = None


class ResumeCommand(Command):
    """End the hold."""


class HoldCommand(Command):
    """Put the incident on hold: the clocks that pause on `reason` stop."""

    reason: str = Field(min_length=1)


class SetSeverityCommand(Command):
    """Set and confirm the severity: name it, or give the attributes that it follows from."""

    severity: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)


class AssignRoleCommand(Command):
    """Give a role to a person."""

    role: str
    person: str = Field(min_length=1)


class PostUpdateCommand(Command):
    """Send a status update to the audiences; if none is named, to all that expect updates.

    `next_at` promises the next update. Until then it replaces the pace of the policy.
    """

    text: str = Field(min_length=1, max_length=8000)
    audiences: tuple[str, ...] = ()
    next_at: Instant | None = None


class SlowUpdatesCommand(Command):
    """Choose the slower pace of updates that the policy allows for an audience."""

    audience: str = Field(min_length=1, max_length=100)


class EscalateCommand(Command):
    """Page a level of the escalation, acknowledged or not: the given one, or else the next.

    After an acknowledgement this pages the following levels too, until somebody answers; with
    `only`, it pages this level and nobody further.
    """

    level: int | None = Field(default=None, ge=1)
    only: bool = False


class DeclineCommand(Command):
    """Somebody whom the engine paged cannot take the incident on, for a reason.

    The engine pages the next level at once. It does not page this person again in this round of the
    escalation.
    """

    reason: str = Field(min_length=1, max_length=2000)


class DisputeAcknowledgementCommand(Command):
    """The person named did not acknowledge: what the acknowledgement stopped goes on at once."""


class CompleteStepCommand(Command):
    """A step of the policy is done."""

    step: str


class SetMilestoneCommand(Command):
    """A milestone of the policy's own has happened.

    With `latest_at`, it happened some time between `happened_at` and `latest_at`.
    """

    milestone: str
    latest_at: Instant | None = None


class WithdrawMilestoneCommand(Command):
    """A recorded milestone has not happened after all."""

    milestone: str


class CorrectMilestoneCommand(Command):
    """A recorded milestone happened at another instant than the record says."""

    milestone: str
    latest_at: Instant | None = None
    happened_at: Instant | None = Field(default=..., description="the correct instant")


class SetAttributeCommand(Command):
    """An attribute of the incident has a value; `yes` raises a flag, `no` lowers it."""

    attribute: str = Field(min_length=1, max_length=100)
    value: str = Field(default=RAISED, min_length=1, max_length=200)


class SetDateCommand(Command):
    """Set a date from which the policy counts, such as the review meeting."""

    date: str = Field(min_length=1, max_length=100)
    at: Instant


class ExtendClockCommand(Command):
    """Move the limit of a clock further away, in the clock's own measure."""

    clock: str = Field(min_length=1, max_length=100)
    by: Annotated[Period, PlainSerializer(format_duration)]


class AddNoteCommand(Command):
    """A line of text on the timeline: what somebody saw, did or was told."""

    text: str = Field(min_length=1, max_length=4000)


class AddLessonCommand(Command):
    """A lesson learned."""

    text: str = Field(min_length=1, max_length=4000)


class AddActionItemCommand(Command):
    """Something that somebody must do after the incident."""

    text: str = Field(min_length=1, max_length=4000)
    owner: str = Field(min_length=1)
    due_at: Instant | None = None
    priority: str = "medium"


class SubmitReviewCommand(Command):
    """The post-incident review took place. `documents` maps a document's name to its place.

    `lessons` may come with it. Action items have owners, so they are commands of their own.
    """

    lead: str = Field(min_length=1)
    attendees: tuple[str, ...] = ()
    aspects: dict[str, str] = Field(default_factory=dict)
    documents: dict[str, str] = Field(default_factory=dict)
    lessons: tuple[str, ...] = ()


class LinkCommand(Command):
    """Relate the incident to something else: another incident, a ticket, a change."""

    target: str = Field(min_length=1)
    relation: str = "relates_to"


class AdoptPolicyCommand(Command):
    """Go on under another policy that the installation knows, by its hash.

    Its name and version, if given, must be those of the hash.
    """

    policy_hash: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    policy_name: str = ""
    policy_version: str = ""


class RecordAlertsCommand(Command):
    """The alert group passes on what its alerts did.

    With `taken_over_by`, that incident handles the alerts that fire from now on.
    """

    batch: AlertBatch
    deliveries: int = 1
    taken_over_by: str | None = None


class UnassignRoleCommand(Command):
    """Take a role back from its holder; if several hold it, from this person."""

    role: str
    person: str | None = None


class HandOverCommand(Command):
    """Offer a role to somebody; `content` is what the policy requires them to know.

    `giver` names the holder who gives it, if several hold it.
    """

    role: str
    to: str = Field(min_length=1)
    content: dict[str, str] = Field(default_factory=dict)
    giver: str | None = None


class AcceptHandoverCommand(Command):
    """Accept an offered role."""

    role: str


class DeclineHandoverCommand(Command):
    """Decline an offered role, or withdraw the offer."""

    role: str


class ApproveCommand(Command):
    """Approve a command for which somebody asked for approval.

    `request` names the request that is meant, if there were several: its page and `show` say it.
    """

    command: str = Field(min_length=1, max_length=200)
    request: str | None = Field(default=None, min_length=4, max_length=40)


class RejectCommand(Command):
    """Refuse a command for which somebody asked for approval.

    `request` names the request that is meant, if there were several: its page and `show` say it.
    """

    command: str = Field(min_length=1, max_length=200)
    request: str | None = Field(default=None, min_length=4, max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class CommandResult(Frozen):
    """What a command did. `deadlines` maps each running clock to the instant of its limit.

    `doubts` name the facts of the command that the incident accepted and that are most likely
    wrong.
    """

    command: str
    state: str
    severity: str
    on_hold: bool
    summary: str
    deadlines: dict[str, Instant] = Field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command. `typed` is what a person types in the console, if it differs."""

    name: str
    payload: type[Command]
    says: str
    typed: str
    internal: bool = False


def _triggers() -> list[CommandSpec]:
    payloads: dict[Trigger, type[Command]] = {Trigger.CANCEL: CancelCommand}
    return [
        CommandSpec(t.value, payloads.get(t, TriggerCommand), row.says, t.value.replace("_", "-"))
        for t, row in BY_TRIGGER.items()
    ]


def _spec(
    name: str,
    payload: type[Command],
    says: str,
    typed: str | None = None,
    *,
    internal: bool = False,
) -> CommandSpec:
    return CommandSpec(name, payload, says, typed or name.replace("_", "-"), internal)


COMMANDS: dict[str, CommandSpec] = {
    spec.name: spec
    for spec in (
        *_triggers(),
        _spec("hold", HoldCommand, "pause the clocks that pause on this reason"),
        _spec("resume", ResumeCommand, "end the hold"),
        _spec("set_severity", SetSeverityCommand, "set and confirm the severity"),
        _spec("assign_role", AssignRoleCommand, "give a role to a person", "assign"),
        _spec("unassign_role", UnassignRoleCommand, "take a role back", "unassign"),
        _spec("hand_over", HandOverCommand, "offer your role to somebody"),
        _spec("accept_handover", AcceptHandoverCommand, "accept an offered role"),
        _spec(
            "decline_handover",
            DeclineHandoverCommand,
            "decline an offered role, or withdraw your offer",
        ),
        _spec("approve", ApproveCommand, "approve a requested command"),
        _spec("reject", RejectCommand, "refuse a requested command"),
        _spec("escalate", EscalateCommand, "page the next level of the escalation, or a given one"),
        _spec(
            "decline",
            DeclineCommand,
            "say that you cannot take it on: pages the next level at once",
        ),
        _spec(
            "dispute_acknowledgement",
            DisputeAcknowledgementCommand,
            "say that you did not acknowledge: the escalation goes on",
        ),
        _spec("post_update", PostUpdateCommand, "send a status update to the audiences", "update"),
        _spec("slow_updates", SlowUpdatesCommand, "choose the slower pace of updates"),
        _spec("complete_step", CompleteStepCommand, "record that a step of the policy is done"),
        _spec("set_milestone", SetMilestoneCommand, "record a milestone of the policy's own"),
        _spec("correct_milestone", CorrectMilestoneCommand, "correct the instant of a milestone"),
        _spec("set_attribute", SetAttributeCommand, "raise a flag, or set another attribute"),
        _spec("set_date", SetDateCommand, "set a date of the policy, such as a review meeting"),
        _spec("extend_clock", ExtendClockCommand, "move the limit of a clock further away"),
        _spec(
            "withdraw_milestone",
            WithdrawMilestoneCommand,
            "withdraw a milestone that did not happen",
        ),
        _spec("add_note", AddNoteCommand, "write a line on the timeline"),
        _spec("add_lesson", AddLessonCommand, "record a lesson learned"),
        _spec("add_action_item", AddActionItemCommand, "record an action item"),
        _spec("submit_review", SubmitReviewCommand, "record the post-incident review"),
        _spec("link", LinkCommand, "relate it to another incident, ticket or change"),
        _spec("adopt_policy", AdoptPolicyCommand, "continue under another policy"),
        _spec("record_alerts", RecordAlertsCommand, "pass on what its alerts did", internal=True),
    )
}


def command_schema(name: str) -> dict[str, Any]:
    """The JSON schema of a command's payload."""
    return COMMANDS[name].payload.model_json_schema()
