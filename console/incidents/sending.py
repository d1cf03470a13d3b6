"""Sends a command to an incident and puts the outcome into words."""

import asyncio
from datetime import timedelta

from console.engine.protocol import Engine
from console.terminal.ended import ended_from_outside
from console.terminal.explain_errors import refusal
from console.terminal.failure import ExitCode, Failure
from incidents.commands import Order
from incidents.errors import CommandRefused, IncidentOver, NotConfirmed
from models.answers.description import Description
from models.command import COMMANDS, CommandResult
from states.lifecycle import State, Trigger


def _interrupted() -> bool:
    """Whether Ctrl-C ended the wait: a timeout takes back its own cancellation."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _unconfirmed(order: Order, patience: timedelta) -> Failure:
    typed = COMMANDS[order.name].typed
    why = f"no worker answered within {patience.total_seconds():g} s"
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


def _ended(order: Order, found: Description) -> Failure:
    state = found.state
    facts = {"incident": order.incident_id, "command_id": order.command_id}
    outside = ended_from_outside(found)
    if outside:
        outside.facts.update(facts)
        return outside
    final = state not in {None, State.CLOSED}
    what = "is final" if final else "accepts only reopen"
    return Failure(
        "TransitionNotAllowed" if order.name in set(Trigger) else "Refused",
        f"{order.incident_id} is {state or 'over'}, which {what}",
        ExitCode.REFUSED,
        state=state,
        possible=() if final else (Trigger.REOPEN.value,),
        hints=(f"python starter.py show {order.incident_id}",),
        facts=facts,
    )


def _refused(refused: CommandRefused, order: Order) -> Failure:
    failure = refusal(refused, order.incident_id)
    failure.facts["command_id"] = order.command_id
    failure.possible = tuple(name for name in failure.possible if name != order.name)
    return failure


async def send(engine: Engine, order: Order, patience: timedelta) -> CommandResult:
    """Send a command and wait for its result, at most for `patience`.

    Raises `Failure` if the incident refuses or is over, or if no worker answers in time; otherwise
    raises as `give` does.
    """
    try:
        return await engine.give(order, patience)
    except CommandRefused as refused:
        raise _refused(refused, order) from None
    except IncidentOver as over:
        if over.done:
            return over.done
        raise _ended(order, over.found) from None
    except NotConfirmed:
        raise _unconfirmed(order, patience) from None
