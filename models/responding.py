"""Commands about who is responsible: taking back and handing over roles, approvals."""

from pydantic import Field

from models.payload import Command


class UnassignRoleCommand(Command):
    """Take a role back from its holder; if several hold it, from this person."""

    role: str
    person: str | None = None


class HandOverCommand(Command):
    """Offer a role to somebody; `content` is what the policy requires them to know.

    `giver` names the holder who gives it, if several hold it.
    """

    role: str
    to: str = Field(min_length=1)
    content: dict[str, str] = Field(default_factory=dict)
    giver: str | None = None


class AcceptHandoverCommand(Command):
    """Accept an offered role."""

    role: str


class DeclineHandoverCommand(Command):
    """Decline an offered role, or withdraw the offer."""

    role: str


class ApproveCommand(Command):
    """Approve a command for which somebody asked for approval."""

    command: str = Field(min_length=1, max_length=200)


class RejectCommand(Command):
    """Refuse a command for which somebody asked for approval."""

    command: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=2000)
