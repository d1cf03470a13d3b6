"""Where each workflow stands in the scenario, and how it is brought further.

Each workflow has a virtual clock of its own that begins when it is started, goes on as the
world's does, and can be moved ahead. Its place in the scenario is that clock and an offset.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

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

LOOK_SECONDS = 0.005
LOOKS = 3
"""So many looks in a row must see what the look before saw, and nothing under way."""
WATCH_SECONDS = 1.0
FAILING_SECONDS = 2.0
"""A task of a workflow may fail once, where news come just as it ends; longer it is the code."""
NEWEST_EVENTS = 100
"""Among so many is the newest timer, if one is armed: it is re-armed with every change."""
PATIENCE = timedelta(seconds=60)
Look = DescribeWorkflowExecutionResponse
Mark = tuple[str, int]
"""How far a workflow has come: its run, and how many events that has."""


def _ignored(at: datetime) -> None:
    """Nobody asked how far it is."""


class Stuck(Exception):  # noqa: N818 - says what is
    """A workflow does not get on: its code fails, or nobody works on it."""


class VirtualTime:
    """The clocks of the workflows of one rehearsal. Long waits tell `reached` how far one is."""

    def __init__(self, skipper: TimeSkipper) -> None:
        self._skipper = skipper
        self.reached: Callable[[datetime], None] = _ignored
        self._offsets: dict[str, timedelta] = {}
        self._failing_since: dict[str, float] = {}
        self._told: dict[str, Mark] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def begin(self, workflow_id: str, at: datetime) -> timedelta:
        """A workflow is about to be started at `at`; returns its offset from the world's time."""
        self._offsets[workflow_id] = at - datetime.now(UTC)
        return self._offsets[workflow_id]

    def keep(self, workflow_id: str, offset: timedelta) -> None:
        """A workflow was not started after all: its offset is what it was."""
        self._offsets[workflow_id] = offset

    async def renewed(self, workflow_id: str, like: str) -> timedelta:
        """A new run of a workflow is about to begin where the workflow `like` stands."""
        return self.begin(workflow_id, await self.now(like))

    def known(self, workflow_id: str) -> timedelta | None:
        """The offset of a workflow; None where it has not begun."""
        return self._offsets.get(workflow_id)

    def offset(self, workflow_id: str) -> timedelta:
        """How far the scenario is ahead of the clock of a workflow that has begun."""
        return self._offsets[workflow_id]

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """The workflow, whichever of its runs is the newest."""
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
        """How a workflow is, undecoded: it is looked at thousands of times in a rehearsal."""
        client = self._skipper.client
        request = DescribeWorkflowExecutionRequest(
            namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id)
        )
        return await client.workflow_service.describe_workflow_execution(request, retry=True)

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
        """When a workflow will do something by itself: what its timer is armed for.

        Also when an activity that failed is tried again. None if it has ended, or waits to be told
        something. Whatever comes due arms the timer, so this knows of everything.
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
        """When the timer rings that is armed."""
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
        """The newest events of a workflow, the last first."""
        client = self._skipper.client
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            maximum_page_size=NEWEST_EVENTS,
        )
        newest = await client.workflow_service.get_workflow_execution_history_reverse(request)
        return newest.history.events

    async def _tells(self, workflow_id: str) -> bool:
        """Whether something that a workflow tells another is on its way."""
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
        """Let time pass for a workflow until `to`.

        What has ended, or is that far already, stays as it is; then the answer is False. Raises
        Stuck.
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
        """Wait until the timers have rung that are due by then: on a busy machine they ring late.

        What goes on before would find them ringing later in the scenario. Raises Stuck.
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
        """Let time pass for a running workflow until `to` while nobody works on it."""
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
            raise Stuck(f"nothing comes of what is under way in {names}") from None

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
        """Whether one that has moved since it was last asked tells another something."""
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
            raise Stuck(f"the workflow {workflow_id} has failed, and would be tried for ever")
        return described


def _runs(seen: Look) -> bool:
    status = WorkflowExecutionStatus(seen.workflow_execution_info.status)
    return status is WorkflowExecutionStatus.RUNNING


def _mark(seen: Look) -> Mark:
    info = seen.workflow_execution_info
    return info.execution.run_id, info.history_length


def _busy(seen: Look) -> bool:
    """Whether something of a workflow is under way; not what waits to be tried again."""
    if not _runs(seen):
        return False
    acting = [a for a in seen.pending_activities if not a.HasField("next_attempt_schedule_time")]
    return bool(acting) or seen.HasField("pending_workflow_task")
