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

from activities.opening import CannotReopen, IncidentNotFound, reopen_incident
from console.attributes import SERVICE, STATE
from console.errors import not_found, not_reachable, refusal
from console.failures import ExitCode, Failure, unknown_incident
from models.command import COMMANDS, CommandResult
from models.contracts import INCIDENT_WORKFLOW
from runtime.settings import load_settings
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
    """What the server alone knows of an incident: whether a run is open, what it last showed."""

    running: bool
    state: str | None
    service: str | None


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
            raise not_found(error, incident_id) from None
        if error.status in _AWAY:
            raise not_reachable(error.message) from None
        raise
    if described.workflow_type != INCIDENT_WORKFLOW:
        raise unknown_incident(incident_id)
    shown = described.typed_search_attributes
    return Standing(
        running=described.status is WorkflowExecutionStatus.RUNNING,
        state=shown.get(STATE),
        service=shown.get(SERVICE),
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
    final = state not in {None, State.CLOSED}
    what = "is final" if final else "takes only reopen"
    return Failure(
        "TransitionNotAllowed" if order.name in set(Trigger) else "Refused",
        f"{order.incident_id} is {state or 'over'}, which {what}",
        ExitCode.REFUSED,
        state=state,
        possible=() if final else (Trigger.REOPEN.value,),
        hints=(f"python starter.py show {order.incident_id}",),
        facts={"incident": order.incident_id, "command_id": order.command_id},
    )


def _refused(cause: ApplicationError, order: Order) -> Failure:
    failure = refusal(cause, order.incident_id)
    failure.facts["command_id"] = order.command_id
    failure.possible = tuple(name for name in failure.possible if name != order.name)
    return failure


async def _asked(client: Client, order: Order) -> CommandResult:
    """Have the command done. A closed incident is reopened in a new run that goes on with it."""
    if order.name == Trigger.REOPEN:
        return await reopen_incident(
            client,
            order.incident_id,
            order.payload,
            order.command_id,
            load_settings().task_queue,
        )
    result: CommandResult = await client.get_workflow_handle(order.incident_id).execute_update(
        order.name, order.payload, id=order.command_id, result_type=CommandResult
    )
    return result


async def send(client: Client, order: Order) -> CommandResult:
    """Send a command and wait for what it did.

    Raises `Failure` where the incident refuses, is unknown or over, where the server is not
    reachable, and where no worker answered in time.
    """
    try:
        async with asyncio.timeout(order.timeout.total_seconds()):
            return await _asked(client, order)
    except WorkflowUpdateFailedError as error:
        if isinstance(error.cause, ApplicationError):
            raise _refused(error.cause, order) from None
        raise
    except IncidentNotFound:
        await standing(client, order.incident_id)
        raise unknown_incident(order.incident_id) from None
    except CannotReopen as error:
        raise _ended(order, error.state) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        await standing(client, order.incident_id)
        raise _unconfirmed(order) from None
    except RPCError as error:
        if error.status in _AWAY:
            raise not_reachable(error.message) from None
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    raise _ended(order, (await standing(client, order.incident_id)).state)
