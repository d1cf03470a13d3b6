"""`workload`: what a person or channel has on their hands over all incidents."""

from datetime import timedelta
from typing import Annotated

import typer

from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, Timeout
from console.terminal.output import Output
from console.terminal.running import perform
from console.workload.words import in_full, table_of

app = typer.Typer(add_completion=False)

Who = Annotated[
    str | None,
    typer.Argument(
        metavar="[WHO]", help="a person or channel of the policy in force; default: all"
    ),
]


@app.command()
def workload(
    context: typer.Context,
    who: Who = None,
    *,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Show what somebody has on their hands over all incidents: pages sent and held, and roles.

    Without a name, show a row for everybody who has something.
    """
    output, patience = Output.of(context, as_json=as_json), timedelta(seconds=timeout)

    if who is not None:
        found = perform(lambda engine: engine.workload(who, patience))
        output.answer(found.model_dump(mode="json"), in_full(found))
    else:
        rows = perform(lambda engine: engine.workloads(patience))
        output.answer({"workloads": [row.model_dump(mode="json") for row in rows]}, table_of(rows))
