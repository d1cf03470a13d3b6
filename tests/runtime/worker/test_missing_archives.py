"""A run that was ended from outside is archived too."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from incidents.kept.archives import archive_id
from models.contracts.archive import ArchiveRunInput
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from runtime.worker.missing_archives import begin_missing_archives
from tests.patience import PATIENCE_SECONDS
from tests.runtime.conftest import reaching, started
from tests.specimens import POLICY, REPORT


async def terminated(client: Client, task_queue: str) -> WorkflowHandle[object, object]:
    """An incident that somebody terminated; lists show it as closed."""
    handle: WorkflowHandle[object, object] = await client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=POLICY, report=REPORT),
        id=f"INC-{task_queue}",
        task_queue=task_queue,
    )
    await handle.terminate("by hand")
    await seen(client, f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Terminated'")
    return handle


async def seen(client: Client, query: str) -> None:
    """Wait until a list shows what the query asks for."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not [run async for run in client.list_workflows(query)]:
            await asyncio.sleep(0.02)


async def test_a_terminated_run_is_swept_once_and_an_open_one_is_left_alone(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """No archive begins twice, and none of a run that goes on."""
    client = server.client
    assert await begin_missing_archives(client, task_queue) == 0
    gone = await terminated(client, task_queue)
    still_open = await client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=POLICY, report=REPORT),
        id=f"INC-{task_queue}-open",
        task_queue=task_queue,
    )
    assert await begin_missing_archives(client, task_queue) == 1
    archive = client.get_workflow_handle(
        archive_id(ArchiveRunInput(workflow_id=gone.id, run_id=gone.first_execution_run_id or ""))
    )
    described = await archive.describe()
    await seen(client, f"WorkflowId = '{archive.id}'")
    assert await begin_missing_archives(client, task_queue) == 0
    assert await begin_missing_archives(client, task_queue, described.start_time) == 0
    for handle in (archive, still_open):
        await handle.terminate()


@asynccontextmanager
async def a_worker(**environment: str) -> AsyncIterator[None]:
    """Run a worker process."""
    worker = await started("worker.py", **environment)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        await worker.communicate()


async def test_a_starting_worker_archives_runs_that_were_terminated_before(
    server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """The history is in the document store, including who ended it."""
    gone = await terminated(server.client, task_queue)
    run = gone.first_execution_run_id or ""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        a_worker(
            INCIDENT_TASK_QUEUE=task_queue,
            INCIDENT_DOCUMENTS=str(tmp_path),
            **reaching(server.client),
        ),
    ):
        archive = server.client.get_workflow_handle(
            archive_id(ArchiveRunInput(workflow_id=gone.id, run_id=run))
        )
        await seen(server.client, f"WorkflowId = '{archive.id}'")
        await archive.result()
    kept = json.loads((tmp_path / "archive" / gone.id / f"{run}.json").read_text())
    assert kept["events"][-1]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED"
