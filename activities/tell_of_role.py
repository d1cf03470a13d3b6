"""tell_of_role: tells a person's workload about a role, and returns where else they hold it."""

import asyncio

from temporalio import activity
from temporalio.client import Client

from incidents.description import describe
from incidents.errors import IncidentNotFound
from incidents.workloads.requests import Workloads
from models.people.party import as_person
from models.people.workload import TELL_OF_ROLE, HoldRole, RolesHeld, TellOfRole


class TellOfRoleActivity:
    """Tells workloads. It skips incidents that were ended from outside and could not say so."""

    def __init__(self, client: Client, workloads: Workloads) -> None:
        self._client = client
        self._workloads = workloads

    @activity.defn(name=TELL_OF_ROLE)
    async def tell_of_role(self, request: TellOfRole) -> RolesHeld:
        """The other open incidents in which the person holds the role.

        It checks that they are still open only if there are enough of them to matter. Raises
        NoAnswer, and as `describe` does.
        """
        whom, told = as_person(request.person), request.told
        held = await self._workloads.tell(request.policy, whom, told)
        few = request.at_once is None or len(held.elsewhere) < request.at_once
        if few or not told.holds:
            return held
        open_ = await asyncio.gather(*(self._is_open(name) for name in held.elsewhere))
        for name, still in zip(held.elsewhere, open_, strict=True):
            if not still:
                over = HoldRole(role=told.role, incident_id=name, holds=False, at=told.at)
                await self._workloads.tell(request.policy, whom, over)
        left = (name for name, still in zip(held.elsewhere, open_, strict=True) if still)
        return RolesHeld(elsewhere=tuple(left))

    async def _is_open(self, incident_id: str) -> bool:
        try:
            return (await describe(self._client, incident_id)).running
        except IncidentNotFound:
            return False
