"""The one timer of an incident: armed for the earliest due instant, re-armed when that changes."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from rules.record.markdown import caption
from workflows.incident.desk import Desk

NO_CLOCK_IS_SO_LATE = timedelta(milliseconds=50)
"""A timer never rings before its instant, but for what rounding makes of it."""


class ClockBehind(Exception):  # noqa: N818 - says what is
    """The clock is behind a timer that has rung: what is decided now, no replay would decide.

    So it is for a worker that has just begun and is asked how an incident stands: it works off
    what has happened since with the clock of the task before. The task fails, which costs
    nothing: it is done again, with the clock that is right.
    """


def in_time(due_at: datetime | None, now: datetime) -> None:
    """Raise ClockBehind where a timer has rung that was armed for later than `now`."""
    if due_at and due_at - now > NO_CLOCK_IS_SO_LATE:
        raise ClockBehind(f"its clock is {due_at - now} behind")


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
        summary = caption(f"next: {what} at {due_at:%Y-%m-%d %H:%M:%S} UTC")
        await workflow.sleep(wait, summary=summary)
        behind = due_at - self._desk.now()
        if behind > NO_CLOCK_IS_SO_LATE:
            self._desk.late = behind
        self._armed = None
        self._task = None
        self._desk.awake = True
