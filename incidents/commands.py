"""Gives an incident a command, and says what became of it: the one way for whoever is outside."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from incidents.attributes import STATE
from incidents.description import incident_described
from incidents.errors import CommandRefused, IncidentOver, NotConfirmed
from incidents.opening import NO_OFFSET
from incidents.reopening import done_before, reopen_incident, update
from models.command import CommandResult
from states.lifecycle import Trigger


@dataclass(frozen=True, slots=True)
class Order:
    """One command on its way to an incident. The same `command_id` counts once."""

    incident_id: str
    name: str
    payload: Any
    command_id: str


async def give(
    client: Client,
    order: Order,
    task_queue: str,
    *,
    patience: timedelta | None = None,
    epoch_offset: timedelta = NO_OFFSET,
) -> CommandResult:
    """Have the incident do the command, and wait for what it did, at most for `patience`.

    A closed incident is reopened by a new run on `task_queue` that goes on with its record;
    `epoch_offset` moves the clock of that run. Raises CommandRefused, IncidentNotFound,
    IncidentOver (CannotReopen), NotConfirmed, and RPCError if the server fails.
    """
    try:
        async with asyncio.timeout(patience.total_seconds() if patience else None):
            if order.name == Trigger.REOPEN:
                return await reopen_incident(
                    client,
                    order.incident_id,
                    order.payload,
                    order.command_id,
                    task_queue,
                    epoch_offset=epoch_offset,
                )
            return await update(
                client, order.incident_id, order.name, order.payload, order.command_id
            )
    except WorkflowUpdateFailedError as error:
        if isinstance(error.cause, ApplicationError):
            raise CommandRefused(error.cause) from None
        raise
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise NotConfirmed(order.incident_id) from None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    described = await incident_described(client, order.incident_id)
    done = await done_before(client, order.incident_id, order.command_id)
    raise IncidentOver(order.incident_id, described.typed_search_attributes.get(STATE), done)
