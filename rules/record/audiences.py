"""The audiences that a status update goes to."""

from models.command import PostUpdateCommand
from models.compiled import CompiledPolicy


def audiences_addressed(command: PostUpdateCommand, policy: CompiledPolicy) -> tuple[str, ...]:
    """The audiences that the command names; else those that expect updates; else all."""
    known = tuple(audience.name for audience in policy.audiences)
    expecting = tuple(a.name for a in policy.audiences if a.rhythms)
    return command.audiences or expecting or known
