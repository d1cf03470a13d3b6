"""Arguments and options that many commands share."""

from typing import Annotated

import typer

from console.terminal.completion import complete_incident
from incidents.patience import WORKER
from models.readable import blank

DEFAULT_TIMEOUT = WORKER.total_seconds()


def an_incident(typed: str | None) -> str | None:
    """Check the form of an incident's id. Raises BadParameter if it is blank or not printable."""
    if typed is not None and (blank(typed) or not typed.isprintable()):
        raise typer.BadParameter("an incident's id must not be blank; it looks like INC-...")
    return typed


IncidentId = Annotated[
    str,
    typer.Argument(
        metavar="INCIDENT",
        help="the incident's id, INC-...",
        autocompletion=complete_incident,
        callback=an_incident,
    ),
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, help="seconds to wait for an answer")]
AsJson = Annotated[bool, typer.Option("--json", help="answer with one JSON document")]
