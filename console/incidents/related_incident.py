"""Checks, before a command is sent, that the other incident that it names exists."""

from console.engine.protocol import Engine
from console.terminal.failure import ExitCode, Failure
from models.command import LinkCommand
from models.payload import Command
from rules.commands.judging.validity import other_incident
from rules.record.ids import is_incident_id


async def look_for_other(engine: Engine, command: Command) -> str:
    """Look for the other incident; returns a note if a link leads to an unknown one.

    Raises `Failure` if the server does not know the incident that this one duplicates. Any other
    link may lead to an incident that only the archive still has. Raises as `knows` does if the
    server is not reachable.
    """
    needed = other_incident(command)
    linked = command.target if isinstance(command, LinkCommand) else ""
    field, named = needed or ("target", linked)
    if not is_incident_id(named) or await engine.knows(named):
        return ""
    if not needed:
        return f"the server knows no incident {named}; the link was made"
    raise Failure(
        "UnknownIncident",
        f"{field.replace('_', ' ')}: there is no incident {named}",
        ExitCode.UNKNOWN_INCIDENT,
        hints=("python starter.py list",),
        facts={"incident": named},
    )
