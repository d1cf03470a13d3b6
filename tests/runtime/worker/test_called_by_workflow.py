"""Whoever wants an effect of the engine leaves a workflow behind."""

from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import ActivityFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from runtime.worker.called_by_workflow import CalledByWorkflow


@activity.defn(name="send_something")
async def send_something() -> str:
    """It would send something."""
    return "sent"


async def test_an_activity_without_a_workflow_is_refused(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """The client that started it hears why, and nothing is sent."""
    worker = Worker(
        server.client,
        task_queue=task_queue,
        activities=[send_something],
        interceptors=[CalledByWorkflow()],
    )
    async with worker:
        with pytest.raises(ActivityFailureError) as caught:
            await server.client.execute_activity(
                send_something,
                id=task_queue,
                task_queue=task_queue,
                start_to_close_timeout=timedelta(seconds=30),
            )
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("NotAuthorised", True)
