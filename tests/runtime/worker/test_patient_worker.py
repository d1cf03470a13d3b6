"""A busy machine does not fail healthy workflow tasks."""

import time

from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.worker.patient_worker import patient_worker


@workflow.defn
class Slow:
    """Its one task takes longer than the SDK allows."""

    @workflow.run
    async def run(self) -> int:
        """How many tasks it took."""
        if not workflow.unsafe.is_replaying():
            time.sleep(2.5)  # noqa: ASYNC251 - stands for a machine without a free core
        return workflow.info().attempt


async def test_a_slow_workflow_task_is_not_failed(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """It is done once, by its first task."""
    worker = Worker(
        server.client,
        task_queue=task_queue,
        workflows=[Slow],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with patient_worker(worker):
        handle = await server.client.start_workflow(Slow.run, id=task_queue, task_queue=task_queue)
        await handle.result()
    events = (await handle.fetch_history()).events
    assert not any(event.HasField("workflow_task_failed_event_attributes") for event in events)
