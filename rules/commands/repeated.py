"""Whether a command that comes under a known id is the one that was done under it."""

import json
from hashlib import sha256

from pydantic import ValidationError

from models.command import CommandResult, CorrectMilestoneCommand
from models.payload import Command
from rules.record.decision import Refusal

_HOW = frozenset({"command_id", "via", "sent_at"})
_WHEN = frozenset({"happened_at", "latest_at"})
"""What may differ if the same is given again: "5 minutes ago" is another instant by then."""


def digest_of(name: str, command: Command) -> str:
    """What tells a command from any other one; given again, it is the same."""
    when = frozenset() if isinstance(command, CorrectMilestoneCommand) else _WHEN
    said = command.model_dump(mode="json", exclude=set(_HOW | when))
    return sha256(json.dumps([name, said], sort_keys=True).encode()).hexdigest()[:16]


def used_already(name: str, command: Command, stored: str, digest: str | None) -> Refusal | None:
    """Why a command cannot have an id: another one was done under it, with the result `stored`.

    Of commands that were done by earlier versions of the engine no `digest` is known.
    """
    try:
        done = CommandResult.model_validate_json(stored).command
    except ValidationError:
        done = "something that nobody can read"
    if done == name and digest in {None, digest_of(name, command)}:
        return None
    what = f"another `{done}`" if done == name else f"`{done}`"
    message = f"this command id was already used for {what}; take a new one"
    return Refusal("Refused", message, ("command_id",))
