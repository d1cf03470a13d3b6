"""ask_for_leave: asks whether a page may be sent now, or must wait for a summary of many."""

from temporalio import activity

from incidents.workloads.requests import Workloads
from models.people.workload import ASK_FOR_LEAVE, AskForLeave, Leave


class AskForLeaveActivity:
    """Asks the workload of the person or channel to be paged."""

    def __init__(self, workloads: Workloads) -> None:
        self._workloads = workloads

    @activity.defn(name=ASK_FOR_LEAVE)
    async def ask_for_leave(self, request: AskForLeave) -> Leave:
        """The answer, which is the same each time the same page asks. Raises NoAnswer."""
        return await self._workloads.ask(request)
