"""Ctrl-C ends a command with one line, whenever it comes."""

import asyncio
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from console.engine.by_temporal import OverTemporal
from console.incidents.sending import send
from console.terminal.failure import Failure
from incidents.commands import Order
from runtime.settings import ROOT
from tests.console.life import reported

INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
from console.entry import enter
class Interrupting:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
enter()
"""


@pytest.mark.parametrize("line", [("list",), ("list", "--json")])
def test_ctrl_c_while_the_program_loads_leaves_no_traceback(line: tuple[str, ...]) -> None:
    """People get one word, scripts one document; the exit code is 130."""
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING, *line],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 130
    if "--json" in line:
        assert json.loads(ended.stdout)["error"]["kind"] == "Interrupted"
        assert ended.stderr == b""
    else:
        assert (ended.stdout, ended.stderr) == (b"", b"Error: interrupted\n")


async def test_ctrl_c_while_no_worker_answers_says_that_the_command_was_sent(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """The command waits at the server; the line has its id and no waiting time."""
    incident = await reported(time_skipping.client, task_queue)
    order = Order(incident, "acknowledge", {"actor": "ana"}, "job-1")
    sending = asyncio.create_task(
        send(OverTemporal(time_skipping.client), order, timedelta(hours=1))
    )
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(Failure) as caught:
        await sending
    assert (caught.value.kind, caught.value.code) == ("Interrupted", 130)
    assert "you interrupted it before a worker answered" in caught.value.message
    assert caught.value.facts["command_id"] == "job-1"
