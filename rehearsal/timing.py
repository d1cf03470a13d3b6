"""Where each workflow stands in the scenario, and how it is brought further.

Each workflow has a virtual clock of its own that begins when it is started, goes on as the
world's does, and can be moved ahead. Its place in the scenario is that clock and an offset.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

LOOK_SECONDS = 0.005
LOOKS = 2
"""A workflow is still when so many looks at it in a row see the same and nothing under way."""
WATCH_SECONDS = 1.0
FAILED_ATTEMPTS = 4
PATIENCE_SECONDS = 60.0


class Stuck(Exception):  # noqa: N818 - says what is
    """A workflow does not get on: its code fails, or nobody works on it."""


class VirtualTime:
    """The clocks of the workflows of one rehearsal."""

    def __init__(self, skipper: TimeSkipper) -> None:
        self._skipper = skipper
        self._offsets: dict[str, timedelta] = {}

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

    async def forward(self, workflow_id: str, to: datetime) -> None:
        """Let time pass for a workflow until `to`, and all that follows from it happen.

        What has ended, or is that far already, stays as it is. Raises Stuck.
        """
        if not await self.running(workflow_id):
            return
        ahead = to - await self.now(workflow_id)
        if ahead > timedelta():
            skipping = asyncio.create_task(
                self._skipper.fast_forward(self.handle(workflow_id), ahead)
            )
            try:
                await self._watched(skipping, workflow_id)
            finally:
                skipping.cancel()
        await self.settled(workflow_id)

    async def _watched(self, skipping: "asyncio.Task[bool]", workflow_id: str) -> None:
        seen, since = None, asyncio.get_running_loop().time()
        while True:
            done, _ = await asyncio.wait({skipping}, timeout=WATCH_SECONDS)
            if done:
                await skipping
                return
            described = await self._described(workflow_id)
            if described.history_length != seen:
                seen, since = described.history_length, asyncio.get_running_loop().time()
            elif asyncio.get_running_loop().time() - since > PATIENCE_SECONDS:
                raise Stuck(f"{workflow_id} has done nothing for {PATIENCE_SECONDS:g} s")

    async def settled(self, workflow_id: str) -> None:
        """Wait until nothing more happens by itself. Raises Stuck."""
        looks, seen = 0, -1
        async with asyncio.timeout(PATIENCE_SECONDS):
            while looks < LOOKS:
                described = await self._described(workflow_id)
                raw = described.raw_description
                busy = bool(raw.pending_activities) or raw.HasField("pending_workflow_task")
                same = described.history_length == seen and not busy
                looks, seen = looks + 1 if same else 0, described.history_length
                await asyncio.sleep(LOOK_SECONDS)

    async def _described(self, workflow_id: str) -> WorkflowExecutionDescription:
        described = await self.handle(workflow_id).describe()
        attempt = described.raw_description.pending_workflow_task.attempt
        if attempt >= FAILED_ATTEMPTS:
            raise Stuck(f"the workflow {workflow_id} has failed {attempt - 1} times")
        return described
