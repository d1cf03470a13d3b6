"""Ids of commands: the same id counts once, however often it is sent."""

import uuid


def new_command_id() -> str:
    """The id of a command, or of a report, that nobody has given before."""
    return str(uuid.uuid4())


def part_of(command_id: str, name: str) -> str:
    """The id of a command that is part of another: repeating the other repeats it."""
    return f"{command_id}-{name}"


def attempt_of(command_id: str) -> str:
    """The id of one more update for a command.

    The incident knows the command by its own id, so one that was done counts once. Temporal
    answers an update that it knows with its stored outcome, so one that was refused needs a new
    update to be judged anew.
    """
    return f"{command_id}/{uuid.uuid4().hex[:8]}"
