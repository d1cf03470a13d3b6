"""What the server alone knows of an incident, also if no worker runs."""

from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.service import RPCError, RPCStatusCode

from incidents.errors import IncidentNotFound
from models.contracts import INCIDENT_WORKFLOW

PROBE_TIMEOUT = timedelta(seconds=4)


async def incident_described(client: Client, incident_id: str) -> WorkflowExecutionDescription:
    """The newest run of an incident. Raises IncidentNotFound, RPCError."""
    try:
        described = await client.get_workflow_handle(incident_id).describe(
            rpc_timeout=PROBE_TIMEOUT
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise IncidentNotFound(incident_id) from None
        raise
    if described.workflow_type != INCIDENT_WORKFLOW:
        raise IncidentNotFound(incident_id)
    return described
