"""The wait of an incident's run: any message or timer ends it, but no request to cancel."""

import asyncio

from temporalio import workflow

from models.incident.timeline import EntryKind
from workflows.incident.desk import Desk


class RunWait:
    """Owns the wait of the run, and refuses requests from outside to cancel it.

    An incident ends by its lifecycle: to end it, give the command for that.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._refused = False

    async def wait(self) -> None:
        """Wait until something happens."""
        try:
            await workflow.wait_condition(lambda: self._desk.awake)
        except asyncio.CancelledError:
            asked = workflow.cancellation_reason()
            if asked is None or self._refused:
                raise
            self._refused = True
            why = f" ({asked})" if asked else ""
            words = f"a request to cancel the workflow{why} is refused; the command cancel ends it"
            self._desk.note(EntryKind.CANCELLATION_REFUSED, words)
