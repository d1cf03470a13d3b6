"""Runs what a command awaits, from connecting to a clean end."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from temporalio.client import Client

from console.terminal.failures import usage
from rules.commands.validity import BLANK
from rules.record.readable import blank
from runtime.client import connect
from runtime.settings import load_settings

Result = TypeVar("Result")

NOBODY = "unknown"
"""What the settings say where neither they nor the login name anybody."""
SETTLE_SECONDS = 0.05
"""A process that made calls to Temporal can crash at its end unless its threads get this long."""


def perform(work: Callable[[Client], Coroutine[Any, Any, Result]]) -> Result:
    """Connect to Temporal by the settings, do the work, and let everything settle."""

    async def connected() -> Result:
        load_settings()  # what is broken in them is told before anything is sent
        return await work(await connect())

    return perform_alone(connected)


def perform_alone(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do work that connects by itself, or not at all."""
    try:
        return asyncio.run(work())
    finally:
        time.sleep(SETTLE_SECONDS)


def actor_name(typed: str | None) -> str:
    """Who acts: as typed, else by the setting INCIDENT_ACTOR, else the login name."""
    name = typed or load_settings().actor
    if blank(name):
        message = f"--actor: {BLANK}"
        raise usage(message)
    if name == NOBODY:
        message = "who acts? this login has no name"
        raise usage(message, "--actor NAME, or the environment variable INCIDENT_ACTOR")
    return name
