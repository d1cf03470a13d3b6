"""Whether a command with a known id is the same command as the one done under that id."""

import json
from hashlib import sha256

from pydantic import ValidationError

from models.command import CommandResult, CorrectMilestoneCommand
from models.payload import Command
from rules.record.decision import Refusal

_HOW = frozenset({"command_id", "via", "proof", "sent_at"})
_WHEN = frozenset({"happened_at", "latest_at"})
"""Fields that may differ when the same command is sent again: "5 minutes ago" has moved on."""


def digest_of(name: str, command: Command) -> str:
    """The digest by which the same command is recognised."""
    when = frozenset() if isinstance(command, CorrectMilestoneCommand) else _WHEN
    said = command.model_dump(mode="json", exclude=set(_HOW | when))
    return sha256(json.dumps([name, said], sort_keys=True).encode()).hexdigest()[:16]


def id_used_already(name: str, command: Command, stored: str, digest: str) -> Refusal | None:
    """The refusal if another command was done under this id, with the result `stored`."""
    try:
        done = CommandResult.model_validate_json(stored).command
    except ValidationError:
        done = "something unreadable"
    if done == name and digest == digest_of(name, command):
        return None
    what = f"another `{done}`" if done == name else f"`{done}`"
    message = f"this command id was already used for {what}; take a new one"
    return Refusal("Refused", message, ("command_id",))
