"""How an incident's workflow is started, and how a closed one is opened again.

The activities that do so for alert groups, the intake and the console share these: whoever
asks, the incident carries the same id, summary, memo and priority.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.on_call import with_on_call
from activities.refresh_calendars import with_calendars
from models.command import CommandResult
from models.compiled import CompiledPolicy
from models.contracts import INCIDENT_WORKFLOW, Carried, IncidentInput
from models.incident import Report
from models.readable import in_a_line
from rules.markdown import caption
from rules.opening import first_severity
from rules.reporting import REPORT_DIGEST, report_digest
from rules.urgency import urgency
from states.lifecycle import State, Trigger

if TYPE_CHECKING:
    from connectors.calendars.directory import FeedDirectory

PROBE_TIMEOUT = timedelta(seconds=4)
NOW = timedelta()
"""The offset of a clock that says what time it is."""


class IncidentNotFound(Exception):  # noqa: N818 - says what is
    """No run of an incident with this id is known."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(f"there is no incident {incident_id}")
        self.incident_id = incident_id


class CannotReopen(Exception):  # noqa: N818 - says what is
    """The incident has ended in a way that is final; `state` is its last one, where known."""

    def __init__(self, incident_id: str, state: str) -> None:
        super().__init__(f"{incident_id} is {state}, which is final")
        self.incident_id = incident_id
        self.state = state


def _shown(report: Report, severity: str | None, policy: CompiledPolicy) -> dict[str, Any]:
    """What Temporal shows of the workflow beside its id, and how urgent its work is."""
    return {
        "static_summary": caption(report.title),
        "memo": {
            "title": in_a_line(report.title),
            "reporter": in_a_line(report.reporter.name),
            REPORT_DIGEST: report_digest(report),
        },
        "priority": Priority(priority_key=urgency(severity, policy.severities)),
    }


async def open_incident(
    client: Client,
    policy: CompiledPolicy,
    incident_id: str,
    report: Report,
    task_queue: str,
    *,
    rpc_timeout: timedelta | None = None,
    epoch_offset: timedelta = NOW,
    feeds: "FeedDirectory | None" = None,
) -> bool:
    """Start the incident; False where it was started before, be it open or over.

    Roles whose default is a schedule go to whoever is on call now, `feeds` asked. `epoch_offset`
    moves its clock: zero but in rehearsals. Raises RPCError where the server does not take it.
    """
    now = datetime.now(UTC) + epoch_offset
    policy = with_calendars(policy, report.happened_at or now, now)
    policy = await with_on_call(policy, now, feeds)
    severity = first_severity(report, policy).severity
    try:
        await client.start_workflow(
            INCIDENT_WORKFLOW,
            IncidentInput(policy=policy, report=report, epoch_offset=epoch_offset),
            id=incident_id,
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            rpc_timeout=rpc_timeout,
            **_shown(report, severity, policy),
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def reopen_incident(
    client: Client,
    incident_id: str,
    command: dict[str, Any],
    command_id: str,
    task_queue: str,
    *,
    update_id: str | None = None,
    epoch_offset: timedelta = NOW,
) -> CommandResult:
    """Do the command `reopen`: in the open run, or as the first message of a run that goes on.

    The same `command_id` again returns the stored result. With another `update_id`, a command that
    was refused is judged anew. `epoch_offset` moves the clock of a
    run that is started for it: zero but in rehearsals. Raises IncidentNotFound,
    CannotReopen, WorkflowUpdateFailedError where the incident refuses, RPCError where the
    server fails.
    """
    described = await incident_described(client, incident_id)
    if described.status is WorkflowExecutionStatus.RUNNING:
        try:
            return await _reopen_open(client, incident_id, command, update_id or command_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        described = await incident_described(client, incident_id)
    carried = await _carried(client, described)
    stored = carried.processed.get(command_id)
    if stored is not None:
        return CommandResult.model_validate_json(stored)
    state = carried.incident.state
    if state is not State.CLOSED:
        raise CannotReopen(incident_id, state.value)
    begin = IncidentInput(carried=carried, reopening=True, epoch_offset=epoch_offset)
    return await _reopen_closed(
        client, begin, carried, command, update_id=update_id or command_id, task_queue=task_queue
    )


async def done_before(client: Client, incident_id: str, command_id: str) -> CommandResult | None:
    """What this command did, where an incident that is over remembers that it was done.

    Raises RPCError.
    """
    try:
        described = await incident_described(client, incident_id)
        if described.status is WorkflowExecutionStatus.RUNNING:
            return None
        carried = await _carried(client, described)
    except (IncidentNotFound, CannotReopen):
        return None
    stored = carried.processed.get(command_id)
    return CommandResult.model_validate_json(stored) if stored else None


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


async def _carried(client: Client, described: WorkflowExecutionDescription) -> Carried:
    """The result of a run that is over."""
    handle = client.get_workflow_handle(described.id, run_id=described.run_id, result_type=Carried)
    try:
        result: Carried = await handle.result(rpc_timeout=PROBE_TIMEOUT)
    except WorkflowFailureError:
        status = described.status.name.lower() if described.status else "over"
        raise CannotReopen(described.id, status) from None
    return result


async def _reopen_open(
    client: Client, incident_id: str, command: dict[str, Any], update_id: str
) -> CommandResult:
    result: CommandResult = await client.get_workflow_handle(incident_id).execute_update(
        Trigger.REOPEN.value, command, id=update_id, result_type=CommandResult
    )
    return result


async def _reopen_closed(
    client: Client,
    begin: IncidentInput,
    carried: Carried,
    command: dict[str, Any],
    *,
    update_id: str,
    task_queue: str,
) -> CommandResult:
    """Start a run and give it the command in one request: where another has, its run is used."""
    incident = carried.incident
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        INCIDENT_WORKFLOW,
        begin,
        id=incident.id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        **_shown(incident.report, incident.severity, carried.policy),
    )
    result: CommandResult = await client.execute_update_with_start_workflow(
        Trigger.REOPEN.value,
        command,
        start_workflow_operation=start,
        id=update_id,
        result_type=CommandResult,
    )
    return result
