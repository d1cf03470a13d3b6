"""Commands about who answers for what: roles that are taken back and handed over, approvals."""

from pydantic import Field

from models.payload import Command


class UnassignRoleCommand(Command):
    """Take a role back from whoever holds it; of several holders, from this person."""

    role: str
    person: str | None = None


class HandOverCommand(Command):
    """Offer a role to somebody; `content` is what the policy has them told.

    `giver` says whose, where several hold it.
    """

    role: str
    to: str = Field(min_length=1)
    content: dict[str, str] = Field(default_factory=dict)
    giver: str | None = None


class AcceptHandoverCommand(Command):
    """Take a role that was offered."""

    role: str


class DeclineHandoverCommand(Command):
    """Not take a role that was offered, or no longer offer it."""

    role: str


class ApproveCommand(Command):
    """Give leave to a command that somebody asked approval for."""

    command: str = Field(min_length=1, max_length=200)


class RejectCommand(Command):
    """Refuse leave to a command that somebody asked approval for."""

    command: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=2000)
