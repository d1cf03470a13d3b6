"""The one timer of an incident: armed for the earliest due instant, re-armed when that changes."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.desk import Desk


class NextTimer:
    """Owns the timer that is running."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._armed: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def arm(self, due_at: datetime | None, what: str) -> None:
        """Ring at `due_at`; no instant: never."""
        if due_at == self._armed:
            return
        if self._task:
            self._task.cancel()
        self._armed = due_at
        self._task = asyncio.create_task(self._ring(due_at, what)) if due_at else None

    async def _ring(self, due_at: datetime, what: str) -> None:
        wait = max(due_at - self._desk.now(), timedelta())
        await workflow.sleep(wait, summary=f"next: {what} at {due_at:%Y-%m-%d %H:%M:%S} UTC"[:200])
        self._armed = None
        self._task = None
        self._desk.awake = True
