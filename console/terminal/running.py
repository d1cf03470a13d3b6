"""Runs the async work of a command, from the connection to a clean end."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from console.terminal.failure import usage
from models.readable import blank
from rules.commands.judging.validity import BLANK
from runtime.settings import load_settings

if TYPE_CHECKING:
    from temporalio.client import Client

Result = TypeVar("Result")

NOBODY = "unknown"
"""The actor's name if neither the settings nor the login have one."""
SETTLE_SECONDS = 0.05
"""A process that called Temporal can crash at exit unless its threads get this long."""


def perform(work: "Callable[[Client], Coroutine[Any, Any, Result]]") -> Result:
    """Connect to Temporal with the settings, do the work, and wait for threads to settle."""
    from runtime.client import connect  # noqa: PLC0415 - only commands that connect wait for it

    async def connected() -> Result:
        load_settings()  # broken settings are reported before anything is sent
        return await work(await connect())

    return perform_alone(connected)


def perform_alone(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do work that makes its own connection, or none."""
    try:
        return asyncio.run(work())
    finally:
        time.sleep(SETTLE_SECONDS)


def actor_name(typed: str | None) -> str:
    """The actor: the typed name, or the setting INCIDENT_ACTOR, or the login name."""
    name = typed or load_settings().actor
    if blank(name):
        message = f"--actor: {BLANK}"
        raise usage(message)
    if name == NOBODY:
        message = "who acts? this login has no name"
        raise usage(message, "--actor NAME, or the environment variable INCIDENT_ACTOR")
    return name
