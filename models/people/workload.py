"""The workload of a person or a channel over all incidents: pages, and roles they hold.

A durable workflow of its own keeps each workload, and incidents ask it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Frozen, Instant, Seconds

WORKLOAD_WORKFLOW = "Workload"

ASK_LEAVE = "ask_leave"
"""Update of a workload: the `AskLeave`s of one moment. The answer is `Leaves`, in the same order.
"""
HOLD_ROLE = "hold_role"
"""Update of a workload: a `HoldRole`. The answer is a `RolesHeld`."""
WORKLOAD_STATE = "state"
"""Query of a workload. The answer is a `WorkloadState`."""

ASK_FOR_LEAVE = "ask_for_leave"
"""The activity that asks for leave to send a page, or says that it is no longer needed."""
TELL_OF_ROLE = "tell_of_role"
"""The activity that tells a workload that somebody holds a role, or no longer holds it."""

FEWEST = 3
"""The smallest limit: a page, one kept for the worst severity, and a summary."""


class PageLimit(Frozen):
    """At most so many pages, including summaries, in any time as long as `within`."""

    most: int = Field(ge=FEWEST)
    within: Annotated[Seconds, Field(ge=timedelta(), le=timedelta(days=3660))]


class PageLimits(Frozen):
    """The limits of a policy: that of each person, and those of channels that levels page."""

    person: PageLimit | None = None
    channels: dict[str, PageLimit] = Field(default_factory=dict)


class BindingLimit(Frozen):
    """The workload whose limit binds a page. `whom` is `person:ana` or `channel:ops`.

    `urgency` is 1 for the worst severity. `escalation` says that a level asked for the page, so
    that an acknowledgement drops it while it is held.
    """

    whom: str
    limit: PageLimit
    urgency: int
    escalation: bool = False


class AskLeave(Frozen):
    """A page asks for leave. `key` is its idempotency key: the same key asks once.

    A summary counts it by `severity` and names its `subject`; it goes over `channels`, to
    `address`. `withdraw` says that the page is no longer needed.
    """

    key: str
    incident_id: str
    subject: str
    severity: str
    bound: BindingLimit
    channels: tuple[str, ...]
    address: str | None = None
    handles: dict[str, str] = Field(default_factory=dict, exclude_if=lambda known: not known)
    withdraw: bool = False


class AskTogether(Frozen):
    """Pages that ask at the same moment. The workload answers the worst first."""

    pages: tuple[AskLeave, ...]


class PageVerdict(StrEnum):
    """The outcome of a page that asked.

    It may go; it is held for a summary; a summary told of it; no channel took the summary; it was
    held and is dropped.
    """

    GRANTED = "granted"
    HELD = "held"
    TOLD = "told"
    UNDELIVERED = "undelivered"
    WITHDRAWN = "withdrawn"


class SentSummary(Frozen):
    """One message instead of many pages: when, by which channel, of how many incidents."""

    key: str
    at: Instant
    channel: str
    incidents: int


class Leave(Frozen):
    """The answer. A held page asks again at `again_at`; `why` says in words why it is held."""

    verdict: PageVerdict
    why: str = ""
    again_at: Instant | None = None
    summary: SentSummary | None = None


GRANTED = Leave(verdict=PageVerdict.GRANTED)


class Leaves(Frozen):
    """The answers to pages that asked together, in their order."""

    leaves: tuple[Leave, ...]


class AskForLeave(Frozen):
    """Input of ask_for_leave.

    `policy` is the name of the policy: workloads of two organisations are two.
    """

    policy: str
    asked: AskLeave


class HoldRole(Frozen):
    """Somebody holds a role in an incident; with `holds` False, no longer."""

    role: str
    incident_id: str
    holds: bool
    at: Instant


class ToldRole(Frozen):
    """A role in an incident, as its holder's workload knows it."""

    role: str
    person: str


class RolesHeld(Frozen):
    """The other incidents in which somebody holds the same role, the earliest first."""

    elsewhere: tuple[str, ...] = ()


class TellOfRole(Frozen):
    """Input of tell_of_role: `person` holds a role, or no longer; at most `at_once` are allowed."""

    policy: str
    person: str
    at_once: int | None
    told: HoldRole


class SentPage(Frozen):
    """A page that was sent, or a `summary`."""

    key: str
    at: Instant
    summary: bool = False


class HeldPage(Frozen):
    """A page that waits for the next summary."""

    asked: AskLeave
    at: Instant


class SettledPages(Frozen):
    """The outcomes of held pages, for the time when they ask again."""

    leave: Leave
    at: Instant
    keys: tuple[str, ...]


class WorkloadState(Frozen):
    """What a workload knows. `limit` is the one that the last page asked by.

    `sent` are the pages of the last hours. `held` are those that wait, by their keys, and `settled`
    says what became of others that waited. `failed` is how often in a row no channel took a
    summary, `not_before` when the workload tries again. `roles` are those that its person holds, as
    incidents reported them.
    """

    limit: PageLimit | None = None
    sent: tuple[SentPage, ...] = ()
    held: dict[str, HeldPage] = Field(default_factory=dict)
    settled: tuple[SettledPages, ...] = ()
    summaries: int = 0
    failed: int = 0
    not_before: Instant | None = None
    roles: tuple[HoldRole, ...] = ()


class WorkloadInput(Frozen):
    """Starts a `Workload`; `carried` is what an earlier run knew.

    The workflow adds `epoch_offset` to its clock; it is zero in production, and rehearsals set it.
    """

    whom: str
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)
    carried: WorkloadState | None = None
