"""Looks at workflows: what the server says of one, without asking a worker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from incidents.temporal_errors import AWAY, unknown_namespace

ATTEMPTS = 12
PATIENCE = timedelta(seconds=2)
"""A busy server cancels a reading now and then, leaves it without an answer until the activity that
reads times out, or does not find its namespace for a moment. The SDK repeats none of these."""
AGAIN_SECONDS = 0.1
NEWEST_EVENTS = 100
"""If a timer is armed, the newest one is among this many events: each change re-arms it."""
Answer = TypeVar("Answer")
Mark = tuple[str, int]
"""How far a workflow has come: its run, and the number of events in that run."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the server said of a workflow. All instants are those of the workflow's own clock."""

    mark: Mark
    runs: bool
    busy: bool
    """Whether it is doing something; an activity that waits for another attempt does not count."""
    owes: bool
    """Whether an activity of it is not over."""
    tries_at: datetime | None
    """When a failed activity is tried again."""
    ahead: timedelta
    """How far its clock is ahead of real time: nothing, until it is first moved ahead."""
    task_attempt: int

    def now(self) -> datetime:
        """What its clock shows by now, unless it was moved since."""
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class News:
    """What the newest events of a workflow say."""

    rings_at: datetime | None
    """The instant for which the timer is armed. It rings later, by as long as the workflow task
    took that armed it: long, on a busy machine."""
    tells: bool
    """Whether a signal from this workflow to another is still on its way."""


class Looks:
    """Reads how workflows stand; a rehearsal does so thousands of times."""

    def __init__(self, client: Client) -> None:
        self._namespace = client.namespace
        self._service = client.workflow_service
        self._news: dict[str, tuple[Mark, News]] = {}

    async def at(self, workflow_id: str) -> Look:
        """How the newest run of a workflow stands. Raises RPCError."""
        request = DescribeWorkflowExecutionRequest(
            namespace=self._namespace, execution=WorkflowExecution(workflow_id=workflow_id)
        )
        service = self._service
        return _look(
            await _read(
                lambda: service.describe_workflow_execution(request, retry=True, timeout=PATIENCE)
            )
        )

    async def news(self, workflow_id: str, mark: Mark) -> News:
        """The state from its newest events; reads them again only if there are more."""
        known = self._news.get(workflow_id)
        if known is None or known[0] != mark:
            events = await self._events(workflow_id, mark[0])
            known = self._news[workflow_id] = (mark, news_of(events))
        return known[1]

    def nothing_new(self, workflow_id: str, since: Mark, mark: Mark) -> None:
        """Take it that the events since then tell nothing."""
        known = self._news.get(workflow_id)
        if known and known[0] == since:
            self._news[workflow_id] = (mark, known[1])

    async def _events(self, workflow_id: str, run_id: str) -> Sequence[HistoryEvent]:
        """The newest events of a run, newest first."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            maximum_page_size=NEWEST_EVENTS,
        )
        service = self._service
        newest = await _read(
            lambda: service.get_workflow_execution_history_reverse(
                request, retry=True, timeout=PATIENCE
            )
        )
        return newest.history.events


async def _read(read: Callable[[], Awaitable[Answer]]) -> Answer:
    for _ in range(ATTEMPTS - 1):
        try:
            return await read()
        except RPCError as error:
            if error.status not in AWAY and unknown_namespace(error) is None:
                raise
            await asyncio.sleep(AGAIN_SECONDS)
    return await read()


def _look(found: DescribeWorkflowExecutionResponse) -> Look:
    info, skipped = found.workflow_execution_info, found.workflow_extended_info
    ahead = timedelta()
    if skipped.HasField("time_skipping_info"):
        ahead = skipped.time_skipping_info.current_time.ToDatetime(UTC) - datetime.now(UTC)
    runs = WorkflowExecutionStatus(info.status) is WorkflowExecutionStatus.RUNNING
    waiting = [
        pending.next_attempt_schedule_time.ToDatetime(UTC)
        for pending in found.pending_activities
        if pending.HasField("next_attempt_schedule_time")
    ]
    acting = len(found.pending_activities) > len(waiting)
    return Look(
        mark=(info.execution.run_id, info.history_length),
        runs=runs,
        busy=runs and (acting or found.HasField("pending_workflow_task")),
        owes=bool(found.pending_activities),
        tries_at=min(waiting, default=None),
        ahead=ahead,
        task_attempt=found.pending_workflow_task.attempt,
    )


def news_of(events: Sequence[HistoryEvent]) -> News:
    """What events say, the newest first."""
    over: set[int] = set()
    rings_at, tells = None, False
    for event in events:
        over.add(event.timer_fired_event_attributes.started_event_id)
        over.add(event.timer_canceled_event_attributes.started_event_id)
        over.add(event.external_workflow_execution_signaled_event_attributes.initiated_event_id)
        failed = event.signal_external_workflow_execution_failed_event_attributes
        over.add(failed.initiated_event_id)
        if event.event_id in over:
            continue
        tells = tells or event.HasField(
            "signal_external_workflow_execution_initiated_event_attributes"
        )
        if rings_at is None and event.HasField("timer_started_event_attributes"):
            timeout = event.timer_started_event_attributes.start_to_fire_timeout
            rings_at = _decided_at(event, events) + timeout.ToTimedelta()
    return News(rings_at, tells)


def _decided_at(armed: HistoryEvent, events: Sequence[HistoryEvent]) -> datetime:
    """What the clock of the workflow showed in the task that armed a timer."""
    known = {event.event_id: event for event in events}
    decided = known.get(armed.timer_started_event_attributes.workflow_task_completed_event_id)
    if decided:
        task = decided.workflow_task_completed_event_attributes
        armed = known.get(task.started_event_id, armed)
    return armed.event_time.ToDatetime(UTC)
