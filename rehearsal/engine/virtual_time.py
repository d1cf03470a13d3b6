"""Tracks where each workflow is in the scenario, and moves it forward.

Each workflow has its own virtual clock. It begins when the workflow starts, runs at the speed of
real time, and can be moved ahead. The workflow's place in the scenario is this clock plus an
offset.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from incidents.reaching import AWAY

LOOK_SECONDS = 0.005
LOOKS = 3
"""This many checks in a row must see no change and nothing in progress."""
WATCH_SECONDS = 1.0
FAILING_SECONDS = 2.0
"""A workflow task may fail once, if news arrives just as it ends; if it keeps failing, it is the
code."""
ATTEMPTS = 3
"""A busy server cancels a reading now and then; the SDK does not repeat that one."""
NEWEST_EVENTS = 100
"""If a timer is armed, the newest one is among this many events: each change re-arms it."""
PATIENCE = timedelta(seconds=60)
Answer = TypeVar("Answer")
Look = DescribeWorkflowExecutionResponse
Mark = tuple[str, int]
"""How far a workflow has come: its run, and the number of events in that run."""


def _ignored(at: datetime) -> None:
    """The default for `reached`: do nothing."""


class Stuck(Exception):  # noqa: N818 - says what is
    """A workflow makes no progress: its code fails, or no worker runs it."""


class VirtualTime:
    """The clocks of the workflows of one rehearsal. Long waits report progress to `reached`."""

    def __init__(self, skipper: TimeSkipper) -> None:
        self._skipper = skipper
        self.reached: Callable[[datetime], None] = _ignored
        self._offsets: dict[str, timedelta] = {}
        self._failing_since: dict[str, float] = {}
        self._told: dict[str, Mark] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def begin(self, workflow_id: str, at: datetime) -> timedelta:
        """Prepare to start a workflow at `at`; returns its offset from real time."""
        self._offsets[workflow_id] = at - datetime.now(UTC)
        return self._offsets[workflow_id]

    def keep(self, workflow_id: str, offset: timedelta) -> None:
        """Restore the offset of a workflow that was not started after all."""
        self._offsets[workflow_id] = offset

    async def renewed(self, workflow_id: str, like: str) -> timedelta:
        """Prepare a new run of a workflow at the place of the workflow `like`."""
        return self.begin(workflow_id, await self.now(like))

    def known(self, workflow_id: str) -> timedelta | None:
        """The offset of a workflow; None if it has not begun."""
        return self._offsets.get(workflow_id)

    def offset(self, workflow_id: str) -> timedelta:
        """How far the scenario is ahead of the clock of a workflow that has begun."""
        return self._offsets[workflow_id]

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """A handle to the newest run of the workflow."""
        return self._skipper.client.get_workflow_handle(workflow_id)

    async def now(self, workflow_id: str) -> datetime:
        """The instant of the scenario that a workflow has reached."""
        return self._now(workflow_id, await self._look(workflow_id))

    def _now(self, workflow_id: str, seen: Look) -> datetime:
        skipped = seen.workflow_extended_info
        has_skipped = skipped.HasField("time_skipping_info")
        clock = skipped.time_skipping_info.current_time.ToDatetime(UTC) if has_skipped else None
        return (clock or datetime.now(UTC)) + self._offsets[workflow_id]

    async def _look(self, workflow_id: str) -> Look:
        """The raw description of a workflow; a rehearsal requests it thousands of times."""
        client = self._skipper.client
        request = DescribeWorkflowExecutionRequest(
            namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id)
        )
        service = client.workflow_service
        return await _read(lambda: service.describe_workflow_execution(request, retry=True))

    async def running(self, workflow_id: str) -> bool:
        """Whether a run of the workflow is open."""
        return await self._look_if_running(workflow_id) is not None

    async def _look_if_running(self, workflow_id: str) -> Look | None:
        try:
            seen = await self._look(workflow_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return seen if _runs(seen) else None

    async def next_due(self, workflow_id: str) -> datetime | None:
        """When a workflow will next act by itself.

        That is when its timer rings, or when a failed activity is retried. None if it has ended, or
        waits for a message. Everything that comes due arms the timer, so this covers everything.
        """
        seen = await self._look_if_running(workflow_id)
        if seen is None:
            return None
        again = [
            a.next_attempt_schedule_time.ToDatetime(UTC) + self._offsets[workflow_id]
            for a in seen.pending_activities
            if a.HasField("next_attempt_schedule_time")
        ]
        rings_at = await self._rings_at(workflow_id)
        return min([*again, *([rings_at] if rings_at else [])], default=None)

    async def _rings_at(self, workflow_id: str) -> datetime | None:
        """When the armed timer rings."""
        over: set[int] = set()
        for event in await self._newest(workflow_id):
            over.add(event.timer_fired_event_attributes.started_event_id)
            over.add(event.timer_canceled_event_attributes.started_event_id)
            if event.HasField("timer_started_event_attributes") and event.event_id not in over:
                timeout = event.timer_started_event_attributes.start_to_fire_timeout
                armed_at = event.event_time.ToDatetime(UTC)
                return armed_at + timeout.ToTimedelta() + self._offsets[workflow_id]
        return None

    async def _newest(self, workflow_id: str) -> Sequence[HistoryEvent]:
        """The newest events of a workflow, newest first."""
        client = self._skipper.client
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            maximum_page_size=NEWEST_EVENTS,
        )
        service = client.workflow_service
        newest = await _read(
            lambda: service.get_workflow_execution_history_reverse(request, retry=True)
        )
        return newest.history.events

    async def _tells(self, workflow_id: str) -> bool:
        """Whether a signal from this workflow to another is still on its way."""
        heard: set[int] = set()
        for event in await self._newest(workflow_id):
            for told in (
                event.external_workflow_execution_signaled_event_attributes,
                event.signal_external_workflow_execution_failed_event_attributes,
            ):
                heard.add(told.initiated_event_id)
            if (
                event.HasField("signal_external_workflow_execution_initiated_event_attributes")
                and event.event_id not in heard
            ):
                return True
        return False

    async def forward(self, workflow_id: str, to: datetime) -> bool:
        """Let time pass for a workflow until `to`; False if it has ended or is already there.

        Raises Stuck.
        """
        async with self._turns[workflow_id]:
            seen = await self._look_if_running(workflow_id)
            if seen is None:
                return False
            ahead = to - self._now(workflow_id, seen)
            if ahead <= timedelta():
                return False
            await self._skip(workflow_id, ahead)
            await self._rung(workflow_id, to)
        return True

    async def _rung(self, workflow_id: str, by: datetime) -> None:
        """Wait until all timers due by then have rung: on a busy machine they ring late.

        Otherwise they would ring later in the scenario. Raises Stuck.
        """
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while await self.running(workflow_id):
                    due = await self._rings_at(workflow_id)
                    if due is None or due > by:
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Stuck(f"a timer of {workflow_id} does not ring") from None

    async def _skip(self, workflow_id: str, ahead: timedelta) -> None:
        skipping = asyncio.create_task(self._skipper.fast_forward(self.handle(workflow_id), ahead))
        try:
            await self._watched(skipping, workflow_id)
        finally:
            skipping.cancel()

    async def brought(self, workflow_id: str, to: datetime) -> None:
        """Let time pass until `to` for a running workflow while no worker runs."""
        ahead = to - await self.now(workflow_id)
        if ahead > timedelta():
            await self._skipper.fast_forward(self.handle(workflow_id), ahead)

    async def _watched(self, skipping: "asyncio.Task[bool]", workflow_id: str) -> None:
        seen, since = None, asyncio.get_running_loop().time()
        while True:
            done, _ = await asyncio.wait({skipping}, timeout=WATCH_SECONDS)
            if done:
                await skipping
                return
            self.reached(await self.now(workflow_id))
            length = (await self._described(workflow_id)).workflow_execution_info.history_length
            if length != seen:
                seen, since = length, asyncio.get_running_loop().time()
            elif asyncio.get_running_loop().time() - since > PATIENCE.total_seconds():
                raise Stuck(f"{workflow_id} has done nothing for {PATIENCE.total_seconds():g} s")

    async def settled(self, workflow_ids: Sequence[str]) -> None:
        """Wait until nothing more happens by itself in any of the workflows. Raises Stuck."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._still(workflow_ids)
        except TimeoutError:
            names = ", ".join(workflow_ids)
            raise Stuck(f"these workflows do not come to rest: {names}") from None

    async def _still(self, workflow_ids: Sequence[str]) -> None:
        looks, seen = 0, None
        while looks < LOOKS:
            described = await asyncio.gather(*(self._described(w) for w in workflow_ids))
            marks = [_mark(found) for found in described]
            still = marks == seen and not any(_busy(found) for found in described)
            looks, seen = looks + 1 if still else 0, marks
            if looks == LOOKS and await self._one_tells(workflow_ids, marks):
                looks = 0
            await asyncio.sleep(LOOK_SECONDS if looks < LOOKS else 0)

    async def _one_tells(self, workflow_ids: Sequence[str], marks: Sequence[Mark]) -> bool:
        """Whether a workflow that has moved since the last check is signalling another."""
        for workflow_id, mark in zip(workflow_ids, marks, strict=True):
            if self._told.get(workflow_id) == mark:
                continue
            if await self._tells(workflow_id):
                return True
            self._told[workflow_id] = mark
        return False

    async def _described(self, workflow_id: str) -> Look:
        described = await self._look(workflow_id)
        if described.pending_workflow_task.attempt <= 1:
            self._failing_since.pop(workflow_id, None)
            return described
        now = asyncio.get_running_loop().time()
        if now - self._failing_since.setdefault(workflow_id, now) > FAILING_SECONDS:
            raise Stuck(f"the workflow {workflow_id} keeps failing")
        return described


async def _read(read: Callable[[], Awaitable[Answer]]) -> Answer:
    for _ in range(ATTEMPTS - 1):
        try:
            return await read()
        except RPCError as error:
            if error.status not in AWAY:
                raise
    return await read()


def _runs(seen: Look) -> bool:
    status = WorkflowExecutionStatus(seen.workflow_execution_info.status)
    return status is WorkflowExecutionStatus.RUNNING


def _mark(seen: Look) -> Mark:
    info = seen.workflow_execution_info
    return info.execution.run_id, info.history_length


def _busy(seen: Look) -> bool:
    """Whether a workflow is doing something; an activity that waits for a retry does not count."""
    if not _runs(seen):
        return False
    acting = [a for a in seen.pending_activities if not a.HasField("next_attempt_schedule_time")]
    return bool(acting) or seen.HasField("pending_workflow_task")
