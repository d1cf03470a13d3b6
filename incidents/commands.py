"""Gives an incident a command and returns the outcome: the one way for code outside workflows."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from incidents.command_ids import new_command_id
from incidents.description import describe
from incidents.errors import (
    CommandRefused,
    IncidentOver,
    NamespaceNotFound,
    NotConfirmed,
    by_an_incident,
)
from incidents.opening import NO_OFFSET
from incidents.reopening import done_before, reopen_incident, update
from incidents.temporal_errors import typed_error
from models.command import CommandResult
from states.lifecycle import Trigger


@dataclass(frozen=True, slots=True)
class Order:
    """One command on its way to an incident. The same `command_id` counts once."""

    incident_id: str
    name: str
    payload: Any
    command_id: str = field(default_factory=new_command_id)


async def give(
    client: Client,
    order: Order,
    task_queue: str,
    *,
    patience: timedelta | None = None,
    epoch_offset: timedelta = NO_OFFSET,
) -> CommandResult:
    """Give an incident a command and wait for its result, at most for `patience`.

    A new run on `task_queue` reopens a closed incident and continues its record; `epoch_offset`
    moves the clock of that run. Raises CommandRefused, IncidentNotFound, IncidentOver
    (CannotReopen), NotConfirmed, NamespaceNotFound, ServerUnavailable.
    """
    try:
        async with asyncio.timeout(patience.total_seconds() if patience else None):
            return await _given(client, order, task_queue, epoch_offset)
    except WorkflowUpdateFailedError as error:
        if not isinstance(error.cause, ApplicationError):
            raise
        if not by_an_incident(error.cause):
            await describe(client, order.incident_id)
        raise CommandRefused(error.cause) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        # The server has the command only if it answers and knows the incident.
        await describe(client, order.incident_id)
        raise NotConfirmed(order.incident_id) from None
    except RPCError as error:
        known = typed_error(error)
        if error.status is not RPCStatusCode.NOT_FOUND or isinstance(known, NamespaceNotFound):
            raise known from None
    found = await describe(client, order.incident_id)
    done = await done_before(client, found, order.command_id, order.name, order.payload)
    raise IncidentOver(found, done=done)


async def _given(
    client: Client, order: Order, task_queue: str, epoch_offset: timedelta
) -> CommandResult:
    if order.name != Trigger.REOPEN:
        return await update(client, order.incident_id, order.name, order.payload, order.command_id)
    return await reopen_incident(
        client,
        order.incident_id,
        order.payload,
        order.command_id,
        task_queue,
        epoch_offset=epoch_offset,
    )
