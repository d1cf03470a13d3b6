"""Who answers for what on a record beyond who holds a role: spells, offers, requests, overrides."""

from pydantic import Field

from models.base import Actor, Frozen, Instant
from states.lifecycle import State


class RoleSpell(Frozen):
    """A time through which a role was filled, by whomever; it still is while `until_at` is None.

    `passed_at` are the instants at which it passed to somebody else meanwhile.
    """

    role: str
    from_at: Instant
    until_at: Instant | None = None
    passed_at: tuple[Instant, ...] = ()


class Handover(Frozen):
    """A role is offered to somebody who has not answered yet; the giver still holds it."""

    role: str
    giver: str
    taker: str
    offered_by: Actor
    at: Instant
    content: dict[str, str] = Field(default_factory=dict)
    note: str = ""


class HandoverCount(Frozen):
    """How many offers of a role came to which end; each of them is on the timeline."""

    role: str
    accepted: int = 0
    declined: int = 0
    lapsed: int = 0


class Approval(Frozen):
    """Somebody gave leave to a command."""

    actor: Actor
    at: Instant
    note: str = ""


class Request(Frozen):
    """Somebody asked for leave to give a command in a state; it lapses when the state changes.

    `rule` names the approval rule, or the command itself where its authority is consulted.
    `asked` counts the groups that were asked, the last of them at `asked_at` (None: with the
    request); `digest` tells what exactly was asked for.
    `proceeds` says that nobody answered in time, and that the policy goes on without.
    """

    command: str
    rule: str
    says: str
    digest: str
    requester: Actor
    at: Instant
    state: State
    consults: bool = False
    asked: int = 1
    asked_at: Instant | None = None
    approvals: tuple[Approval, ...] = ()
    proceeds: bool = False


class Override(Frozen):
    """Somebody did with a reason what the policy would have refused, as `instead_of` says."""

    command: str
    actor: Actor
    at: Instant
    reason: str
    instead_of: str
