"""Sends a command to an incident as a Temporal update, and makes out what became of it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from console.attributes import STATE
from console.errors import not_reachable, refusal
from console.failures import ExitCode, Failure, unknown_incident
from console.reopening import reopen_closed
from models.command import COMMANDS, CommandResult
from models.contracts import INCIDENT_WORKFLOW
from states.lifecycle import State, Trigger

PROBE_TIMEOUT = timedelta(seconds=3)
_AWAY = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}


@dataclass(frozen=True, slots=True)
class Order:
    """One command on its way. `timeout` bounds how long we wait for the answer."""

    incident_id: str
    name: str
    payload: dict[str, Any]
    command_id: str
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """What the server alone knows of an incident: whether a run is open, and its last state."""

    running: bool
    state: str | None


async def standing(client: Client, incident_id: str) -> Standing:
    """How an incident stands by the server's word, also without any worker.

    Raises `Failure`: unknown incident, server not reachable.
    """
    try:
        described = await client.get_workflow_handle(incident_id).describe(
            rpc_timeout=PROBE_TIMEOUT
        )
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
            raise unknown_incident(incident_id) from None
        if error.status in _AWAY:
            raise not_reachable(error.message) from None
        raise
    if described.workflow_type != INCIDENT_WORKFLOW:
        raise unknown_incident(incident_id)
    return Standing(
        running=described.status is WorkflowExecutionStatus.RUNNING,
        state=described.typed_search_attributes.get(STATE),
    )


def _unconfirmed(order: Order) -> Failure:
    typed = COMMANDS[order.name].typed
    seconds = order.timeout.total_seconds()
    message = (
        f"{typed} was sent but not confirmed: no worker answered within {seconds:g} s; "
        "it is applied once a worker runs"
    )
    return Failure(
        "NotConfirmed",
        message,
        ExitCode.NOT_CONFIRMED,
        hints=(
            "python worker.py starts a worker",
            f"python starter.py show {order.incident_id} shows whether it was applied",
            f"the same command again with --command-id {order.command_id} is safe: it counts once",
        ),
        facts={"incident": order.incident_id, "command_id": order.command_id},
    )


def _ended(order: Order, state: str | None) -> Failure:
    over = state or "over"
    final = state == State.CANCELLED
    message = (
        f"{order.incident_id} is {over}, which is final"
        if final
        else (f"{order.incident_id} is {over}; only reopen is possible")
    )
    return Failure(
        "TransitionNotAllowed" if order.name in set(Trigger) else "Refused",
        message,
        ExitCode.REFUSED,
        state=state,
        possible=() if final else (Trigger.REOPEN.value,),
        hints=(f"python starter.py show {order.incident_id}",),
        facts={"incident": order.incident_id, "command_id": order.command_id},
    )


async def _update(client: Client, order: Order) -> CommandResult:
    handle = client.get_workflow_handle(order.incident_id)
    async with asyncio.timeout(order.timeout.total_seconds()):
        result: CommandResult = await handle.execute_update(
            order.name, order.payload, id=order.command_id, result_type=CommandResult
        )
    return result


async def send(client: Client, order: Order) -> CommandResult:
    """Send a command and wait for what it did.

    Raises `Failure` where the incident refuses, is unknown or over, where the server is not
    reachable, and where no worker answered in time.
    """
    try:
        return await _update(client, order)
    except WorkflowUpdateFailedError as error:
        if isinstance(error.cause, ApplicationError):
            raise _refused(error.cause, order) from None
        raise
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        await standing(client, order.incident_id)
        raise _unconfirmed(order) from None
    except RPCError as error:
        if error.status in _AWAY:
            raise not_reachable(error.message) from None
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    now = await standing(client, order.incident_id)
    if now.running:
        return await _update(client, order)
    if order.name == Trigger.REOPEN and now.state != State.CANCELLED:
        return await reopen_closed(client, order.incident_id, order.payload)
    raise _ended(order, now.state)


def _refused(cause: ApplicationError, order: Order) -> Failure:
    failure = refusal(cause, order.incident_id)
    failure.facts["command_id"] = order.command_id
    return failure
