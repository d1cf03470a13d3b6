"""An incident that is over: who repeats a command, and who reopens it."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from incidents.commands import Order, give
from incidents.errors import IncidentOver, NotConfirmed
from incidents.finding import Filters, count, find
from incidents.patience import WORKER
from models.compiled import ReviewRule
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from tests.console.life import working
from tests.specimens import POLICY, REPORT

UNREVIEWED = POLICY.changed(steps=(), review=ReviewRule(), audiences=())
SERVICE = "reopened"


@pytest.fixture
def client(time_skipping: WorkflowEnvironment) -> Client:
    """A client of the server."""
    return time_skipping.client


async def begun(client: Client, task_queue: str) -> str:
    """An incident that needs no review."""
    report = REPORT.changed(service=f"{SERVICE}-{task_queue}")
    start, name = IncidentInput(policy=UNREVIEWED, report=report), f"INC-{task_queue}"
    await client.start_workflow(INCIDENT_WORKFLOW, start, id=name, task_queue=task_queue)
    return name


async def test_an_incident_that_is_over_gives_another_command_no_earlier_result(
    client: Client, task_queue: str, tmp_path: Path
) -> None:
    """Only exactly the same command gets its result again."""

    async def note(text: str) -> str:
        order = Order(incident, "add_note", {"actor": "ana", "text": text}, command_id="kk")
        return (await give(client, order, task_queue, patience=WORKER)).summary

    async with working(client, task_queue, tmp_path):
        incident = await begun(client, task_queue)
        first = await note("A")
        cancel = Order(incident, "cancel", {"actor": "ana", "reason": "false_alarm"})
        await give(client, cancel, task_queue, patience=WORKER)
        await client.get_workflow_handle(incident).result()
    for text, done in (("A", first), ("B", None)):
        with pytest.raises(IncidentOver) as over:
            await note(text)
        assert (over.value.done.summary if over.value.done else None) == done


async def test_an_incident_counts_as_closed_until_it_is_reopened(
    client: Client, task_queue: str, tmp_path: Path
) -> None:
    """Also while the run waits that somebody started in order to reopen it."""
    mine = Filters(service=f"{SERVICE}-{task_queue}")
    async with working(client, task_queue, tmp_path):
        incident = await begun(client, task_queue)
        await give(client, Order(incident, "resolve", {"actor": "ana"}), task_queue)
        await client.get_workflow_handle(incident).result()
    order = Order(incident, "reopen", {"actor": "ana", "note": "it is back"}, command_id="again")
    with pytest.raises(NotConfirmed):
        await give(client, order, task_queue, patience=timedelta(seconds=1))
    assert await count(client, Filters(service=mine.service, only_open=True)) == 0
    (row,) = (await find(client, mine, 5)).rows
    assert (row.open, row.state, row.severity) == (False, "closed", REPORT.severity)
    async with working(client, task_queue, tmp_path):
        await give(client, order, task_queue, patience=WORKER)
        assert await count(client, Filters(service=mine.service, only_open=True)) == 1
