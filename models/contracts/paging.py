"""Paging a level of the escalation: whom, and the outcome of each page."""

from pydantic import Field

from models.base import Frozen, Instant, Seconds
from models.compiled import Level, Person
from models.contracts.notifying import Delivery
from models.messages.message import DeliveryFailure, Message, Receipt
from models.messages.reference import FirstMessage
from models.people.schedule import OnCall, ScheduleSpec
from models.people.workload import Leave, PageLimits
from models.severity import LEAST_URGENT
from models.time.calendar import LocalTimes

ESCALATE_INCIDENT = "escalate_incident"


class EscalateIncident(Frozen):
    """Input of escalate_incident: page a level.

    `template` is the message without key, recipient and address; each page's key is `key_prefix`
    and its recipient. `attempt_timeout` bounds all attempts for one target. `schedules` are those
    that the incident carries; the activity prefers those of the policy in force if it still has the
    name `policy`. `holders` stand in for a role that is `vacant`, and the page says as what.
    `limits` are those of everybody; `urgency` is 1 for the worst severity. Without `sends` nothing
    leaves: the activity only finds out whom the level pages. `first_messages` are those of the
    incident so far. Nobody in `declined` is paged. `local_times` are those of the policy.
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
    declined: tuple[str, ...] = Field(default=(), exclude_if=lambda people: not people)
    local_times: LocalTimes | None = Field(default=None, exclude_if=lambda times: times is None)


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


class Unable(Frozen):
    """A target that the level skipped because this person cannot."""

    target: str
    recipient: str


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
    unable: tuple[Unable, ...] = Field(default=(), exclude_if=lambda people: not people)
    on_call: dict[str, OnCall] = Field(default_factory=dict)
    sent: bool = True
