"""Finds values that nobody types on purpose, although an incident accepts them from a tool."""

from collections.abc import Iterator
from datetime import datetime

from models.command import AddActionItemCommand, CancelCommand
from models.payload import Command
from rules.commands.judging.validity import Flaw

PRIORITIES = ("high", "medium", "low")
DUPLICATE = frozenset({"duplicate", "duplicate_of"})
"""Reasons for cancelling that are useless without the other incident."""


def implausible(command: Command, now: datetime) -> Iterator[Flaw]:
    """Each field that is probably a mistake, with its problem."""
    match command:
        case AddActionItemCommand():
            if command.priority not in PRIORITIES:
                yield "priority", f"is not one of {', '.join(PRIORITIES)}"
            if command.due_at and command.due_at < (command.happened_at or now):
                yield "due_at", "is in the past"
        case CancelCommand(reason=reason, duplicate_of=None) if reason in DUPLICATE:
            yield "duplicate_of", "is missing: which incident does it duplicate?"
