"""The contracts of alert groups: what one is told and knows, and how it feeds its incident."""

from pydantic import Field

from models.alert import ALERTMANAGER, Alert, AlertBatch, AlertRecord, GroupingPolicy, Heard
from models.base import Frozen, Instant, Seconds
from models.incident import Report
from states.lifecycle import State

ALERT_GROUP_WORKFLOW = "AlertGroup"

START_INCIDENT = "start_incident"
FEED_INCIDENT = "feed_incident"

RECEIVE_ALERTS = "receive_alerts"
"""Signal of an alert group: an `AlertBatch`."""
INCIDENT_MOVED = "incident_moved"
"""Signal of an alert group: an `IncidentMoved`."""
GROUP_STATE = "state"
"""Query of an alert group: answers with a `GroupState`."""


class StartIncident(Frozen):
    """Input of start_incident: under the policy now in force."""

    incident_id: str
    report: Report


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


class IncidentMoved(Frozen):
    """An incident tells its alert group where it stands."""

    incident_id: str
    state: State
    resolved_at: Heard | None = None


class GroupState(Frozen):
    """What an alert group knows.

    `source` names the format in which its alerts come.
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

    `epoch_offset` is added to the workflow's clock; zero in production, set by rehearsals.
    """

    group_key: str
    grouping: GroupingPolicy
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)
    carried: GroupState | None = None
