"""Starting incidents and opening closed ones again, on a real server."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from incidents.errors import CannotReopen, IncidentNotFound
from incidents.opening import open_incident
from incidents.reopening import reopen_incident
from models.compiled import ReviewRule
from models.contracts.incident import Carried
from models.incident.record import Incident
from states.lifecycle import State
from tests.console.life import working
from tests.specimens import POLICY, REPORT

BRIEF = POLICY.changed(

        steps=(), clocks=(), roles=(), audiences=(),
        review=ReviewRule(), authority={},

)  # fmt: skip
"""No steps, clocks or review: `resolve` closes."""
REOPEN = {"actor": "ana", "note": "it is back"}


@pytest.fixture
async def client(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Client]:
    """A client beside a running worker."""
    async with working(time_skipping.client, task_queue, tmp_path):
        yield time_skipping.client


def a_name() -> str:
    """An id that no other test uses."""
    return f"INC-{uuid.uuid4().hex[:8]}"


async def closed(client: Client, task_queue: str, trigger: str = "resolve") -> str:
    """An incident that was opened and is over."""
    name = a_name()
    assert await open_incident(client, BRIEF, name, REPORT, task_queue)
    handle = client.get_workflow_handle(name)
    reason = {"reason": "false_alarm"} if trigger == "cancel" else {}
    await handle.execute_update(trigger, {"actor": "ana", **reason})
    await handle.result()
    return name


async def record_of(client: Client, name: str) -> Incident:
    """The record of an incident."""
    handle = client.get_workflow_handle(name)
    record: Incident = await handle.query("record", result_type=Incident)
    return record


async def test_an_incident_is_opened_once_and_shows_its_title(
    client: Client, task_queue: str
) -> None:
    """A second opening says so and changes nothing, even after the incident is over."""
    name = await closed(client, task_queue)
    assert not await open_incident(client, BRIEF, name, REPORT, task_queue)
    described = await client.get_workflow_handle(name).describe()
    assert await described.static_summary() == REPORT.title
    assert await described.memo_value("title") == REPORT.title


async def test_a_closed_incident_is_opened_again_with_its_record(
    client: Client, task_queue: str
) -> None:
    """A new run of the same id goes on with the story."""
    name = await closed(client, task_queue)
    result = await reopen_incident(client, name, REOPEN, "again-1", task_queue)
    record = await record_of(client, name)
    assert (result.state, record.state, record.runs) == ("diagnosis", State.DIAGNOSIS, 2)
    assert record.timeline[0].kind == "incident.reported"


async def test_many_who_reopen_a_closed_incident_at_once_make_one_run(
    client: Client, task_queue: str
) -> None:
    """One reopens; the others are refused by the open run, or get the same result."""
    name = await closed(client, task_queue)
    asked = (reopen_incident(client, name, REOPEN, f"r-{n % 2}", task_queue) for n in range(8))
    await asyncio.gather(*asked, return_exceptions=True)
    record = await record_of(client, name)
    assert record.runs == 2
    assert [e.kind for e in record.timeline].count("incident.reopened") == 1


async def test_the_same_reopening_again_returns_the_stored_result(
    client: Client, task_queue: str
) -> None:
    """It is not opened a second time, even if it was closed again meanwhile."""
    name = await closed(client, task_queue)
    first = await reopen_incident(client, name, REOPEN, "again-1", task_queue)
    assert await reopen_incident(client, name, REOPEN, "again-1", task_queue) == first
    handle = client.get_workflow_handle(name, result_type=Carried)
    await handle.execute_update("resolve", {"actor": "ana"})
    carried: Carried = await handle.result()
    assert await reopen_incident(client, name, REOPEN, "again-1", task_queue) == first
    assert carried.incident.runs == 2
    last: Carried = await client.get_workflow_handle(name, result_type=Carried).result()
    assert last.incident.runs == 2


async def test_a_cancelled_incident_cannot_be_reopened_and_no_run_is_started(
    client: Client, task_queue: str
) -> None:
    """Cancelled is final."""
    name = await closed(client, task_queue, "cancel")
    before = await client.get_workflow_handle(name).describe()
    with pytest.raises(CannotReopen) as error:
        await reopen_incident(client, name, REOPEN, "again-1", task_queue)
    assert error.value.state == "cancelled"
    assert (await client.get_workflow_handle(name).describe()).run_id == before.run_id


async def test_a_terminated_incident_cannot_be_reopened(client: Client, task_queue: str) -> None:
    """There is no record to go on with."""
    name = a_name()
    await open_incident(client, BRIEF, name, REPORT, task_queue)
    await client.get_workflow_handle(name).terminate()
    with pytest.raises(CannotReopen, match="terminated"):
        await reopen_incident(client, name, REOPEN, "again-1", task_queue)


async def test_an_unknown_incident_cannot_be_reopened(client: Client, task_queue: str) -> None:
    """Nor can a workflow that is no incident."""
    with pytest.raises(IncidentNotFound):
        await reopen_incident(client, a_name(), REOPEN, "again-1", task_queue)
