"""The kinds of timeline lines: one table. docs/timeline.md is generated from it.

Stored strings never change. A kind that nothing writes any more may leave the table: the record
keeps kinds as text, so older timelines stay readable.
"""

from enum import StrEnum
from typing import NewType, Self

OpenKind = NewType("OpenKind", str)
"""A kind with a name of the policy in it; `milestone_kind` makes it."""

SAID = ("note", "reason", "override")
"""Free words of a command. Each line of a command may have them in its data, if they do not fit."""

_TURN = ("level", "target", "reason", "cycle", "rule", "asked_at", "next_at")
_PAGE = (*_TURN, "recipient", "channel", "key", "via", "not_by", "reference")
_DUTY = ("schedule", "on_call", "feed_age_seconds", "doubts")
_MESSAGE = ("recipient", "channel", "key", "reason", "reference")
_TRIGGER = ("trigger", "source", "target")
_THRESHOLD = ("clock", "run", "threshold", "due_at", "late_by_seconds", "actions")


class EntryKind(StrEnum):
    """What a timeline line is about. Each has its meaning, and the names that its data may have."""

    _value_: str
    meaning: str
    data: tuple[str, ...]

    def __new__(cls, value: str, meaning: str = "", data: tuple[str, ...] = ()) -> Self:
        """A member: its stored string, what it means, what its data holds."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.meaning = meaning
        kind.data = data
        return kind

    INCIDENT_REPORTED = (
        "incident.reported",
        "the incident was reported",
        ("policy", "policy_hash", "group", "previous"),
    )
    INCIDENT_ACKNOWLEDGED = "incident.acknowledged", "somebody took on the incident", _TRIGGER
    ACKNOWLEDGEMENT_UNTOLD = (
        "acknowledgement.untold",
        "somebody acknowledged by a link; its owner has no other channel to learn of this",
        ("person",),
    )
    ACKNOWLEDGEMENT_DISPUTED = (
        "acknowledgement.disputed",
        "somebody said that they did not acknowledge",
        ("person", "was", "source", "target"),
    )
    INCIDENT_ASSESSED = "incident.assessed", "the assessment ended, the diagnosis began", _TRIGGER
    INCIDENT_DIAGNOSED = "incident.diagnosed", "the diagnosis ended, the resolution began", _TRIGGER
    INCIDENT_RETURNED = (
        "incident.return_to_diagnosis",
        "the fix failed, the diagnosis began again",
        _TRIGGER,
    )
    INCIDENT_MITIGATED = "incident.mitigated", "the impact ended, the incident did not", _TRIGGER
    INCIDENT_RESOLVED = "incident.resolved", "the incident was resolved", _TRIGGER
    INCIDENT_REOPENED = "incident.reopened", "the incident was reopened", _TRIGGER
    INCIDENT_CLOSED = "incident.closed", "the incident was closed", _TRIGGER
    INCIDENT_CANCELLED = "incident.cancelled", "the incident was cancelled", _TRIGGER
    INCIDENT_HELD = "incident.held", "the incident was put on hold", ("reason",)
    INCIDENT_RESUMED = "incident.resumed", "the hold ended"
    MILESTONE = "milestone.NAME", "a milestone of the policy came; NAME is its name"
    MILESTONE_CORRECTED = (
        "milestone.corrected",
        "a milestone got another time",
        ("milestone", "was", "becomes"),
    )
    MILESTONE_WITHDRAWN = (
        "milestone.withdrawn",
        "a milestone was withdrawn: it had not come",
        ("milestone", "was"),
    )
    NOTE_ADDED = "note.added", "somebody wrote a note", ("text",)
    STEP_DONE = "step.done", "a step was done", ("step",)
    DATE_SET = "date.set", "a date of the policy was set", ("date", "at", "was")
    LINK_ADDED = "link.added", "a link was added"
    ATTRIBUTE_SET = "attribute.set", "an attribute got a value", ("attribute", "value")
    ATTRIBUTE_LEFT_OUT = (
        "attribute.left_out",
        "an alert's label has a value that its attribute does not allow",
    )
    SEVERITY_FOLLOWS = "severity.follows", "the severity follows from what was reported"
    SEVERITY_CHANGED = (
        "severity.changed",
        "the severity changed",
        ("was", "becomes", "running_clocks", "deadlines"),
    )
    SEVERITY_CONFIRMED = "severity.confirmed", "somebody confirmed the severity"

    CLOCK_WARNED = "clock.warned", "a clock reached a threshold before its limit", _THRESHOLD
    CLOCK_BREACHED = "clock.breached", "a clock passed its limit", _THRESHOLD
    CLOCK_LATE = "clock.late", "a clock passed a limit that is only best effort", _THRESHOLD
    CLOCK_OVERDUE = "clock.overdue", "a clock reached a threshold after its limit", _THRESHOLD
    CLOCK_SUPERSEDED = (
        "clock.superseded",
        "a correction marked a fired threshold as superseded",
        ("clock", "threshold"),
    )
    CLOCK_RESTORED = (
        "clock.restored",
        "that correction was undone: the fired threshold is no longer superseded",
        ("clock", "threshold"),
    )
    CLOCK_EXTENDED = (
        "clock.extended",
        "somebody moved the limit of a clock",
        ("clock", "by_seconds", "limit_at"),
    )
    ACTION_REFUSED = (
        "action.refused",
        "the policy or the state did not allow an action of a threshold",
    )

    ESCALATION_FOLLOWS = (
        "escalation.follows",
        "the incident follows another escalation of the policy",
        ("rule",),
    )
    ESCALATION_BY_HAND = (
        "escalation.by_hand",
        "somebody escalated by hand",
        ("level", "only", "reason"),
    )
    ESCALATION_JOINED = (
        "escalation.joined",
        "a demand joined a page that was just sent",
        ("level", "reason"),
    )
    ESCALATION_WAITS = (
        "escalation.waits",
        "no level had anybody on call; the escalation begins again at `next_at`",
        ("next_at", "level"),
    )
    ESCALATION_RESUMED = (
        "escalation.resumed",
        "the escalation goes on: nothing followed an acknowledgement, or somebody disputed it",
        ("level", "forgotten_at"),
    )
    ESCALATION_DELAYED = (
        "escalation.delayed",
        "a page got no answer in time; the engine tries again",
    )
    ESCALATION_DECLINED = (
        "escalation.declined",
        "somebody who was paged cannot take the incident on",
        ("reason",),
    )
    ESCALATION_UNMOVED = (
        "escalation.unmoved",
        "somebody declined, and the escalation goes on as before",
        ("person",),
    )
    ESCALATION_ANSWERED = "escalation.answered", "somebody answered a manual escalation"
    ESCALATION_TAKEN_UP = "escalation.taken_up", "somebody made progress, so the escalation stopped"
    ESCALATION_EXHAUSTED = (
        "escalation.exhausted",
        "the engine has paged every level, and nobody answered",
    )

    PAGE_SENT = "page.sent", "a channel took a page", (*_PAGE, *_DUTY)
    PAGE_FAILED = "page.failed", "no channel took a page; the engine tries again", (*_PAGE, *_DUTY)
    PAGE_FELL_BACK = (
        "page.fell_back",
        "a channel refused a page; the engine tries the next one",
        _MESSAGE,
    )
    PAGE_DELAYED = "page.delayed", "every channel refused a page; the engine tries again", _MESSAGE
    PAGE_UNDELIVERED = "page.undelivered", "no channel took a page; the engine gave up", _MESSAGE
    PAGE_HELD = "page.held", "a limit holds a page back; it goes out in a summary", (*_PAGE, *_DUTY)
    PAGE_SUMMARISED = (
        "page.summarised",
        "a page went out in a summary",
        (*_MESSAGE, "summary_of"),
    )
    PAGE_WITHDRAWN = (
        "page.withdrawn",
        "the engine does not send a page: nobody needs it any more",
        (*_MESSAGE, "level"),
    )
    PAGE_UNCONFIRMED = (
        "page.unconfirmed",
        "a page may have been sent: the worker stopped before it confirmed this",
        (*_PAGE, *_DUTY),
    )
    PAGE_NOBODY = "page.nobody", "a page reached nobody: its target has nobody", (*_TURN, "on_call")
    PAGE_OUT_OF_HOURS = (
        "page.out_of_hours",
        "the engine did not page somebody outside their hours",
        (*_TURN, "recipient", "opens_at"),
    )
    PAGE_DECLINED = (
        "page.declined",
        "the engine did not page somebody again who declined in this round",
        (*_TURN, "recipient"),
    )
    PAGE_PASSED_OVER = "page.passed_over", "the engine did not page a level", (*_TURN, "targets")
    PAGE_WAITS = (
        "page.waits",
        "a page waits until the hours of its level begin",
        ("level", "targets", "reason", "waits_until"),
    )

    NOTIFICATION_SENT = "notification.sent", "a channel took a notification", _MESSAGE
    NOTIFICATION_FELL_BACK = (
        "notification.fell_back",
        "a channel refused a notification; the engine tries the next one",
        _MESSAGE,
    )
    NOTIFICATION_DELAYED = (
        "notification.delayed",
        "every channel refused a notification; the engine tries again",
        _MESSAGE,
    )
    NOTIFICATION_UNDELIVERED = (
        "notification.undelivered",
        "no channel took a notification; the engine gave up",
        _MESSAGE,
    )
    REMINDER_SENT = "reminder.sent", "a channel took a reminder", _MESSAGE
    REMINDER_FELL_BACK = (
        "reminder.fell_back",
        "a channel refused a reminder; the engine tries the next one",
        _MESSAGE,
    )
    REMINDER_DELAYED = (
        "reminder.delayed",
        "every channel refused a reminder; the engine tries again",
        _MESSAGE,
    )
    REMINDER_UNDELIVERED = (
        "reminder.undelivered",
        "no channel took a reminder; the engine gave up",
        _MESSAGE,
    )
    REMIND_NOBODY = "remind.nobody", "a reminder reached nobody: its target has nobody", ("target",)

    PLACE_MADE = (
        "place.made",
        "the incident has a place of its own on a channel",
        ("channel", "place", "name"),
    )
    PLACE_FAILED = (
        "place.failed",
        "no place of its own could be made; messages go to the usual one",
        ("channel",),
    )
    EVENT_SENT = "event.sent", "the channel of a subscriber took an event", _MESSAGE
    EVENT_DELAYED = (
        "event.delayed",
        "a subscriber did not take an event; the engine tries again (the 1st in a row)",
        _MESSAGE,
    )
    EVENT_UNDELIVERED = (
        "event.undelivered",
        "a subscriber did not take an event; the engine gave up (the 1st, 10th, 100th in a row)",
        _MESSAGE,
    )

    UPDATE_POSTED = "update.posted", "somebody gave a status update", ("audiences",)
    UPDATE_MISSED = "update.missed", "an audience got no status update in time", _THRESHOLD
    UPDATE_UNREACHED = (
        "update.unreached",
        "no channel took a status update for an audience",
        ("audience",),
    )
    UPDATES_SLOWED = "updates.slowed", "an audience gets updates less often from now on"

    ROLE_ASSIGNED = "role.assigned", "somebody got a role", ("role", "person")
    ROLE_UNASSIGNED = "role.unassigned", "somebody lost a role", ("role", "person")
    ROLE_NOBODY = "role.nobody", "the schedule of a role names nobody", ("role",)
    ROLE_NOT_TAKEN = (
        "role.not_taken",
        "the policy does not allow this person to have a role",
        ("role",),
    )
    ROLE_DISCOURAGED = (
        "role.discouraged",
        "somebody has two roles that one person should not hold",
    )
    ROLE_OVERLOADED = (
        "role.overloaded",
        "somebody holds a role in more incidents than the policy allows",
        ("role", "person", "told", "elsewhere"),
    )
    HANDOVER_OFFERED = (
        "handover.offered",
        "a holder offered a role to somebody",
        ("role", "giver", "taker", "content"),
    )
    HANDOVER_ACCEPTED = (
        "handover.accepted",
        "the taker accepted, and has the role",
        ("role", "giver", "person"),
    )
    HANDOVER_DECLINED = (
        "handover.declined",
        "the taker declined; the giver keeps the role",
        ("role",),
    )
    HANDOVER_LAPSED = (
        "handover.lapsed",
        "nobody accepted in time, or the offer no longer holds; the giver keeps the role",
        ("role",),
    )
    HANDOVER_DUE = "handover.due", "the engine reminded a holder to hand a role over", ("role",)

    COMMAND_REFUSED = (
        "command.refused",
        "the engine refused a command",
        ("command", "refusal", "bytes"),
    )
    OVERRIDE_USED = (
        "override.used",
        "somebody used an override for a command that the policy refuses",
        ("command", "reason"),
    )
    APPROVAL_ASKED = (
        "approval.asked",
        "a command waits for an approval",
        ("rule", "of", "request", "asks"),
    )
    APPROVAL_GIVEN = "approval.given", "somebody approved a request", ("rule", "request")
    APPROVAL_REJECTED = "approval.rejected", "somebody rejected a request", ("rule", "request")
    APPROVAL_BACKUPS = "approval.backups", "nobody decided in time; the engine asks others"
    APPROVAL_TIMEOUT = "approval.timeout", "nobody decided in time, and nobody else is left to ask"
    APPROVAL_LAPSED = (
        "approval.lapsed",
        "the request ended: the state or the policy changed, or a new request replaced it",
    )
    CONSULTATION_ASKED = (
        "consultation.asked",
        "somebody without authority asked the people who may give a command",
        ("rule", "of", "request", "asks"),
    )
    CANCELLATION_REFUSED = (
        "cancellation.refused",
        "somebody tried to cancel the workflow instead of the incident",
    )
    POLICY_ASKED = "policy.asked", "somebody gave `adopt_policy`", ("becomes",)
    POLICY_ADOPTED = (
        "policy.adopted",
        "the incident adopted another policy",
        ("was", "becomes", "clocks"),
    )

    ALERT_FIRES = "alert.fires", "alerts fire"
    ALERT_RESOLVES = "alert.resolves", "alerts resolved"
    ALERT_TAKEN_OVER = "alert.taken_over", "another incident took over the alerts that still fire"
    GROUP_GONE = "group.gone", "the alert group ended"

    REVIEW_SUBMITTED = "review.submitted", "the review was submitted"
    REVIEW_COMPLETED = "review.completed", "the review is complete"
    LESSON_ADDED = "lesson.added", "a lesson was added"
    ACTION_ITEM_ADDED = "action_item.added", "an action item was added", ("item",)
    DOCUMENT_WRITTEN = "document.written", "a document is in the document store", ("sha256",)
    DOCUMENT_DELAYED = "document.delayed", "the engine could not write a document; it tries again"

    LINKED_OPENED = "linked.opened", "the action of a clock opened another incident"
    LINKED_DELAYED = (
        "linked.delayed",
        "the engine could not open the other incident; it tries again",
    )
    CALENDARS_WORKED_OUT = (
        "calendars.worked_out",
        "the engine computed the calendars for further time",
    )
    CALENDARS_DELAYED = (
        "calendars.delayed",
        "the engine could not compute a calendar; it tries again",
    )
    ARCHIVE_DELAYED = (
        "archive.delayed",
        "the run could not start its archive; a worker does so within the hour",
    )
    TIMELINE_LEFT = (
        "timeline.left",
        "only the history of an earlier run has older lines: the document store did not take them",
    )
    RUN_PROLONGED = "run.prolonged", "the run goes on: it has too much to carry to a new one"


PAGE = "page"
"""The subject of all lines about pages."""


def milestone_kind(name: str) -> OpenKind:
    """The kind of the line for a milestone of the policy's own."""
    return OpenKind(EntryKind.MILESTONE.replace("NAME", name))


def subject_of(kind: str) -> str:
    """What a kind of line is about: `page` for `page.sent`."""
    return kind.partition(".")[0]
