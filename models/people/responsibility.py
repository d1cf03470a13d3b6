"""Responsibility beyond who holds a role: spells, offers, requests, overrides."""

from pydantic import Field

from models.base import Actor, Frozen, Instant
from states.lifecycle import State


class RoleSpell(Frozen):
    """A time through which somebody, no matter who, held a role; None in `until_at` means still.

    `passed_at` are the instants at which the role passed to somebody else meanwhile.
    """

    role: str
    from_at: Instant
    until_at: Instant | None = None
    passed_at: tuple[Instant, ...] = ()


class Handover(Frozen):
    """An offered role that the other person has not accepted yet; the giver still holds it."""

    role: str
    giver: str
    taker: str
    offered_by: Actor
    at: Instant
    content: dict[str, str] = Field(default_factory=dict)
    note: str = ""


class HandoverCount(Frozen):
    """How many offers of a role ended in which way. Each of them is on the timeline."""

    role: str
    accepted: int = 0
    declined: int = 0
    lapsed: int = 0


class Approval(Frozen):
    """Somebody approved a command; `by` are the entries of the rule that allowed it then."""

    actor: Actor
    at: Instant
    note: str = ""
    by: tuple[str, ...] = ()


class Request(Frozen):
    """Somebody asked for approval of a command in a state. It lapses when the state changes.

    `rule` names the approval rule, or the command itself if its authority is consulted. `asked`
    counts the groups that have been asked, the last of them at `asked_at` (None: with the request).
    `says` is what was asked for in a line, `asks` all of it. `digest` identifies exactly that,
    `core` the same without note and date. `number` is that of its line on the timeline, which
    nobody can choose. `proceeds` says that nobody answered in time and that the policy goes on
    without an answer.
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
    number: int = 0
    asks: str = ""
    core: str = ""

    @property
    def id(self) -> str:
        """The short name by which an answer says which request it means."""
        short = self.digest[:6]
        return f"{self.number}-{short}" if self.number else short

    def for_the_same_by(self, other: "Request") -> bool:
        """Whether the same person asks the same people about the same command, in any words."""
        mine = (self.rule, self.command, self.consults, self.requester.name)
        return mine == (other.rule, other.command, other.consults, other.requester.name)


class RecentRequest(Frozen):
    """A request that somebody made lately, answered or not."""

    rule: str
    requester: str
    digest: str
    at: Instant
    consults: bool = False


class PolicyOverride(Frozen):
    """Somebody did, with a reason, what the policy refuses otherwise, as `instead_of` says."""

    command: str
    actor: Actor
    at: Instant
    reason: str
    instead_of: str
