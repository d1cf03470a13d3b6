"""`show`: the state of one incident."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Group

from console.engine.protocol import Engine
from console.incidents.incident_view import render
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, IncidentId, Timeout
from console.terminal.ended import ending_document, ending_words
from console.terminal.output import Output, line, note
from console.terminal.running import perform
from console.terminal.zone import InUtc, times_in
from incidents.questions import ReadFrom, Seen, Source
from models.answers.description import Ending

Last = Annotated[
    int | None, typer.Option("--last", min=1, help="only this many of the newest timeline lines")
]


def read_from_words(read_from: ReadFrom) -> str:
    """Where an answer was read, if no worker gave it."""
    if read_from.source is Source.WORKER:
        return ""
    archived = read_from.source is Source.ARCHIVE
    place = "archived history" if archived else "history"
    trust = "; nothing proves that nobody changed the archive" if archived else ""
    at = f"{read_from.as_of:%Y-%m-%d %H:%M:%SZ}"
    return f"no worker answered: read from its {place} up to {at}{trust}"


def shown(ending: Ending | None, view: Group) -> Group:
    """The view of an incident; if it was ended from outside, the first lines say so."""
    if ending is None:
        return view
    return Group(
        line(f"ENDED: {ending_words(ending)}", "bold red"),
        line("nobody drives it any more; this is its state at that time", "red"),
        view,
    )


def show(
    context: typer.Context,
    incident: IncidentId,
    *,
    last: Last = None,
    utc: InUtc = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Show an incident: state, clocks, roles, alerts, timeline, and what can be done next."""

    async def work(engine: Engine) -> Seen:
        return await engine.view(incident, timedelta(seconds=timeout))

    seen = perform(work)
    ending = seen.ending
    told = seen.view.model_dump(mode="json")
    told["ended"] = ending_document(ending) if ending else None
    told["read_from"] = seen.read_from.source
    output = Output.of(context, as_json=as_json)
    with times_in(seen.view.time_zone, utc=utc):
        output.answer(told, shown(ending, render(seen.view, last)))
    remark = read_from_words(seen.read_from)
    if remark:
        note(remark)
