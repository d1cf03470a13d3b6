"""The contracts between workflows and activities: names, inputs and results.

Workflows name activities by these constants and never import them; activities take and
return these models and never import a workflow.
"""

from pydantic import Field

from models.alert import Alert, AlertBatch, AlertRecord, GroupingPolicy
from models.base import Frozen, Instant, Seconds
from models.clock import DueThreshold
from models.compiled import CompiledPolicy, Level, Person
from models.incident import Incident, Report
from models.message import DeliveryFailure, Message, Receipt
from states.lifecycle import State

INCIDENT_WORKFLOW = "Incident"
ALERT_GROUP_WORKFLOW = "AlertGroup"
ARCHIVE_WORKFLOW = "ArchiveRun"

START_INCIDENT = "start_incident"
FEED_INCIDENT = "feed_incident"
ENFORCE_DEADLINE = "enforce_deadline"
ESCALATE_INCIDENT = "escalate_incident"
SEND_NOTIFICATION = "send_notification"
WRITE_REPORT = "write_report"
ARCHIVE_TIMELINE = "archive_timeline"
BEGIN_ARCHIVE = "begin_archive"
ARCHIVE_RUN = "archive_run"

PERMANENT_FAILURE = "ChannelPermanentError"
RETRYABLE_FAILURE = "ChannelRetryableError"
"""Types of the ApplicationError that send_notification raises."""

RECEIVE_ALERTS = "receive_alerts"
"""Signal of an alert group: an `AlertBatch`."""
INCIDENT_MOVED = "incident_moved"
"""Signal of an alert group: an `IncidentMoved`."""


class Delivery(Frozen):
    """A message and the channels to try it on, first to last. What is undelivered is carried."""

    message: Message
    channels: tuple[str, ...]
    channel: int = 0
    rounds: int = 0
    not_before: Instant | None = None


class EscalationProgress(Frozen):
    """How far the escalation of an incident has come.

    `level` is the last one paged, 0 for none; `cycle` counts repetitions from 0.
    """

    level: int = 0
    cycle: int = 0
    pages: int = 0
    next_at: Instant | None = None
    stopped: str | None = None


class Carried(Frozen):
    """Everything of an incident's run that the next run needs, and the result of the last."""

    incident: Incident
    policy: CompiledPolicy
    escalation: EscalationProgress = EscalationProgress()
    outbox: tuple[Delivery, ...] = ()
    reports_due: tuple[str, ...] = ()
    processed: dict[str, str] = Field(default_factory=dict)
    effects: int = 0


class IncidentInput(Frozen):
    """Starts an `Incident`: a report under a policy, or what an earlier run carried.

    `reopening` marks the run that reopens a closed incident: it waits for the command `reopen`.
    `epoch_offset` is added to the workflow's clock; zero in production, set by rehearsals of
    past incidents.
    """

    policy: CompiledPolicy | None = None
    report: Report | None = None
    carried: Carried | None = None
    reopening: bool = False
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)


class AlertGroupInput(Frozen):
    """Starts an `AlertGroup`; `carried` is what an earlier run knew."""

    group_key: str
    grouping: GroupingPolicy
    carried: "GroupState | None" = None


class StartIncident(Frozen):
    """Input of start_incident: under the policy now in force."""

    incident_id: str
    report: Report


class GroupState(Frozen):
    """What an alert group knows.

    `firing` are the alerts that fire by the newest word, `ended` when the others last stopped,
    `ends_heard` when that was received; `unfed` those that the incident has not been told of
    yet, `urgent` whether they are more than repeats; `told` is since when those fire that it
    was told of. `firing_since_at` is when the group began to fire, `due_at` since when an
    incident is to be opened or reopened; `missed` are alerts that ended before that was done,
    or before the incident was told of them. `opening` is the incident that is being started,
    `feeding` what it is being told until it answers, `moved_meanwhile` whether it said since
    then where it stands. `reopenable` is False once it refused that. After a failure nothing
    is tried again before `not_before`. `takeovers` are earlier incidents, to be told from
    `takeover_at` on that this one has their alerts now.
    """

    firing: dict[str, AlertRecord] = Field(default_factory=dict)
    ended: dict[str, Instant] = Field(default_factory=dict)
    ends_heard: dict[str, Instant] = Field(default_factory=dict)
    unfed: dict[str, Alert] = Field(default_factory=dict)
    unfed_deliveries: int = 0
    urgent: bool = False
    told: dict[str, Instant] = Field(default_factory=dict)
    truncated: int = 0
    deliveries: int = 0
    firing_since_at: Instant | None = None
    quiet_since_at: Instant | None = None
    due_at: Instant | None = None
    missed: dict[str, AlertRecord] = Field(default_factory=dict)
    fed_at: Instant | None = None
    last_received_at: Instant | None = None
    opening: StartIncident | None = None
    feeding: "FeedIncident | None" = None
    moved_meanwhile: bool = False
    incident_id: str | None = None
    incident_state: State | None = None
    resolved_at: Instant | None = None
    reopenable: bool = True
    opened: int = 0
    fed: int = 0
    not_before: Instant | None = None
    malformed: int = 0
    takeovers: tuple[str, ...] = ()
    takeover_at: Instant | None = None


class IncidentMoved(Frozen):
    """An incident tells its alert group where it stands."""

    incident_id: str
    state: State
    resolved_at: Instant | None = None


class IncidentStarted(Frozen):
    """Result of start_incident. `started` is False where it already ran."""

    incident_id: str
    started: bool


class FeedIncident(Frozen):
    """Input of feed_incident: what the alerts did; with `reopen`, that it was not over.

    `note` says why it is reopened. `taken_over_by` tells an earlier incident whose its alerts are.
    """

    incident_id: str
    batch: AlertBatch
    deliveries: int
    reopen: bool
    note: str = ""
    command_id: str
    taken_over_by: str | None = None


class IncidentFed(Frozen):
    """Result of feed_incident. `absorbed` is False where the incident no longer takes alerts."""

    absorbed: bool
    state: State
    resolved_at: Instant | None = None


class ClockFacts(Frozen):
    """What enforce_deadline evaluates: the rules in question, the record without its story."""

    policy: CompiledPolicy
    incident: Incident


class EnforceDeadline(Frozen):
    """Input of enforce_deadline: the thresholds that came due by `now`."""

    incident_id: str
    now: Instant
    due: tuple[DueThreshold, ...]
    facts: ClockFacts


class Enforcement(Frozen):
    """Result of enforce_deadline: the thresholds that stand, and those that turned out moot."""

    standing: tuple[DueThreshold, ...]
    moot: tuple[DueThreshold, ...] = ()


class EscalateIncident(Frozen):
    """Input of escalate_incident: page a level.

    `template` is the message without key, recipient and address; each page's key is
    `key_prefix` and its recipient. `attempt_timeout` bounds all attempts for one target.
    """

    level: int
    cycle: int
    targets: Level
    holders: dict[str, str]
    people: dict[str, Person]
    channels: tuple[str, ...]
    fallbacks: dict[str, str]
    key_prefix: str
    template: Message
    now: Instant
    attempt_timeout: Seconds = Field(default="PT1.5S", validate_default=True)


class PageOutcome(Frozen):
    """What became of the page to one target: a receipt, or the delivery that is still owed.

    `delivery.channel` is the channel that took the page, or the one that `failure` tells of;
    `fell_back` are the permanent failures of the channels tried before it.
    """

    delivery: Delivery
    target: str
    receipt: Receipt | None = None
    failure: DeliveryFailure | None = None
    fell_back: tuple[DeliveryFailure, ...] = ()


class Escalated(Frozen):
    """Result of escalate_incident. `nobody` lists targets that resolve to no one."""

    level: int
    pages: tuple[PageOutcome, ...]
    nobody: tuple[str, ...] = ()


class SendNotification(Frozen):
    """Input of send_notification: one message on one channel."""

    channel: str
    message: Message


class WriteReport(Frozen):
    """Input of write_report: the incident report, as Markdown and JSON, in the document store."""

    incident: Incident
    policy: CompiledPolicy
    name: str
    now: Instant


class DocumentWritten(Frozen):
    """Where a document went."""

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

    workflow_id: str
    run_id: str


class ArchivedRun(Frozen):
    """Where the history of a run went."""

    uri: str
    sha256: str
    events: int
