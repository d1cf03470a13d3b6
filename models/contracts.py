"""The contracts between workflows and activities: names, inputs and results.

Workflows name activities by these constants and never import them; activities take and
return these models and never import a workflow. Those of alert groups are in `models.group`.
"""

from pydantic import Field

from models.base import Frozen, Instant, Seconds
from models.calendar import CalendarSlice
from models.clock import DueThreshold
from models.compiled import CompiledPolicy, Level, Person
from models.escalating import EscalationProgress
from models.incident import Incident, Report
from models.message import DeliveryFailure, Message, Receipt
from models.reference import FirstMessage, Reference
from models.schedule import OnCall, ScheduleSpec
from models.severity import LEAST_URGENT
from models.workload import Bound, Leave, PageLimits, ToldRole

INCIDENT_WORKFLOW = "Incident"
ARCHIVE_WORKFLOW = "ArchiveRun"
KEEP_POLICY_WORKFLOW = "KeepPolicy"

ENFORCE_DEADLINE = "enforce_deadline"
ESCALATE_INCIDENT = "escalate_incident"
SEND_NOTIFICATION = "send_notification"
WRITE_REPORT = "write_report"
ARCHIVE_TIMELINE = "archive_timeline"
BEGIN_ARCHIVE = "begin_archive"
ARCHIVE_RUN = "archive_run"
REFRESH_CALENDARS = "refresh_calendars"
KEEP_POLICY = "keep_policy"

PERMANENT_FAILURE = "ChannelPermanentError"
RETRYABLE_FAILURE = "ChannelRetryableError"
"""The types of the ApplicationError that send_notification raises."""


class Delivery(Frozen):
    """A message and the channels to try, first to last. The record carries what is undelivered.

    `fell_back` are the permanent failures of this round that the timeline does not show yet.
    `bound` says that the workload must give leave first, `held` that it has not so far,
    `until_answered` that an answer to the escalation withdraws it, `withdraw` why nobody need send
    it any more. `update` is the place, among those on record, of the status update that it brings.
    `clocks` are those whose limits ask for it.
    """

    message: Message
    channels: tuple[str, ...]
    channel: int = 0
    rounds: int = 0
    not_before: Instant | None = None
    fell_back: tuple[DeliveryFailure, ...] = ()
    bound: Bound | None = None
    held: bool = False
    until_answered: bool = False
    update: int | None = None
    clocks: tuple[str, ...] = ()
    withdraw: str | None = None


class LinkedIncident(Frozen):
    """An incident to open because of this one, for one of its clocks."""

    id: str
    title: str
    reason: str
    clock: str = ""


class Carried(Frozen):
    """Everything of an incident's run that the next run needs, and the result of the last.

    `processed` are the results of commands by their ids, `given` the digest of each command.
    """

    incident: Incident
    policy: CompiledPolicy
    escalation: EscalationProgress = EscalationProgress()
    outbox: tuple[Delivery, ...] = ()
    reports_due: tuple[str, ...] = ()
    linked_due: tuple[LinkedIncident, ...] = ()
    processed: dict[str, str] = Field(default_factory=dict)
    given: dict[str, str] = Field(default_factory=dict)
    effects: int = 0
    told_roles: tuple[ToldRole, ...] = ()


class IncidentInput(Frozen):
    """Starts an `Incident`: a report under a policy, or what an earlier run carried.

    `reopening` marks the run that reopens a closed incident: it waits for the command `reopen`. The
    workflow adds `epoch_offset` to its clock; it is zero in production, and rehearsals of past
    incidents set it.
    """

    policy: CompiledPolicy | None = None
    report: Report | None = None
    carried: Carried | None = None
    reopening: bool = False
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)


class ClockFacts(Frozen):
    """What enforce_deadline evaluates: the relevant rules, and the record without its story."""

    policy: CompiledPolicy
    incident: Incident


class EnforceDeadline(Frozen):
    """Input of enforce_deadline: the thresholds that came due by `now`."""

    incident_id: str
    now: Instant
    due: tuple[DueThreshold, ...]
    facts: ClockFacts


class Enforcement(Frozen):
    """Result of enforce_deadline: the thresholds that stand, and those that no longer apply."""

    standing: tuple[DueThreshold, ...]
    moot: tuple[DueThreshold, ...] = ()


class EscalateIncident(Frozen):
    """Input of escalate_incident: page a level.

    `template` is the message without key, recipient and address; each page's key is `key_prefix`
    and its recipient. `attempt_timeout` bounds all attempts for one target. `schedules` are those
    that the incident carries; the activity prefers those of the policy in force if it still has the
    name `policy`. `holders` stand in for a role that is `vacant`, and the page says as what.
    `limits` are those of everybody; `urgency` is 1 for the worst severity. Without `sends` nothing
    leaves: the activity only finds out whom the level pages. `first_messages` are those of the
    incident so far.
    """

    level: int
    cycle: int
    targets: Level
    holders: dict[str, str]
    further_holders: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    vacant: dict[str, str] = Field(default_factory=dict)
    people: dict[str, Person]
    channels: tuple[str, ...]
    fallbacks: dict[str, str]
    key_prefix: str
    template: Message
    now: Instant
    attempt_timeout: Seconds = Field(default="PT1.5S", validate_default=True)
    schedules: tuple[ScheduleSpec, ...] = ()
    policy: str = ""
    limits: PageLimits = PageLimits()
    urgency: int = LEAST_URGENT
    sends: bool = True
    first_messages: tuple[FirstMessage, ...] = ()


class PageOutcome(Frozen):
    """The page to one target: a receipt, or the delivery that the incident still owes.

    `delivery.channel` is the channel that took the page, or else the one that `failure` names, or
    else the first to try. `fell_back` are the permanent failures of the channels tried before it.
    `via` says in words in which capacity the engine paged the recipient; `leave` says why the
    workload holds the page for a summary.
    """

    delivery: Delivery
    target: str
    via: str = ""
    receipt: Receipt | None = None
    failure: DeliveryFailure | None = None
    fell_back: tuple[DeliveryFailure, ...] = ()
    leave: Leave | None = None


class OutOfHours(Frozen):
    """A target that the level skipped because it is outside its hours, until `opens_at`.

    `opens_at` is None if that is more than a fortnight away.
    """

    target: str
    recipient: str
    zone: str
    opens_at: Instant | None = None


class Escalated(Frozen):
    """Result of escalate_incident. `nobody` lists targets that resolve to no one.

    `on_call` says who was on call by the schedules that the level asked, and why. `cycle` is None
    for pages from before lines of the timeline named their rule. Unless `sent`, `pages` are those
    that would have left.
    """

    level: int
    cycle: int | None = None
    pages: tuple[PageOutcome, ...]
    nobody: tuple[str, ...] = ()
    out_of_hours: tuple[OutOfHours, ...] = ()
    on_call: dict[str, OnCall] = Field(default_factory=dict)
    sent: bool = True


class SendNotification(Frozen):
    """Input of send_notification: one message on one channel.

    `first_message` refers to the first message that its recipient got over the channel.
    """

    channel: str
    message: Message
    first_message: Reference | None = None


class WriteReport(Frozen):
    """Input of write_report: the incident report, as Markdown and JSON, in the document store."""

    incident: Incident
    policy: CompiledPolicy
    name: str
    now: Instant


class DocumentWritten(Frozen):
    """Where the document store keeps a document."""

    name: str
    uri: str
    sha256: str


class ArchiveTimeline(Frozen):
    """Input of archive_timeline: entries that leave the carried state."""

    incident_id: str
    first_seq: int
    last_seq: int
    entries_json: str


class ArchiveRunInput(Frozen):
    """Archive one run of an incident after it has ended."""

    workflow_id: str = Field(min_length=1, max_length=1000)
    run_id: str = Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class ArchivedRun(Frozen):
    """Where the document store keeps the history of a run."""

    uri: str
    sha256: str
    events: int


LOOK_UP_POLICY = "look_up_policy"


class PolicyWanted(Frozen):
    """The policy under which an incident of `service` is to go on, by its hash.

    Name and version, if given, must be those of the hash. The activity works out its calendars as
    of `now`, from `since_at` on.
    """

    policy_hash: str
    policy_name: str = ""
    policy_version: str = ""
    service: str | None = None
    since_at: Instant
    now: Instant


class PolicyFound(Frozen):
    """The policy as an incident carries it; or a `problem`: why the incident cannot adopt it."""

    policy: CompiledPolicy | None = None
    problem: str = ""


class PolicyText(Frozen):
    """Input of keep_policy: a policy file, as people wrote it."""

    text: str = Field(min_length=1, max_length=1024 * 1024)


class RefreshCalendars(Frozen):
    """Input of refresh_calendars: work out some calendars of a policy for an incident.

    `since` is the earliest instant in the incident's record.
    """

    incident_id: str
    policy: CompiledPolicy
    calendars: tuple[str, ...]
    since: Instant
    now: Instant


class CalendarsRefreshed(Frozen):
    """Result of refresh_calendars, by the name of the calendar."""

    slices: dict[str, CalendarSlice]
