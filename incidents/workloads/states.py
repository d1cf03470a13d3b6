"""Reads workloads: one, or all that run."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, RPCError, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode

from incidents import patience
from incidents.errors import NoWorkerAnswered
from incidents.finding import quoted
from incidents.temporal_errors import NO_ANSWER, reaching_server, typed_error, unknown_namespace
from models.people.workload import WORKLOAD_STATE, WORKLOAD_WORKFLOW, WorkloadInput, WorkloadState


@dataclass(frozen=True, slots=True)
class RunningWorkload:
    """A workload that runs."""

    workload: str
    run_id: str


async def running_workloads(client: Client, task_queue: str) -> AsyncIterator[RunningWorkload]:
    """The workloads that run on a task queue. Raises NamespaceNotFound, ServerUnavailable."""
    query = (
        f"WorkflowType = '{WORKLOAD_WORKFLOW}' AND ExecutionStatus = 'Running'"
        f" AND TaskQueue = {quoted([task_queue])}"
    )
    with reaching_server():
        async for run in client.list_workflows(query):
            yield RunningWorkload(run.id, run.run_id)


async def ask_workload(client: Client, workload: str, within: timedelta) -> WorkloadState | None:
    """The state of a workload; None if none runs.

    Raises NoWorkerAnswered, NamespaceNotFound, ServerUnavailable.
    """
    handle = client.get_workflow_handle(workload)
    try:
        described = await handle.describe(rpc_timeout=patience.SERVER)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and unknown_namespace(error) is None:
            return None
        raise typed_error(error) from None
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return None
    try:
        state: WorkloadState = await handle.query(
            WORKLOAD_STATE, result_type=WorkloadState, rpc_timeout=within
        )
    except RPCError as error:
        if error.status not in NO_ANSWER:
            raise typed_error(error) from None
        raise NoWorkerAnswered(workload, within) from None
    return state


async def owner_of(client: Client, run: RunningWorkload) -> str:
    """The person or channel of a workload: from the start of its run, otherwise its id."""
    handle = client.get_workflow_handle(run.workload, run_id=run.run_id)
    with reaching_server():
        async for event in handle.fetch_history_events(page_size=1, rpc_timeout=patience.SERVER):
            given = event.workflow_execution_started_event_attributes.input.payloads
            (start,) = await client.data_converter.decode(given, [WorkloadInput])
            return str(start.whom)
    return run.workload
