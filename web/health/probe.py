"""Tests whether Temporal accepts alerts, with the same call, and leaves nothing behind.

Temporal can answer, and say that it is healthy, while its disk is full or its database is down.
"""

import asyncio
import time
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

from web.http.calling_temporal import reaching_temporal
from web.http.errors import Refused

log = structlog.get_logger(__name__)

PROBE_TIMEOUT = timedelta(seconds=2)
FRESH = timedelta(seconds=5)
"""An answer this recent is reused, so frequent questions write nothing more."""
WORKFLOW = "ReadinessProbe"
LATER, LIFETIME = Duration(seconds=3600), Duration(seconds=60)
"""It would begin after it times out, so no worker ever sees it, even if it cannot be deleted."""


class Probe:
    """Starts a workflow that never runs, and deletes it. Concurrent callers share one attempt."""

    def __init__(self, client: Client, task_queue: str, fresh: timedelta = FRESH) -> None:
        self._client = client
        self._task_queue = task_queue
        self._fresh = fresh.total_seconds()
        self._asking = asyncio.Lock()
        self._until = 0.0
        self._refused: Refused | None = None

    async def tried(self) -> None:
        """Return if Temporal accepts alerts. Raises Refused."""
        async with self._asking:
            if time.monotonic() >= self._until:
                await self._try()
                self._until = time.monotonic() + self._fresh
        if self._refused:
            raise self._refused

    async def _try(self) -> None:
        self._refused = None
        try:
            async with reaching_temporal(PROBE_TIMEOUT):
                name, run = await self._start()
        except Refused as refused:
            self._refused = refused
            return
        try:
            await self._delete(name, run)
        except RPCError as error:
            log.warning("probe.left", workflow=name, error=error.status.name.lower())

    async def _start(self) -> tuple[str, str]:
        name = f"probe-{uuid.uuid4()}"
        request = SignalWithStartWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_id=name,
            workflow_type=WorkflowType(name=WORKFLOW),
            task_queue=TaskQueue(name=self._task_queue),
            workflow_run_timeout=LIFETIME,
            workflow_start_delay=LATER,
            signal_name="probe",
            request_id=name,
            identity=self._client.identity,
        )
        started = await self._client.workflow_service.signal_with_start_workflow_execution(
            request, retry=False, timeout=PROBE_TIMEOUT
        )
        return name, started.run_id

    async def _delete(self, name: str, run: str) -> None:
        request = DeleteWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=name, run_id=run),
        )
        await self._client.workflow_service.delete_workflow_execution(
            request, retry=False, timeout=PROBE_TIMEOUT
        )
