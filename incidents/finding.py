"""Finds incidents through Temporal's visibility, without asking any incident."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import computed_field
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from incidents import attributes, patience
from incidents.description import FROM_OUTSIDE, ending_of
from incidents.errors import PayloadUnreadable
from incidents.temporal_errors import reaching_server
from models.base import Frozen, Instant
from models.contracts.incident import INCIDENT_WORKFLOW
from models.policy.values.words import suggestion
from rules.clocks.recorded_breaches import corrected_clocks
from rules.updates.owed import UPDATE_OWED
from states.lifecycle import TERMINAL, State

if TYPE_CHECKING:
    from models.policy import Policy

BATCH = 50
"""The most ids in one query."""
PAGE = 1000
"""As many as Temporal lists at once."""
MATCHES = f"WorkflowType = '{INCIDENT_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which incidents to list; a field that is left out filters nothing."""

    states: tuple[State, ...] = ()
    severities: tuple[str, ...] = ()
    service: str | None = None
    manager: str | None = None
    breached: bool = False
    on_hold: bool = False
    overridden: bool = False
    person: str | None = None
    only_open: bool = False


class ListedIncident(Frozen):
    """One incident of a list.

    If the incident did not end by itself, `ended` says how its run ended, and why if it failed.
    `state` is its last visible state; None if it never had one. The breach of each clock in
    `corrected_clocks` was corrected later. `update_owed`: an audience should have had an update.
    """

    id: str
    title: str
    state: str | None
    severity: str | None
    service: str | None
    manager: str | None
    reported_at: Instant
    next_due_at: Instant | None
    breached: bool
    breached_clocks: tuple[str, ...]
    corrected_clocks: tuple[str, ...] = ()
    update_owed: bool = False
    on_hold: bool
    open: bool
    ended: str | None = None
    ended_at: Instant | None = None
    why: str = ""

    @computed_field
    def incident(self) -> str:
        """The id, under the name that other answers use."""
        return self.id


@dataclass(frozen=True, slots=True)
class Found:
    """The newest matching incidents, up to a limit, and whether there are more.

    `query` finds them in the Temporal UI, too. `severities` are those of the policy in force, the
    worst first, if they are known.
    """

    rows: tuple[ListedIncident, ...]
    more: bool
    query: str = ""
    severities: tuple[str, ...] = ()


def most_urgent_first(
    rows: Iterable[ListedIncident], severities: Sequence[str] = ()
) -> list[ListedIncident]:
    """The soonest due first; of those that are equally due, the worst severity.

    `severities` are in order, the worst first. Those of another policy come after these, by name.
    """
    rank = {severity: number for number, severity in enumerate(severities)}

    def urgency(row: ListedIncident) -> tuple[bool, float, int, str, str]:
        due, severity = row.next_due_at, row.severity or ""
        at = due.timestamp() if due else 0.0
        return due is None, at, rank.get(severity, len(rank)), severity, row.id

    return sorted(rows, key=urgency)


async def count(client: Client, filters: Filters, *, within: timedelta = patience.SERVER) -> int:
    """How many open incidents match, without reading any of them. Raises as `find` does.

    Of incidents that are over, each run counts, so ask it with `only_open`.
    """
    with reaching_server():
        return (await client.count_workflows(query_of(filters), rpc_timeout=within)).count


def quoted(values: Iterable[str]) -> str:
    """Quote values for a visibility query, whatever they contain."""
    escaped = (value.replace("\\", "\\\\").replace("'", "\\'") for value in values)
    return ", ".join(f"'{value}'" for value in escaped)


def query_of(filters: Filters) -> str:
    """Build the visibility query; it also works in the Temporal UI."""
    parts = [MATCHES]
    if filters.states:
        parts.append(f"{attributes.STATE.name} IN ({quoted(filters.states)})")
    if filters.severities:
        parts.append(f"{attributes.SEVERITY.name} IN ({quoted(filters.severities)})")
    if filters.service:
        parts.append(f"{attributes.SERVICE.name} = {quoted([filters.service])}")
    if filters.manager:
        parts.append(f"{attributes.MANAGER.name} = {quoted([filters.manager])}")
    if filters.breached:
        parts.append(f"{attributes.BREACHED.name} = true")
    if filters.on_hold:
        parts.append(f"{attributes.ON_HOLD.name} = true")
    if filters.overridden:
        parts.append(f"{attributes.OVERRIDDEN.name} = true")
    if filters.person:
        parts.append(f"{attributes.PEOPLE.name} IN ({quoted([filters.person])})")
    if filters.only_open:
        name, ended = attributes.STATE.name, quoted(sorted(TERMINAL))
        parts.append(f"ExecutionStatus = 'Running' AND ({name} IS NULL OR {name} NOT IN ({ended}))")
    return " AND ".join(parts)


async def _row(client: Client, execution: WorkflowExecution) -> ListedIncident:
    failed = execution.status is WorkflowExecutionStatus.FAILED
    ending = await ending_of(client, execution) if failed else None
    known = execution.typed_search_attributes
    state = known.get(attributes.STATE)
    running = execution.status is WorkflowExecutionStatus.RUNNING
    return ListedIncident(
        id=execution.id,
        title=await _title(execution),
        state=state,
        severity=known.get(attributes.SEVERITY),
        service=known.get(attributes.SERVICE),
        manager=known.get(attributes.MANAGER),
        reported_at=known.get(attributes.REPORTED_AT) or execution.start_time,
        next_due_at=known.get(attributes.NEXT_DUE_AT) if running else None,
        breached=bool(known.get(attributes.BREACHED)),
        breached_clocks=tuple(known.get(attributes.BREACHED_CLOCKS) or ()),
        corrected_clocks=corrected_clocks(known.get(attributes.MARKS) or ()),
        update_owed=running and UPDATE_OWED in (known.get(attributes.MARKS) or ()),
        on_hold=bool(known.get(attributes.ON_HOLD)),
        open=running and state not in TERMINAL,
        ended=FROM_OUTSIDE.get(execution.status) if execution.status else None,
        ended_at=execution.close_time,
        why=ending.why if ending else "",
    )


async def _title(execution: WorkflowExecution) -> str:
    """The title, or why it cannot be read: one incident keeps no other from the list."""
    try:
        return str(await execution.memo_value("title", ""))
    except PayloadUnreadable as error:
        return str(error)


async def _newest_runs(client: Client, ids: list[str]) -> dict[str, WorkflowExecution]:
    """Keep the newest run of each incident; the older runs of a reopened one no longer count."""
    newest: dict[str, WorkflowExecution] = {}
    for start in range(0, len(ids), BATCH):
        listed = quoted(ids[start : start + BATCH])
        async for run in client.list_workflows(f"{MATCHES} AND WorkflowId IN ({listed})"):
            known = newest.get(run.id)
            if known is None or run.start_time > known.start_time:
                newest[run.id] = run
    return newest


async def find(
    client: Client, filters: Filters, limit: int, *, within: timedelta = patience.SERVER
) -> Found:
    """Find the matching incidents, newest first, at most `limit`. Waits `within` for each page.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    found: dict[str, WorkflowExecution] = {}
    query, more = query_of(filters), False
    with reaching_server():
        async for run in client.list_workflows(
            query, page_size=min(limit + 1, PAGE), rpc_timeout=within
        ):
            if run.id not in found and len(found) == limit:
                more = True
                break
            if run.id not in found or run.start_time > found[run.id].start_time:
                found[run.id] = run
        return await _found(client, found, query, more=more)


async def newest_runs(client: Client, ended_after: datetime, most: int) -> dict[str, str]:
    """The newest run of each incident that runs, or ended after an instant.

    The answer has at most one incident more than `most`. Raises NamespaceNotFound,
    ServerUnavailable.
    """
    stands = f"ExecutionStatus = 'Running' OR CloseTime > '{ended_after.isoformat()}'"
    found: dict[str, WorkflowExecution] = {}
    with reaching_server():
        async for run in client.list_workflows(f"{MATCHES} AND ({stands})"):
            if run.id not in found or run.start_time > found[run.id].start_time:
                found[run.id] = run
            if len(found) > most:
                break
    return {run.id: run.run_id for run in found.values()}


async def _found(
    client: Client, found: dict[str, WorkflowExecution], query: str, *, more: bool
) -> Found:
    ended = [run.id for run in found.values() if run.status is not WorkflowExecutionStatus.RUNNING]
    newest = await _newest_runs(client, ended)
    rows = [
        await _row(client, run)
        for run in found.values()
        if run.id not in newest or newest[run.id].run_id == run.run_id
    ]
    newest_first = sorted(rows, key=lambda row: row.reported_at, reverse=True)
    return Found(tuple(newest_first), more, query)


def mistaken_filters(filters: Filters, policy: "Policy") -> Iterator[tuple[str, str]]:
    """Each filter that names what the policy does not have, with what may have been meant.

    Ask it only about a list without a row: an older incident may have what an older policy had.
    Services are free texts, so no service is a mistake.
    """
    if policy.record and not policy.record.names_in_search:
        for field, name in (("manager", filters.manager), ("person", filters.person)):
            if name:
                yield field, "the policy keeps the names of people out of the search"
    for severity in filters.severities:
        yield from _unknown("severity", severity, policy.severities)
    if policy.people:
        yield from _unknown("manager", filters.manager, policy.people)
        yield from _unknown("person", filters.person, policy.people)


def _unknown(field: str, name: str | None, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    names = tuple(known)
    if name is not None and name not in names:
        yield field, f"the policy has no {field} {name!r}; {suggestion(name, names)}"
