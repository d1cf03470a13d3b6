"""`list`: the incidents that match, the soonest due first."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from console.engine.protocol import Engine
from console.incidents.incident_table import table_of
from console.terminal.arguments import AsJson
from console.terminal.output import Output, note
from console.terminal.running import perform
from incidents.finding import Filters, Found
from states.lifecycle import State

States = Annotated[
    list[State] | None, typer.Option("--state", help="only in this state; repeat for more")
]
Severities = Annotated[
    list[str] | None, typer.Option("--severity", help="only of this severity; repeat for more")
]
Service = Annotated[str | None, typer.Option("--service", help="only of this service")]
Manager = Annotated[str | None, typer.Option("--manager", help="only if this person manages it")]
Breached = Annotated[bool, typer.Option("--breached", help="only with a breached clock")]
OnHold = Annotated[bool, typer.Option("--on-hold", help="only on hold")]
Overridden = Annotated[
    bool, typer.Option("--overridden", help="only if somebody overrode the policy")
]
Person = Annotated[str | None, typer.Option("--person", help="only if this person holds a role")]
OnlyOpen = Annotated[
    bool, typer.Option("--open", help="only open incidents: neither closed nor cancelled")
]
Wide = Annotated[
    bool, typer.Option("--wide", help="every column in full, however wide the terminal is")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="at most this many")]


def _document(found: Found, limit: int) -> dict[str, Any]:
    """The list as the one JSON document of `--json`."""
    return {
        "incidents": [row.model_dump(mode="json") for row in found.rows],
        "limit": limit,
        "more": found.more,
        "query": found.query,
    }


def list_incidents(
    context: typer.Context,
    *,
    state: States = None,
    severity: Severities = None,
    service: Service = None,
    manager: Manager = None,
    breached: Breached = False,
    on_hold: OnHold = False,
    overridden: Overridden = False,
    person: Person = None,
    only_open: OnlyOpen = False,
    limit: Limit = 50,
    wide: Wide = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, the soonest due first. Works without a worker."""
    filters = Filters(
        states=tuple(state or ()),
        severities=tuple(severity or ()),
        service=service,
        manager=manager,
        breached=breached,
        on_hold=on_hold,
        overridden=overridden,
        person=person,
        only_open=only_open,
    )

    async def work(engine: Engine) -> Found:
        return await engine.find(filters, limit)

    found = perform(work)
    Output.of(context, as_json=as_json).answer(
        _document(found, limit),
        table_of(found.rows, datetime.now(UTC), wide=wide, severities=found.severities),
    )
    if found.more:
        note(f"only the newest {limit}; --limit shows more")
