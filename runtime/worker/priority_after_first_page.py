"""Lowers the priority of an incident after its first page, so that others' first pages go first.

Temporal orders the tasks of a workflow by the priority with which it began, and only a client can
change that. The first page is the first effect of an incident, if it has one at all. If lowering
fails, the incident keeps the priority of a first page, and nothing else happens.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import structlog
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio import activity
from temporalio.api.common.v1 import Priority as PriorityMessage
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from models.contracts.incident import INCIDENT_WORKFLOW
from rules.paging.urgency import FIRST_PAGE_WAITS, WorkKind

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
"""How long to leave the incident alone: a change in the middle of a workflow task costs another."""
REMEMBERED = 10_000


class LowersPriority(Interceptor):
    """Watches the activities of a worker. Give it to the worker, and run it beside the worker."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, str | None] = {}
        self._due: dict[str, tuple[str, str | None, float | None]] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - Temporal's name
        """Watch each activity."""
        return _Watched(next, self)

    def done(self, info: activity.Info) -> None:
        """Note that an activity is done, so that the priority of its incident is lowered once."""
        run = info.workflow_run_id
        if info.workflow_type != INCIDENT_WORKFLOW or not info.workflow_id or not run:
            return
        share = info.priority.fairness_key
        if run in self._known and share in {None, self._known[run]}:
            return
        self._known[run] = share
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        self._due[run] = (info.workflow_id, share, info.priority.fairness_weight)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Lower priorities while this runs."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            due, self._due = self._due, {}
            await asyncio.sleep(PAUSE_SECONDS)
            for run, (workflow_id, share, weight) in due.items():
                await self._lower(workflow_id, run, share, weight)

    async def _lower(
        self, workflow_id: str, run: str, share: str | None, weight: float | None
    ) -> None:
        changed = ["priority_key"]
        if share and weight:
            changed += ["fairness_key", "fairness_weight"]
        priority = PriorityMessage(
            priority_key=WorkKind.COMMAND, fairness_key=share or "", fairness_weight=weight or 0.0
        )
        request = UpdateWorkflowExecutionOptionsRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run),
            workflow_execution_options=WorkflowExecutionOptions(priority=priority),
            update_mask=FieldMask(paths=[f"priority.{name}" for name in changed]),
        )
        try:
            await self._client.workflow_service.update_workflow_execution_options(
                request, timeout=timedelta(seconds=5)
            )
        except RPCError as error:
            log.debug("incident.unsettled", incident=workflow_id, error=error.message)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, lowering: LowersPriority) -> None:
        super().__init__(following)
        self._lowering = lowering

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - Temporal's name
        info = activity.info()
        _say_if_late(info)
        result = await self.next.execute_activity(input)
        self._lowering.done(info)
        return result


def _say_if_late(info: activity.Info) -> None:
    """Warn if work that leads to a first page waited too long for a worker."""
    if info.is_local or info.priority.priority_key != WorkKind.FIRST_PAGE or info.attempt > 1:
        return
    waited = info.started_time - info.scheduled_time
    if waited > FIRST_PAGE_WAITS:
        log.warning(
            "first_page.waited",
            incident=info.workflow_id,
            waiting=info.activity_type,
            seconds=round(waited.total_seconds(), 1),
        )
