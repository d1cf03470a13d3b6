"""Types command lines, and provides incidents that they can talk to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from console.incidents import commands
from console.main import run
from incidents.commands import Order
from models.command import CommandResult
from runtime.settings import load_settings
from tests.console.life import reported, settled, working


@dataclass(frozen=True)
class Said:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The only JSON document on stdout."""
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Each test reads the settings of its own environment."""
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.fixture
def type_(capsys: pytest.CaptureFixture[str]) -> Type:
    """Types a command line in this process."""

    def typed(*arguments: str) -> Said:
        code = run(arguments)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return typed


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What the console would have sent: commands are answered here, without a server."""
    sent: list[Order] = []

    async def send(_: object, order: Order, __: timedelta) -> CommandResult:
        sent.append(order)
        return CommandResult(
            command=order.name,
            state="assessment",
            severity="SEV1",
            on_hold=False,
            summary=f"{order.name} done",
        )

    monkeypatch.setattr(commands, "send", send)
    monkeypatch.setattr(commands, "perform", lambda work: asyncio.run(work(None)))
    return sent


TypeAt = Callable[..., Coroutine[Any, Any, Said]]


@pytest.fixture
def address(
    time_skipping: WorkflowEnvironment, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of the server that the console connects to."""
    monkeypatch.setenv("INCIDENT_TASK_QUEUE", task_queue)
    found = time_skipping.client.service_client.config.target_host
    monkeypatch.setenv("TEMPORAL_ADDRESS", found)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", time_skipping.client.namespace)
    monkeypatch.setenv("INCIDENT_ACTOR", "ana")
    load_settings.cache_clear()
    return found


@pytest.fixture
def at_console(address: str, type_: Type) -> TypeAt:
    """Types a command line while a worker runs in this loop."""

    async def typed(*arguments: str) -> Said:
        return await asyncio.to_thread(type_, *arguments)

    return typed


@pytest.fixture
async def incident(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[str]:
    """An incident that a worker drives."""
    async with working(time_skipping.client, task_queue, tmp_path):
        named = await reported(time_skipping.client, task_queue)
        await settled(time_skipping.client, named)
        yield named
