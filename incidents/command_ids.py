"""Ids of commands: the same id counts once, however often it is sent."""

import re
import uuid
from hashlib import sha256

_OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_command_id() -> str:
    """A new id for a command or a report."""
    return str(uuid.uuid4())


def part_of(command_id: str, name: str) -> str:
    """The id of a command that is part of another; it stays the same if the other is repeated."""
    return f"{command_id}-{name}"


def attempt_of(command_id: str) -> str:
    """The id of one more update for a command.

    The incident knows the command by its own id, so a command that was done counts once. Temporal
    answers a known update with its stored outcome, so a refused command needs a new update id to be
    judged again. Temporal shows it in the clear, so it has no id that somebody else chose: that one
    may have names. The command itself has it.
    """
    told = command_id if _OURS.fullmatch(command_id) else sha256(command_id.encode()).hexdigest()
    return f"{told[:36]}/{uuid.uuid4().hex[:8]}"
