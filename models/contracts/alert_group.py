"""The contracts of alert groups: what a group hears and knows, and how it feeds its incident."""

from pydantic import Field

from models.alert import ALERTMANAGER, Alert, AlertBatch, AlertRecord, GroupingPolicy, Heard
from models.base import Frozen, Instant, Seconds
from models.incident.record import Report
from states.lifecycle import State

ALERT_GROUP_WORKFLOW = "AlertGroup"

START_INCIDENT = "start_incident"
FEED_INCIDENT = "feed_incident"

RECEIVE_ALERTS = "receive_alerts"
"""Signal of an alert group: an `AlertBatch`."""
INCIDENT_MOVED = "incident_moved"
"""Signal of an alert group: an `IncidentMoved`."""
GROUP_STATE = "state"
"""Query of an alert group; the answer is a `GroupState`."""


class StartIncident(Frozen):
    """Input of start_incident: under the policy now in force."""

    incident_id: str
    report: Report


class IncidentStarted(Frozen):
    """Result of start_incident. `started` is False if it already ran."""

    incident_id: str
    started: bool


class FeedIncident(Frozen):
    """Input of feed_incident: what the alerts did; with `reopen`, that the incident is not over.

    `note` says why it reopens. `taken_over_by` tells an earlier incident which incident has its
    alerts now.
    """

    incident_id: str
    batch: AlertBatch
    deliveries: int
    reopen: bool
    note: str = ""
    command_id: str
    taken_over_by: str | None = None


class IncidentFed(Frozen):
    """Result of feed_incident. `absorbed` is False if the incident no longer takes alerts."""

    absorbed: bool
    state: State
    resolved_at: Instant | None = None


class IncidentMoved(Frozen):
    """An incident tells its alert group its state."""

    incident_id: str
    state: State
    resolved_at: Heard | None = None


class GroupState(Frozen):
    """What an alert group knows.

    `source` names the format of its alerts. `firing` are the alerts that fire by the newest report,
    `ended` when the others last stopped, `ends_heard` when the group heard of it. `unfed` are the
    alerts that the incident does not know yet, `urgent` says whether they are more than repeats.
    `told` says of each alert that the incident knows to fire, since when. `firing_since_at` is when
    the group began to fire, `due_at` when it should have opened or reopened an incident; `missed`
    are alerts that ended before that, or before the incident knew them. `opening` is the incident
    that is starting. `feeding` is what the incident has been sent and has not answered;
    `moved_meanwhile` says whether it has reported its state since then. `reopenable` is False once
    the incident refused to reopen. After a failure the group tries nothing before `not_before`.
    From `takeover_at` on it tells the earlier incidents in `takeovers` that this one has their
    alerts now.
    """

    source: str = ALERTMANAGER
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
    feeding: FeedIncident | None = None
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


class AlertGroupInput(Frozen):
    """Starts an `AlertGroup`; `carried` is what an earlier run knew.

    The workflow adds `epoch_offset` to its clock; it is zero in production, and rehearsals set it.
    """

    group_key: str
    grouping: GroupingPolicy
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)
    carried: GroupState | None = None
