"""The one timer of an incident: armed for the earliest due instant, re-armed when that changes."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from rules.wording.markdown import caption
from rules.wording.times import in_utc
from workflows.incident.desk import Desk

NO_CLOCK_IS_SO_LATE = timedelta(milliseconds=50)
"""A timer rings before its instant only by what rounding makes of it."""


class ClockBehind(Exception):  # noqa: N818 - says what is
    """The clock is behind a timer that rang, so a replay would decide otherwise than this task.

    This happens in a worker that just started and gets a query about an incident: it works off what
    happened since, on the clock of the task before. The task fails and is repeated with the right
    clock, so this costs nothing.
    """


def in_time(due_at: datetime | None, now: datetime) -> None:
    """Raise ClockBehind if a timer rang that was armed for later than `now`."""
    if due_at and due_at - now > NO_CLOCK_IS_SO_LATE:
        raise ClockBehind(f"its clock is {due_at - now} behind")


class NextTimer:
    """Owns the running timer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._armed: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def arm(self, due_at: datetime | None, what: str) -> None:
        """Ring at `due_at`; never if it is None."""
        if due_at == self._armed:
            return
        if self._task:
            self._task.cancel()
        self._armed = due_at
        self._task = asyncio.create_task(self._ring(due_at, what)) if due_at else None

    async def _ring(self, due_at: datetime, what: str) -> None:
        wait = max(due_at - self._desk.now(), timedelta())
        summary = caption(f"next: {what} at {in_utc(due_at)}")
        await workflow.sleep(wait, summary=summary)
        behind = due_at - self._desk.now()
        if behind > NO_CLOCK_IS_SO_LATE:
            self._desk.late = behind
        self._armed = None
        self._task = None
        self._desk.awake = True
