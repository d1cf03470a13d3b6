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
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
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
PATIENCE_SECONDS = 60.0


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

    def offset(self, workflow_id: str) -> timedelta:
        """How far the scenario is ahead of the clock of a workflow that has begun."""
        return self._offsets[workflow_id]

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """The workflow, whichever of its runs is the newest."""
        return self._skipper.client.get_workflow_handle(workflow_id)

    async def now(self, workflow_id: str) -> datetime:
        """The instant of the scenario that a workflow has reached."""
        clock = await self._skipper.get_current_time(self.handle(workflow_id))
        return clock + self._offsets[workflow_id]

    async def running(self, workflow_id: str) -> bool:
        """Whether a run of the workflow is open."""
        try:
            described = await self.handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return described.status is WorkflowExecutionStatus.RUNNING

    async def next_due(self, workflow_id: str) -> datetime | None:
        """When a workflow will do something by itself: what its timer is armed for.

        None where it waits to be told something. Whatever comes due arms the timer, so this
        knows of everything.
        """
        over: set[int] = set()
        client = self._skipper.client
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            maximum_page_size=NEWEST_EVENTS,
        )
        newest = await client.workflow_service.get_workflow_execution_history_reverse(request)
        for event in newest.history.events:
            over.add(event.timer_fired_event_attributes.started_event_id)
            over.add(event.timer_canceled_event_attributes.started_event_id)
            if event.HasField("timer_started_event_attributes") and event.event_id not in over:
                timeout = event.timer_started_event_attributes.start_to_fire_timeout
                armed_at = event.event_time.ToDatetime(UTC)
                return armed_at + timeout.ToTimedelta() + self._offsets[workflow_id]
        return None

    async def forward(self, workflow_id: str, to: datetime) -> bool:
        """Let time pass for a workflow until `to`.

        What has ended, or is that far already, stays as it is; then the answer is False. Raises
        Stuck.
        """
        async with self._turns[workflow_id]:
            if not await self.running(workflow_id):
                return False
            ahead = to - await self.now(workflow_id)
            if ahead <= timedelta():
                return False
            await self._skip(workflow_id, ahead)
        return True

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
            described = await self._described(workflow_id)
            if described.history_length != seen:
                seen, since = described.history_length, asyncio.get_running_loop().time()
            elif asyncio.get_running_loop().time() - since > PATIENCE_SECONDS:
                raise Stuck(f"{workflow_id} has done nothing for {PATIENCE_SECONDS:g} s")

    async def settled(self, workflow_ids: Sequence[str]) -> None:
        """Wait until nothing more happens by itself in any of the workflows. Raises Stuck."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._still(workflow_ids)
        except TimeoutError:
            names = ", ".join(workflow_ids)
            raise Stuck(f"nothing comes of what is under way in {names}") from None

    async def _still(self, workflow_ids: Sequence[str]) -> None:
        looks, seen = 0, None
        while looks < LOOKS:
            described = await asyncio.gather(*(self._described(w) for w in workflow_ids))
            lengths = [found.history_length for found in described]
            still = lengths == seen and not any(_busy(found) for found in described)
            looks, seen = looks + 1 if still else 0, lengths
            await asyncio.sleep(LOOK_SECONDS if looks < LOOKS else 0)

    async def _described(self, workflow_id: str) -> WorkflowExecutionDescription:
        described = await self.handle(workflow_id).describe()
        if described.raw_description.pending_workflow_task.attempt <= 1:
            self._failing_since.pop(workflow_id, None)
            return described
        now = asyncio.get_running_loop().time()
        if now - self._failing_since.setdefault(workflow_id, now) > FAILING_SECONDS:
            raise Stuck(f"the workflow {workflow_id} has failed, and would be tried for ever")
        return described


def _busy(described: WorkflowExecutionDescription) -> bool:
    """Whether something of a workflow is under way; not what waits to be tried again."""
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return False
    raw = described.raw_description
    acting = [a for a in raw.pending_activities if not a.HasField("next_attempt_schedule_time")]
    return bool(acting) or raw.HasField("pending_workflow_task")
