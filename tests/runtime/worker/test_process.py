"""The worker serves, or says in one line why not; it never lets an incident get stuck."""

import asyncio
import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from console.main import run
from runtime.embedded.component import READY
from runtime.embedded.server import EmbeddedServer, free_port
from runtime.settings import load_settings
from runtime.worker import process
from tests.patience import PATIENCE_SECONDS
from tests.runtime.conftest import Bare, Ended, program, reaching, started
from web import __main__ as web

Here = Callable[..., Ended]


async def test_it_refuses_a_namespace_without_our_search_attributes(bare_namespace: Bare) -> None:
    """It names them and the command that registers them; otherwise incidents would get stuck."""
    client = await bare_namespace()
    ended = await program("worker.py", **reaching(client))
    assert ended.code == 2
    assert "IncidentState, IncidentSeverity" in ended.err
    assert "python starter.py setup" in ended.err
    assert_one_line(ended)


async def test_after_the_command_it_named_it_serves_until_it_is_told_to_stop(
    bare_namespace: Bare,
) -> None:
    """Setup makes the namespace fit, and SIGTERM stops a worker gracefully, with its warnings."""
    client = await bare_namespace()
    contradicts = {"INCIDENT_CHANNELS__EMAIL__URL": "http://127.0.0.1:1/mail"}
    reach = {**reaching(client), "INCIDENT_TASKQUEUE": "misspelt", **contradicts}
    setup = await program("starter.py", "setup", **reach)
    assert setup.code == 0, setup.err
    assert "IncidentState" in setup.out
    worker = await started("worker.py", **reach)
    lines = await until_ready(worker)
    worker.send_signal(signal.SIGTERM)
    _, rest = await worker.communicate()
    lines += [json.loads(line) for line in rest.decode().splitlines()]
    events = {line["event"]: line for line in lines}
    assert worker.returncode == 0
    assert "worker.stopping" in events
    assert events["retention.short"]["days"] == 1
    assert events["setting.unknown"]["variable"] == "INCIDENT_TASKQUEUE"
    assert events["channel.misunderstood"]["channel"] == "email"
    assert events["channel.unresolved"]["setting"].startswith("INCIDENT_CHANNELS__")


@pytest.fixture
def worker_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a worker that does not come to serve, in this process."""
    monkeypatch.setattr(process, "_collect_less", lambda: None)

    def ended(**environment: str) -> Ended:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        monkeypatch.setattr(process, "settings_with_logs", load_settings)
        code = process.run_worker()
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return ended


def test_without_a_server_it_says_where_it_looked(worker_here: Here) -> None:
    """It then ends; its supervisor decides whether to try again."""
    address = f"127.0.0.1:{free_port()}"
    ended = worker_here(TEMPORAL_ADDRESS=address)
    assert ended.code == 6
    assert address in ended.err
    assert_one_line(ended)


def test_a_missing_namespace_is_named_by_the_worker(
    server: WorkflowEnvironment, worker_here: Here
) -> None:
    """A misspelt name does not become right by waiting."""
    ended = worker_here(**{**reaching(server.client), "TEMPORAL_NAMESPACE": "nowhere"})
    assert ended.code == 2
    assert "nowhere" in ended.err
    assert_one_line(ended)


@pytest.mark.parametrize(
    ("main", "setting", "named"),
    [
        (process.run_worker, ("INCIDENT_LOG_LEVEL", "loud"), "INCIDENT_LOG_LEVEL"),
        (web.main, ("INCIDENT_LOG_LEVEL", "loud"), "INCIDENT_LOG_LEVEL"),
        (lambda: run(("list",)), ("TEMPORAL_PROFILE", "nowhere"), "nowhere"),
    ],
    ids=["worker", "web", "console"],
)
def test_a_broken_setting_is_named_by_every_program(
    main: Callable[[], int],
    setting: tuple[str, str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is named in one line before anything is tried, with exit code 2."""
    monkeypatch.setattr(process, "_collect_less", lambda: None)
    monkeypatch.setenv(*setting)
    load_settings.cache_clear()
    assert main() == 2
    said = capsys.readouterr().err
    assert named in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("TEMPORAL_PROFILE", "nowhere", "nowhere"),
        ("INCIDENT_LOG_FILE", f"{__file__}/worker.log", "INCIDENT_LOG_FILE"),
    ],
)
async def test_temporal_s_own_setting_and_a_log_that_cannot_be_written_are_named_too(
    setting: str, value: str, named: str
) -> None:
    """They are settings like any other."""
    ended = await program("worker.py", **{setting: value})
    assert ended.code == 2
    assert named in ended.err
    assert_one_line(ended)


@dataclass(frozen=True)
class Served:
    """What a worker with a broken policy did until its server died, and afterwards."""

    policy: Path
    lines: list[dict[str, Any]]
    """What it logged; a line that is no JSON ends the test."""


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A worker under a broken policy, on a server that dies."""
    folder = tmp_path_factory.mktemp("served")
    policy = folder / "policy.yaml"
    policy.write_text("severities: none\n")
    server = EmbeddedServer(None, folder / "server.log", port=free_port(), ui_port=None)
    client = await server.start()
    try:
        worker = await started("worker.py", **reaching(client), INCIDENT_POLICY_FILE=str(policy))
        lines = await until_ready(worker)
    finally:
        server.kill()
    assert worker.stderr
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in worker.stderr:
            lines.append(json.loads(line))
            if lines[-1]["logger"] == "temporalio.core":
                break
    worker.kill()  # how long an orderly end takes without a server depends on the machine
    await worker.communicate()
    return Served(policy, lines)


def test_a_broken_policy_keeps_no_worker_from_driving_what_is_open(served: Served) -> None:
    """Open incidents carry their own policies: it serves, and warns that none can begin."""
    assert READY in [line["event"] for line in served.lines]
    [said] = [line for line in served.lines if line["event"] == "policy.broken"]
    assert (said["level"], said["file"]) == ("error", str(served.policy))
    assert "keys and values are expected here" in said["error"]


def test_lines_of_temporal_s_core_about_a_dead_server_are_json(served: Served) -> None:
    """Programs read the log as JSON, line by line: no colours, no other format."""
    assert "temporalio.core" in [line["logger"] for line in served.lines]


async def until_ready(worker: asyncio.subprocess.Process) -> list[dict[str, Any]]:
    """What it logs until it takes work."""
    assert worker.stderr
    lines: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in worker.stderr:
            lines.append(json.loads(line))
            if lines[-1]["event"] == READY:
                return lines
    raise AssertionError(lines)


def assert_one_line(ended: Ended) -> None:
    """What went wrong is one line for a person."""
    said = ended.err.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("worker: ")
