"""Waits for what an incident, or an alert group, does by itself."""

import asyncio
from datetime import timedelta

from temporalio.client import Client

from incidents import patience
from incidents.alerts import group_state
from incidents.errors import NotInTime
from incidents.temporal_errors import reaching_server
from models.contracts.incident import Carried


async def wait_until_over(client: Client, incident_id: str, within: timedelta) -> Carried:
    """Wait until an incident is over and owes nothing; returns its result.

    Raises NotInTime, IncidentNotFound, NamespaceNotFound, ServerUnavailable, and
    WorkflowFailureError if its run was ended from outside.
    """
    handle = client.get_workflow_handle(incident_id, result_type=Carried)
    try:
        async with asyncio.timeout(within.total_seconds()):
            with reaching_server(incident_id):
                carried: Carried = await handle.result()
    except TimeoutError:
        raise NotInTime(f"{incident_id} is over", within) from None
    return carried


async def wait_for_incident(client: Client, group: str, within: timedelta) -> str:
    """Wait for the incident that an alert group opens; returns its id.

    Raises NotInTime, RPCError.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            while True:
                state = await group_state(client, group)
                if state.incident_id:
                    return state.incident_id
                await asyncio.sleep(patience.LOOK_SECONDS)
    except TimeoutError:
        raise NotInTime(f"{group} has opened an incident", within) from None
