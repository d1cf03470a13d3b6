"""`list`: the incidents that match, newest first."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from temporalio.client import Client

from console.terminal.arguments import AsJson
from console.terminal.output import Output, cell, line, note
from console.terminal.running import perform
from incidents.finding import Filters, Found, ListedIncident, find, query_of
from rules.wording.times import relative
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
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="at most this many")]


def state_words(row: ListedIncident) -> str:
    """The state of an incident, or how it ended."""
    if row.ended is None:
        return row.state or "starting"
    return f"{row.ended} ({row.state})" if row.state else row.ended


def breach_words(row: ListedIncident) -> tuple[str, ...]:
    """The breached clocks of an incident; corrected ones are marked."""
    return tuple(
        f"{clock} (corrected)" if clock in row.corrected_clocks else clock
        for clock in row.breached_clocks
    )


def _document(found: Found, filters: Filters, limit: int) -> dict[str, Any]:
    """The list as the one JSON document of `--json`."""
    return {
        "incidents": [row.model_dump(mode="json") for row in found.rows],
        "limit": limit,
        "more": found.more,
        "query": query_of(filters),
    }


def table_of(rows: tuple[ListedIncident, ...], now: datetime) -> RenderableType:
    """The incidents as a table."""
    if not rows:
        return Text("no incident matches", style="dim")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("incident", "severity", "state", "reported", "next due", "breached", "manager"):
        table.add_column(column, no_wrap=column == "incident")
    table.add_column("service: title", overflow="fold")
    for row in rows:
        due = relative(row.next_due_at, now) if row.next_due_at else ""
        title = f"{row.service}: {row.title}" if row.service else row.title
        title += f" [{row.ended}: {row.why}]" if row.why else ""
        table.add_row(
            line(row.id, "bold"),
            line(row.severity or "?"),
            line(state_words(row) + (" (on hold)" if row.on_hold else "")),
            relative(row.reported_at, now),
            due,
            line(", ".join(breach_words(row)), "bold red"),
            cell(row.manager or ""),
            cell(title),
        )
    return table


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
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first. Works without a worker."""
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

    async def work(client: Client) -> Found:
        return await find(client, filters, limit)

    found = perform(work)
    Output.of(context, as_json=as_json).answer(
        _document(found, filters, limit), table_of(found.rows, datetime.now(UTC))
    )
    if found.more:
        note(f"only the newest {limit}; --limit shows more")
