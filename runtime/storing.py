"""Tries whether Temporal stores what it takes, with the call that takes alerts; nothing stays.

Temporal can answer, and say that it is healthy, while its disk is full or its database is down.
"""

import uuid
from datetime import timedelta

import structlog
from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import WorkflowExecution, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    SignalWithStartWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

log = structlog.get_logger(__name__)

PROBE_TIMEOUT = timedelta(seconds=2)
"""How long each of the two calls may take."""
WORKFLOW = "ReadinessProbe"
LATER, LIFETIME = Duration(seconds=3600), Duration(seconds=60)
"""It would begin after it times out, so no worker ever sees it, even if it cannot be deleted."""


async def begun_probe(client: Client, task_queue: str) -> tuple[str, str]:
    """Start a workflow that never runs; returns its id and run. Raises RPCError."""
    name = f"probe-{uuid.uuid4()}"
    request = SignalWithStartWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_id=name,
        workflow_type=WorkflowType(name=WORKFLOW),
        task_queue=TaskQueue(name=task_queue),
        workflow_run_timeout=LIFETIME,
        workflow_start_delay=LATER,
        signal_name="probe",
        request_id=name,
        identity=client.identity,
    )
    started = await client.workflow_service.signal_with_start_workflow_execution(
        request, retry=False, timeout=PROBE_TIMEOUT
    )
    return name, started.run_id


async def delete_probe(client: Client, name: str, run: str) -> None:
    """Delete that workflow; if Temporal does not, it ends by itself."""
    request = DeleteWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=name, run_id=run),
    )
    try:
        await client.workflow_service.delete_workflow_execution(
            request, retry=False, timeout=PROBE_TIMEOUT
        )
    except RPCError as error:
        log.warning("probe.left", workflow=name, error=error.status.name.lower())
