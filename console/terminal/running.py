"""Runs the async work of a command, from the connection to a clean end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from console.terminal.failure import usage
from console.terminal.output import note
from models.readable import blank
from rules.commands.judging.validity import BLANK
from runtime.settings import load_settings

if TYPE_CHECKING:
    from temporalio.client import Client

    from console.engine.protocol import Engine

Result = TypeVar("Result")

NOBODY = "unknown"
"""The actor's name if neither the settings nor the login have one."""
OWNER_OF_TOKEN = "owner-of-the-token"  # noqa: S105 - a name
"""The actor's name if the token of the API says who acts."""
SAY_AFTER_SECONDS = 1.0
SETTLE_SECONDS = 0.05
"""A process that called Temporal can crash at exit unless its threads get this long."""


def perform(work: "Callable[[Engine], Coroutine[Any, Any, Result]]") -> Result:
    """Reach the engine as the settings say, do the work, and wait for threads to settle."""
    from console.engine.chosen import engine_of  # noqa: PLC0415 - it takes its time

    async def reached() -> Result:
        async with engine_of(load_settings()) as engine:
            return await work(engine)

    return perform_alone(reached)


def perform_on_temporal(work: "Callable[[Client], Coroutine[Any, Any, Result]]") -> Result:
    """Do work that the API does not offer. Raises `Failure` (usage) if the console goes by it."""

    async def reached() -> Result:
        if load_settings().api_url:
            message = "the API does not offer this: it needs Temporal itself"
            hint = "on a machine with credentials of Temporal: unset INCIDENT_API_URL"
            raise usage(message, hint)
        return await work(await connected())

    return perform_alone(reached)


async def connected() -> "Client":
    """A client of Temporal; says what it tries if that takes longer than a second.

    Raises SettingsBroken, and ServerNotReachable after five seconds.
    """
    from runtime.client import connect, server_address  # noqa: PLC0415 - slow, and often unneeded

    load_settings()  # broken settings are reported before anything is sent
    async with _saying(f"trying to reach the Temporal server at {server_address()} ..."):
        return await connect()


@asynccontextmanager
async def _saying(what: str) -> AsyncIterator[None]:
    """Say what the console does if the block takes longer than a second."""
    telling = asyncio.get_running_loop().call_later(SAY_AFTER_SECONDS, note, what)
    try:
        yield
    finally:
        telling.cancel()


def perform_alone(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do work that makes its own connection, or none."""
    try:
        return asyncio.run(work())
    finally:
        time.sleep(SETTLE_SECONDS)


def actor_name(typed: str | None) -> str:
    """The actor: the typed name, or the setting INCIDENT_ACTOR, or the login name.

    With a token of the API, it is the token's owner instead of the login.
    """
    settings = load_settings()
    by_token = settings.api_url and settings.api_token
    if typed is None and by_token and "actor" not in settings.model_fields_set:
        return OWNER_OF_TOKEN
    name = typed or settings.actor
    if blank(name):
        message = f"--actor: {BLANK}"
        raise usage(message)
    if name == NOBODY:
        message = "who acts? this login has no name"
        raise usage(message, "--actor NAME, or the environment variable INCIDENT_ACTOR")
    return name
