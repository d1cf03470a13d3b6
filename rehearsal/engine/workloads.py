"""Workloads of a rehearsal: each is at the point of the incident that asks it."""

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client

from incidents.workloads.requests import Workloads
from rehearsal.engine.virtual_time import VirtualTime


class RehearsedWorkloads(Workloads):
    """Asks workloads in the scenario's time; `begun` are the ids of those it asked."""

    def __init__(self, client: Client, time: VirtualTime) -> None:
        super().__init__(client)
        self._time = time
        self.begun: dict[str, None] = {}

    async def ready(self, workload: str) -> timedelta:
        """Bring a workload to the point of the asking incident; returns the offset of its clock."""
        at = await self._time.now(activity.info().workflow_id or "")
        self.begun[workload] = None
        if not await self._time.running(workload):
            return self._time.begin(workload, at)
        await self._time.forward(workload, at)
        return self._time.offset(workload)
