"""What the server alone knows of an incident, also without any worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHistoryEventFilterType,
)
from temporalio.service import RPCStatusCode

from console.terminal.errors import AWAY, not_found, not_reachable
from console.terminal.failures import ExitCode, Failure, unknown_incident
from console.terminal.phrases import moment
from incidents.attributes import SERVICE, STATE
from models.contracts import INCIDENT_WORKFLOW
from models.readable import in_a_line

PROBE_TIMEOUT = timedelta(seconds=3)
FROM_OUTSIDE = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "canceled from outside",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
    WorkflowExecutionStatus.FAILED: "failed",
}
"""How a run ends that did not end itself, in the words that we show."""
GOES_ON = {"terminated", "timed out"}
"""A reset goes on before these; before what the run itself answered, it would answer the same."""
WHY_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Ending:
    """That an incident's run was ended from outside, or failed, before the incident was over."""

    how: str
    at: datetime
    why: str = ""
    by: str = ""

    def words(self) -> str:
        """In one line: how, when, by whom and why, as far as that is known."""
        by = f" by {self.by}" if self.by else ""
        why = f": {self.why}" if self.why else ""
        return f"{self.how} at {moment(self.at)}{by}{why}"

    def document(self) -> dict[str, Any]:
        """The same for `--json`."""
        return {"how": self.how, "at": self.at.isoformat(), "by": self.by, "why": self.why}

    def hints(self, incident_id: str) -> tuple[str, ...]:
        """How to go on all the same."""
        anew = f"report it again, and relate it: python starter.py link INC-... {incident_id}"
        if self.how not in GOES_ON:
            return (anew,)
        reset = f"temporal workflow reset --workflow-id {incident_id} --type LastWorkflowTask"
        return (f'{reset} --reason "..." goes on where it was', anew)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a run is open, what it last showed, and its ending if it did not end itself."""

    running: bool
    state: str | None
    service: str | None
    ending: Ending | None = None


async def standing(client: Client, incident_id: str) -> Standing:
    """How an incident stands by the server's word.

    Raises `Failure`: unknown incident, server not reachable.
    """
    try:
        described = await client.get_workflow_handle(incident_id).describe(
            rpc_timeout=PROBE_TIMEOUT
        )
        if described.workflow_type != INCIDENT_WORKFLOW:
            raise unknown_incident(incident_id)
        ending = await ending_of(client, described)
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
            raise not_found(error, incident_id) from None
        if error.status in AWAY:
            raise not_reachable(error.message) from None
        raise
    shown = described.typed_search_attributes
    return Standing(
        running=described.status is WorkflowExecutionStatus.RUNNING,
        state=shown.get(STATE),
        service=shown.get(SERVICE),
        ending=ending,
    )


async def ending_of(client: Client, run: WorkflowExecution) -> Ending | None:
    """How a run was ended, if not by the incident itself. Raises RPCError."""
    how = FROM_OUTSIDE.get(run.status) if run.status else None
    if how is None:
        return None
    by, why = await _last_words(client, run)
    return Ending(how, run.close_time or run.start_time, in_a_line(why)[:WHY_LIMIT], by)


async def _last_words(client: Client, run: WorkflowExecution) -> tuple[str, str]:
    """Who ended it and why, by the last event of its history."""
    handle = client.get_workflow_handle(run.id, run_id=run.run_id)
    events = handle.fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT, rpc_timeout=PROBE_TIMEOUT
    )
    async for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
            terminated = event.workflow_execution_terminated_event_attributes
            return terminated.identity, terminated.reason
        failed = event.workflow_execution_failed_event_attributes
        return "", failed.failure.message.strip().partition("\n")[0]
    return "", ""


def ended_from_outside(incident_id: str, known: Standing) -> Failure | None:
    """That an incident answers nothing any more, if its run was ended from outside."""
    if known.ending is None:
        return None
    last = f"; its last state was {known.state}" if known.state else ""
    return Failure(
        "Ended",
        f"{incident_id} is no longer driven: {known.ending.words()}{last}",
        ExitCode.REFUSED,
        state=known.state,
        hints=known.ending.hints(incident_id),
        facts={"incident": incident_id, "ended": known.ending.document()},
    )
