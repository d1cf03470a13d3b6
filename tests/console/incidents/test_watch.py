"""The live watch, and how its process ends."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from console.engine.by_temporal import OverTemporal
from console.incidents import watch
from tests.console.conftest import TypeAt
from tests.console.life import ended, reported
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[3]


async def starter(*arguments: str) -> Process:
    """The console as a process of its own, with its output on pipes."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "starter.py", *arguments, cwd=ROOT, env=os.environ, stdout=PIPE, stderr=PIPE
    )


async def test_watch_on_a_pipe_prints_a_line_for_each_entry_until_it_is_over(
    at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment
) -> None:
    """It prints every timeline entry once, in order, and ends with the incident."""
    watching = asyncio.create_task(at_console("watch", incident, "--every", "0.1", "--json"))
    handle = time_skipping.client.get_workflow_handle(incident)
    await handle.execute_update("cancel", {"actor": "ana", "reason": "false_alarm"})
    await ended(time_skipping.client, incident)
    said = await watching
    assert said.code == 0
    entries = [json.loads(line) for line in said.out.splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert "incident.cancelled" in {entry["kind"] for entry in entries}


async def test_a_watch_says_that_it_shows_only_some_and_takes_none_of_them_for_ended(
    address: str,
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Incidents that newer ones push out of sight are still open; the note comes once."""
    assert address
    monkeypatch.setattr(watch, "LISTED", 1)
    said: list[str] = []
    news = watch.ListNews(said.append)
    client = time_skipping.client
    told: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        for suffix in ("-1", "-2"):
            one = await reported(client, task_queue, suffix)
            while not told or told[-1] != one:
                _, fresh = await news.look(OverTemporal(client))
                assert all(row["open"] for _, row in fresh)
                told += [row["id"] for _, row in fresh]
    assert len(said) == 1


async def test_watch_ends_on_ctrl_c_without_a_word(address: str, incident: str) -> None:
    """People leave a watch by SIGINT: it exits 0 without a traceback."""
    assert address
    process = await starter("watch", incident)
    assert process.stdout
    first = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    assert b"reported by monitoring" in first
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 0
    assert err == b""


async def test_a_reader_that_leaves_ends_the_watch_quietly(
    at_console: TypeAt, incident: str
) -> None:
    """A broken pipe is no error: `watch | head -1` ends with the next line."""
    process = await starter("watch", incident, "--every", "0.1")
    assert process.stdout
    await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    process.stdout._transport.close()  # type: ignore[attr-defined]
    await at_console("acknowledge", incident)
    assert process.stderr
    err = await asyncio.wait_for(process.stderr.read(), PATIENCE_SECONDS)
    assert await process.wait() == 0
    assert err == b""


async def test_ctrl_c_while_waiting_for_an_answer_exits_130(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An interrupted command says so without a traceback, whatever the server does."""
    met = asyncio.Event()
    silent = await asyncio.start_server(lambda _, __: met.set(), "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"{host}:{port}")
    process = await starter("--json", "acknowledge", "INC-1", "--actor", "ana")
    await asyncio.wait_for(met.wait(), PATIENCE_SECONDS)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    silent.close()
    assert process.returncode == 130
    assert json.loads(out)["error"]["kind"] == "Interrupted"
    assert err == b""
