"""Reopens an incident that is resolved or closed."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowFailureError,
)
from temporalio.common import (
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from incidents import patience
from incidents.attributes import (
    BREACHED,
    ON_HOLD,
    OVERRIDDEN,
    REPORTED_AT,
    SERVICE,
    SEVERITY,
    STATE,
)
from incidents.command_ids import attempt_of
from incidents.description import describe
from incidents.errors import CannotReopen
from incidents.opening import NO_OFFSET, visible_fields
from incidents.temporal_errors import reaching_server
from models.answers.description import Description
from models.command import CommandResult
from models.contracts.incident import INCIDENT_WORKFLOW, Carried, IncidentInput
from rules.commands.judgement import parse
from rules.commands.judging.repeated import id_used_already
from rules.record.decision import Refusal
from states.lifecycle import State, Trigger

STAYS = frozenset(
    key.name for key in (STATE, SEVERITY, SERVICE, REPORTED_AT, BREACHED, ON_HOLD, OVERRIDDEN)
)
"""What an incident shows as long as it lives; a run that reopens it writes each of them anew."""


async def update(
    client: Client, incident_id: str, name: str, command: Any, command_id: str
) -> CommandResult:
    """Give the open run of an incident a command. Raises WorkflowUpdateFailedError, RPCError."""
    if isinstance(command, dict):
        command = {**command, "command_id": command_id}
    result: CommandResult = await client.get_workflow_handle(incident_id).execute_update(
        str(name), command, id=attempt_of(command_id), result_type=CommandResult
    )
    return result


async def reopen_incident(
    client: Client,
    incident_id: str,
    command: dict[str, Any],
    command_id: str,
    task_queue: str,
    *,
    epoch_offset: timedelta = NO_OFFSET,
) -> CommandResult:
    """Reopen an incident: in its open run, or as the first message of a run that continues it.

    The same `command_id` again returns the stored result. `epoch_offset` moves the clock of a run
    that is started; it is zero except in rehearsals. Raises IncidentNotFound, CannotReopen,
    NamespaceNotFound and ServerUnavailable, WorkflowUpdateFailedError if the incident refuses,
    RPCError if the server fails.
    """
    command = {**command, "command_id": command_id}
    found = await describe(client, incident_id)
    if found.running:
        try:
            return await update(client, incident_id, Trigger.REOPEN, command, command_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        found = await describe(client, incident_id)
    carried = await _carried(client, found)
    done = _done(carried, Trigger.REOPEN, command, command_id)
    if done:
        return done
    state = carried.incident.state
    if state is not State.CLOSED:
        raise CannotReopen(found, state.value)
    begin = IncidentInput(carried=carried, reopening=True, epoch_offset=epoch_offset)
    shown = await _shown(client, found)
    return await _reopen_closed(client, begin, carried, command, shown, task_queue=task_queue)


async def _shown(client: Client, found: Description) -> TypedSearchAttributes:
    """What a run that is over shows: the run that continues it is as closed until it is reopened.

    If the incident refuses to be reopened, that run never shows anything else. Raises RPCError.
    """
    run = client.get_workflow_handle(found.incident_id, run_id=found.run_id)
    shown = (await run.describe(rpc_timeout=patience.SERVER)).typed_search_attributes
    return TypedSearchAttributes([pair for pair in shown if pair.key.name in STAYS])


async def done_before(
    client: Client, found: Description, command_id: str, name: str, command: Any
) -> CommandResult | None:
    """The result of exactly this command, if an incident that is over remembers that it did it.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    if found.running:
        return None
    try:
        with reaching_server():
            carried = await _carried(client, found)
    except CannotReopen:
        return None
    return _done(carried, name, command, command_id)


def _done(carried: Carried, name: str, command: Any, command_id: str) -> CommandResult | None:
    """The result of a command, unless another command was done under its id, or none."""
    given = command.model_dump(mode="json") if isinstance(command, BaseModel) else command
    stored, said = carried.processed.get(command_id), parse(name, given)
    if stored is None or isinstance(said, Refusal):
        return None
    if id_used_already(name, said, stored, carried.given.get(command_id, "")):
        return None
    return CommandResult.model_validate_json(stored)


async def _carried(client: Client, found: Description) -> Carried:
    """The result of a run that is over. Raises CannotReopen, RPCError."""
    handle = client.get_workflow_handle(found.incident_id, run_id=found.run_id, result_type=Carried)
    try:
        result: Carried = await handle.result(rpc_timeout=patience.SERVER)
    except WorkflowFailureError:
        raise CannotReopen(found, found.ending.how if found.ending else "over") from None
    return result


async def _reopen_closed(
    client: Client,
    begin: IncidentInput,
    carried: Carried,
    command: dict[str, Any],
    shown: TypedSearchAttributes,
    *,
    task_queue: str,
) -> CommandResult:
    """Start a run and give it the command in one request; if a run was just started, use it."""
    incident = carried.incident
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        INCIDENT_WORKFLOW,
        begin,
        id=incident.id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        search_attributes=shown,
        **visible_fields(incident.report, incident.severity, carried.policy),
    )
    result: CommandResult = await client.execute_update_with_start_workflow(
        Trigger.REOPEN.value,
        command,
        start_workflow_operation=start,
        id=attempt_of(command["command_id"]),
        result_type=CommandResult,
    )
    return result
