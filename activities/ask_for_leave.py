"""ask_for_leave: whether a page may be sent, or is held for a summary of many."""

from temporalio import activity

from incidents.workloads.requests import Workloads
from models.workload import ASK_FOR_LEAVE, AskForLeave, Leave


class AskForLeaveActivity:
    """Asks the workload of whoever is paged."""

    def __init__(self, workloads: Workloads) -> None:
        self._workloads = workloads

    @activity.defn(name=ASK_FOR_LEAVE)
    async def ask_for_leave(self, request: AskForLeave) -> Leave:
        """The answer; it is the same however often the page asks. Raises NoAnswer."""
        return await self._workloads.ask(request)
