"""The archive of a run on a real Temporal server: activities and workflow."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Replayer

from activities.archive_run import ArchiveRunActivity
from activities.begin_archive import BeginArchiveActivity
from connectors.documents.local import LocalDocumentStore
from models.contracts.archive import BEGIN_ARCHIVE, ArchivedRun, ArchiveRunInput
from runtime.worker.lanes import Workers
from workflows.archive_run import ArchiveRun


@workflow.defn(sandboxed=False)
class Ending:
    """A workflow that has itself archived, as an incident does, and ends."""

    @workflow.run
    async def run(self, continues: bool) -> str:  # noqa: FBT001 - Temporal passes arguments by place
        """Returns the id of the archive of the last run."""
        info = workflow.info()
        archive: str = await workflow.execute_local_activity(
            BEGIN_ARCHIVE,
            ArchiveRunInput(workflow_id=info.workflow_id, run_id=info.run_id),
            result_type=str,
            schedule_to_close_timeout=timedelta(seconds=10),
        )
        if continues:
            workflow.continue_as_new(False)
        return archive


@workflow.defn(sandboxed=False)
class Open:
    """Stays open until it is terminated."""

    @workflow.run
    async def run(self) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)


@pytest.fixture
def client(time_skipping: WorkflowEnvironment) -> Client:
    """A client of the server."""
    return time_skipping.client


def worker(client: Client, documents: LocalDocumentStore, task_queue: str) -> Workers:
    """A worker of the archive."""
    activities: list[Any] = [
        ArchiveRunActivity(client, documents).archive_run,
        BeginArchiveActivity(client).begin_archive,
    ]
    return Workers(
        client, task_queue=task_queue, workflows=[ArchiveRun, Ending, Open], activities=activities
    )


async def test_every_run_is_archived_after_its_end(
    client: Client, documents: LocalDocumentStore, task_queue: str
) -> None:
    """The run that continued as new, and the last one, are both kept whole and can be replayed."""
    workflow_id = f"INC-{task_queue}"
    async with worker(client, documents, task_queue):
        handle = await client.start_workflow(
            Ending.run, args=[True], id=workflow_id, task_queue=task_queue
        )
        last = await handle.result()
        first = f"archive-{workflow_id}-{handle.first_execution_run_id}"
        assert last != first
        for archive in (first, last):
            run_id = archive.removeprefix(f"archive-{workflow_id}-")
            kept = await client.get_workflow_handle(archive, result_type=ArchivedRun).result()
            data = await documents.get(f"archive/{workflow_id}/{run_id}.json")
            assert kept.uri == (documents.root / f"archive/{workflow_id}/{run_id}.json").as_uri()
            history = WorkflowHistory.from_json(workflow_id, data.decode())
            assert len(history.events) == kept.events
            await Replayer(
                workflows=[Ending], data_converter=client.data_converter
            ).replay_workflow(history)


async def test_an_open_run_is_archived_later(
    client: Client,
    documents: LocalDocumentStore,
    task_queue: str,
    environment: ActivityEnvironment,
) -> None:
    """While the run is open the activity fails retryably, with longer and longer waits."""
    handle = await client.start_workflow(Open.run, id=f"INC-{task_queue}", task_queue=task_queue)
    activity = ArchiveRunActivity(client, documents).archive_run
    request = ArchiveRunInput(workflow_id=handle.id, run_id=handle.first_execution_run_id or "")
    waits = []
    for attempt in (1, 2, 50):
        environment.info = dataclasses.replace(environment.info, attempt=attempt)
        with pytest.raises(ApplicationError) as still_open:
            await environment.run(activity, request)
        assert not still_open.value.non_retryable
        waits.append(still_open.value.next_retry_delay)
    assert waits == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=256)]
    await handle.terminate()
    kept = await environment.run(activity, request)
    assert kept.events >= 2


async def test_a_run_that_is_gone_is_permanent(
    client: Client,
    documents: LocalDocumentStore,
    task_queue: str,
    environment: ActivityEnvironment,
) -> None:
    """A run beyond the server's retention cannot be archived, and the error says so."""
    request = ArchiveRunInput(
        workflow_id=f"INC-{task_queue}", run_id="00000000-0000-4000-8000-000000000000"
    )
    with pytest.raises(ApplicationError) as gone:
        await environment.run(ArchiveRunActivity(client, documents).archive_run, request)
    assert gone.value.non_retryable
    assert gone.value.type == "RunGone"
