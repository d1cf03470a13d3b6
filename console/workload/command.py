"""`workload`: what a person or channel has on their hands over all incidents."""

from datetime import timedelta
from typing import Annotated

import typer
from temporalio.client import Client

from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, Timeout
from console.terminal.output import Output
from console.terminal.running import perform
from console.workload.assigned import Assigned
from console.workload.installation_workloads import InstallationWorkloads
from console.workload.words import document, in_full, table_of

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

    async def one(client: Client, typed: str) -> Assigned:
        return await InstallationWorkloads.of(client, patience).one(typed)

    async def every(client: Client) -> tuple[Assigned, ...]:
        return await InstallationWorkloads.of(client, patience).every()

    if who is not None:
        found = perform(lambda client: one(client, who))
        output.answer(document(found), in_full(found))
    else:
        rows = perform(every)
        output.answer({"workloads": [document(row) for row in rows]}, table_of(rows))
