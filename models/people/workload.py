"""What a person, or a channel, has on their hands over all incidents: pages, and roles they hold.

It belongs to a durable workflow of its own, one for each of them, which incidents ask.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.base import Frozen, Instant, Seconds

WORKLOAD_WORKFLOW = "Workload"

ASK_LEAVE = "ask_leave"
"""Update of a workload: `AskLeave`s of one moment; answers with `Leaves`, in the same order."""
HOLD_ROLE = "hold_role"
"""Update of a workload: a `HoldRole`; answers with a `RolesHeld`."""
WORKLOAD_STATE = "state"
"""Query of a workload: answers with a `WorkloadState`."""

ASK_FOR_LEAVE = "ask_for_leave"
"""The activity that asks for leave to send a page, or says that it need not be sent any more."""
TELL_OF_ROLE = "tell_of_role"
"""The activity that tells a workload of a role that somebody holds, or holds no more."""

FEWEST = 3
"""The smallest limit: a page, one that is kept for the worst severity, and a summary."""


class PageLimit(Frozen):
    """At most so many pages, summaries among them, in any time as long as `within`."""

    most: int = Field(ge=FEWEST)
    within: Annotated[Seconds, Field(ge=timedelta(), le=timedelta(days=3660))]


class PageLimits(Frozen):
    """The limits of a policy: that of each person, and those of channels that levels page."""

    person: PageLimit | None = None
    channels: dict[str, PageLimit] = Field(default_factory=dict)


class Bound(Frozen):
    """By what a page is bound: the limit of a workload. `whom` is `person:ana` or `channel:ops`.

    `urgency` is 1 for the worst severity. `escalation` says that a level asked for the page, so
    that an acknowledgement drops it while it is held.
    """

    whom: str
    limit: PageLimit
    urgency: int
    escalation: bool = False


class AskLeave(Frozen):
    """A page asks to be sent. `key` is its idempotency key: the same asks once.

    A summary would count it by `severity` and tell its `subject`; it would go over `channels`,
    to `address`. With `withdraw` it need not be sent any more.
    """

    key: str
    incident_id: str
    subject: str
    severity: str
    bound: Bound
    channels: tuple[str, ...]
    address: str | None = None
    withdraw: bool = False


class AskTogether(Frozen):
    """Pages that ask in one moment; the worst is answered first, whichever came first."""

    pages: tuple[AskLeave, ...]


class Verdict(StrEnum):
    """What became of a page that asked.

    It may be sent; it is held for a summary; a summary told of it; no channel took the summary;
    it was held and is dropped.
    """

    GRANTED = "granted"
    HELD = "held"
    TOLD = "told"
    UNDELIVERED = "undelivered"
    WITHDRAWN = "withdrawn"


class Summary(Frozen):
    """One message in the place of many pages: when, by which channel, of how many incidents."""

    key: str
    at: Instant
    channel: str
    incidents: int


class Leave(Frozen):
    """The answer. One that is held asks again at `again_at`; `why` says in words why it is held."""

    verdict: Verdict
    why: str = ""
    again_at: Instant | None = None
    summary: Summary | None = None


GRANTED = Leave(verdict=Verdict.GRANTED)


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
    """Somebody holds a role in an incident, or with `holds` False no longer."""

    role: str
    incident_id: str
    holds: bool
    at: Instant


class ToldRole(Frozen):
    """A role whose holder's workload knows of it."""

    role: str
    person: str


class RolesHeld(Frozen):
    """The other incidents in which somebody holds the same role, the earliest first."""

    elsewhere: tuple[str, ...] = ()


class TellOfRole(Frozen):
    """Input of tell_of_role: `person` holds a role, or no longer; `at_once` is the most allowed."""

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


class Settled(Frozen):
    """What became of pages that were held, for when they ask again."""

    leave: Leave
    at: Instant
    keys: tuple[str, ...]


class WorkloadState(Frozen):
    """What a workload knows. `limit` is the one that was asked by last.

    `sent` are the pages of the last hours, `held` those that wait, by their keys, and `settled`
    what became of others that waited. `failed` is how often in a row no channel took a summary,
    `not_before` when it is tried again. `roles` are those that are held, as they were told.
    """

    limit: PageLimit | None = None
    sent: tuple[SentPage, ...] = ()
    held: dict[str, HeldPage] = Field(default_factory=dict)
    settled: tuple[Settled, ...] = ()
    summaries: int = 0
    failed: int = 0
    not_before: Instant | None = None
    roles: tuple[HoldRole, ...] = ()


class WorkloadInput(Frozen):
    """Starts a `Workload`; `carried` is what an earlier run knew.

    `epoch_offset` is added to the workflow's clock; zero in production, set by rehearsals.
    """

    whom: str
    epoch_offset: Seconds = Field(default="PT0S", validate_default=True)
    carried: WorkloadState | None = None
