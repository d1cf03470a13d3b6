"""Sends a command to an incident as a Temporal update, and makes out what became of it."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from activities.opening import CannotReopen, IncidentNotFound, done_before, reopen_incident
from console.errors import AWAY, not_reachable, refusal
from console.failures import ExitCode, Failure, unknown_incident
from console.standing import Standing, ended_from_outside, standing
from models.command import COMMANDS, CommandResult
from runtime.settings import load_settings
from states.lifecycle import State, Trigger


@dataclass(frozen=True, slots=True)
class Order:
    """One command on its way. `timeout` bounds how long we wait for the answer."""

    incident_id: str
    name: str
    payload: dict[str, Any]
    command_id: str
    timeout: timedelta


def _interrupted() -> bool:
    """Whether it is Ctrl-C that ended the waiting: a timeout takes its own cancelling back."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _unconfirmed(order: Order) -> Failure:
    typed = COMMANDS[order.name].typed
    why = f"no worker answered within {order.timeout.total_seconds():g} s"
    kind, code = "NotConfirmed", ExitCode.NOT_CONFIRMED
    if _interrupted():
        why = "you interrupted it before a worker answered"
        kind, code = "Interrupted", ExitCode.INTERRUPTED
    return Failure(
        kind,
        f"{typed} was sent but not confirmed: {why}; it is applied once a worker runs",
        code,
        hints=(
            "python worker.py starts a worker",
            f"python starter.py show {order.incident_id} shows whether it was applied",
            f"the same command again with --command-id {order.command_id} is safe: it counts once",
        ),
        facts={"incident": order.incident_id, "command_id": order.command_id},
    )


def _ended(order: Order, known: Standing) -> Failure:
    state = known.state
    facts = {"incident": order.incident_id, "command_id": order.command_id}
    outside = ended_from_outside(order.incident_id, known)
    if outside:
        outside.facts.update(facts)
        return outside
    final = state not in {None, State.CLOSED}
    what = "is final" if final else "takes only reopen"
    return Failure(
        "TransitionNotAllowed" if order.name in set(Trigger) else "Refused",
        f"{order.incident_id} is {state or 'over'}, which {what}",
        ExitCode.REFUSED,
        state=state,
        possible=() if final else (Trigger.REOPEN.value,),
        hints=(f"python starter.py show {order.incident_id}",),
        facts=facts,
    )


def _refused(cause: ApplicationError, order: Order) -> Failure:
    failure = refusal(cause, order.incident_id)
    failure.facts["command_id"] = order.command_id
    failure.possible = tuple(name for name in failure.possible if name != order.name)
    return failure


async def _asked(client: Client, order: Order) -> CommandResult:
    """Have the command done. A closed incident is reopened in a new run that goes on with it.

    Each time is an update of its own, and the incident knows the command by its id: one that was
    done counts once, one that was refused is judged anew.
    """
    update_id = f"{order.command_id}/{uuid.uuid4().hex[:8]}"
    if order.name == Trigger.REOPEN:
        return await reopen_incident(
            client,
            order.incident_id,
            order.payload,
            order.command_id,
            load_settings().task_queue,
            update_id=update_id,
        )
    result: CommandResult = await client.get_workflow_handle(order.incident_id).execute_update(
        order.name, order.payload, id=update_id, result_type=CommandResult
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
    except CannotReopen:
        raise _ended(order, await standing(client, order.incident_id)) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        await standing(client, order.incident_id)
        raise _unconfirmed(order) from None
    except RPCError as error:
        if error.status in AWAY:
            raise not_reachable(error.message) from None
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    done = await done_before(client, order.incident_id, order.command_id)
    if done:
        return done
    raise _ended(order, await standing(client, order.incident_id))
