"""Asks the server what it knows about an incident without a worker."""

from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHistoryEventFilterType,
)
from temporalio.exceptions import FailureError

from incidents import patience
from incidents.attributes import RESOLVED_AT, SERVICE, STATE
from incidents.errors import IncidentNotFound, PayloadUnreadable
from incidents.temporal_errors import reaching_server
from models.answers.description import Description, Ending
from models.contracts.incident import INCIDENT_WORKFLOW
from models.readable import in_a_line
from rules.commands.beginning.report_rules import REPORT_DIGEST

FROM_OUTSIDE = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "canceled from outside",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
    WorkflowExecutionStatus.FAILED: "failed",
}
"""How a run ended that did not end by itself, in the words that we show."""
WHY_BOUND = 300


async def describe(
    client: Client, incident_id: str, *, within: timedelta = patience.SERVER
) -> Description:
    """Describe an incident from what the server knows.

    Raises IncidentNotFound, NamespaceNotFound, ServerUnavailable.
    """
    with reaching_server(incident_id):
        found = await client.get_workflow_handle(incident_id).describe(rpc_timeout=within)
        if found.workflow_type != INCIDENT_WORKFLOW:
            raise IncidentNotFound(incident_id)
        ending = await ending_of(client, found)
    shown = found.typed_search_attributes
    digest = await found.memo_value(REPORT_DIGEST, None)
    return Description(
        incident_id=incident_id,
        run_id=found.run_id,
        running=found.status is WorkflowExecutionStatus.RUNNING,
        state=shown.get(STATE),
        service=shown.get(SERVICE),
        resolved_at=shown.get(RESOLVED_AT),
        closed_at=found.close_time,
        report_digest=str(digest) if digest else None,
        ending=ending,
    )


async def ending_of(client: Client, run: WorkflowExecution) -> Ending | None:
    """How a run ended, if the incident did not end it. Raises RPCError."""
    how = FROM_OUTSIDE.get(run.status) if run.status else None
    if how is None:
        return None
    by, why = await _last_words(client, run)
    return Ending(how, run.close_time or run.start_time, in_a_line(why)[:WHY_BOUND], by)


async def _last_words(client: Client, run: WorkflowExecution) -> tuple[str, str]:
    """Who ended the run and why, from the last event of its history."""
    handle = client.get_workflow_handle(run.id, run_id=run.run_id)
    events = handle.fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT, rpc_timeout=patience.SERVER
    )
    async for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
            terminated = event.workflow_execution_terminated_event_attributes
            return terminated.identity, terminated.reason
        failed = event.workflow_execution_failed_event_attributes.failure
        return "", (await _message_of(client, failed)).strip().partition("\n")[0]
    return "", ""


async def _message_of(client: Client, failure: Failure) -> str:
    """What a failure says, or why it cannot be read."""
    try:
        error = await client.data_converter.decode_failure(failure)
    except PayloadUnreadable as unreadable:
        return str(unreadable)
    return error.message if isinstance(error, FailureError) else str(error)
