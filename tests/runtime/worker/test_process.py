"""The worker serves, or says in one line why not; it never lets an incident get stuck."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from runtime.embedded.component import READY
from runtime.embedded.server import EmbeddedServer, free_port
from tests.patience import PATIENCE_SECONDS
from tests.runtime.conftest import Bare, Ended, program, reaching, started


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


async def test_without_a_server_it_says_where_it_looked() -> None:
    """It then ends; its supervisor decides whether to try again."""
    address = f"127.0.0.1:{free_port()}"
    ended = await program("worker.py", TEMPORAL_ADDRESS=address)
    assert ended.code == 6
    assert address in ended.err
    assert_one_line(ended)


@pytest.mark.parametrize(
    ("line", "setting", "value", "named"),
    [
        (("worker.py",), "INCIDENT_LOG_LEVEL", "loud", "INCIDENT_LOG_LEVEL"),
        (("worker.py",), "TEMPORAL_PROFILE", "nowhere", "nowhere"),
        (("-m", "web"), "INCIDENT_LOG_LEVEL", "loud", "INCIDENT_LOG_LEVEL"),
        (("starter.py", "list"), "TEMPORAL_PROFILE", "nowhere", "nowhere"),
    ],
)
async def test_a_broken_setting_is_named_by_every_program(
    line: tuple[str, ...], setting: str, value: str, named: str
) -> None:
    """It is named in one line before anything is tried, with exit code 2."""
    ended = await program(*line, **{setting: value})
    assert ended.code == 2
    assert named in ended.err
    assert len(ended.err.strip().splitlines()) == 1


@pytest.mark.parametrize("line", [("worker.py",), ("-m", "web")])
async def test_a_log_that_cannot_be_written_is_named(line: tuple[str, ...]) -> None:
    """It is a setting like any other."""
    ended = await program(*line, INCIDENT_LOG_FILE=f"{__file__}/worker.log")
    assert ended.code == 2
    assert "INCIDENT_LOG_FILE" in ended.err


async def test_a_missing_namespace_is_named_by_the_worker(bare_namespace: Bare) -> None:
    """A misspelt name does not become right by waiting."""
    reach = {**reaching(await bare_namespace()), "TEMPORAL_NAMESPACE": "nowhere"}
    ended = await program("worker.py", **reach)
    assert ended.code == 2
    assert "nowhere" in ended.err
    assert_one_line(ended)


async def test_a_broken_policy_keeps_no_worker_from_driving_what_is_open(
    bare_namespace: Bare, tmp_path: Path
) -> None:
    """Open incidents carry their own policies: it serves, and warns that none can begin."""
    client = await bare_namespace()
    policy = tmp_path / "policy.yaml"
    policy.write_text("severities: none\n")
    reach = {**reaching(client), "INCIDENT_POLICY_FILE": str(policy)}
    await program("starter.py", "setup", **reach)
    worker = await started("worker.py", **reach)
    lines = await until_ready(worker)
    worker.send_signal(signal.SIGTERM)
    await worker.communicate()
    assert worker.returncode == 0
    [said] = [line for line in lines if line["event"] == "policy.broken"]
    assert (said["level"], said["file"]) == ("error", str(policy))
    assert "keys and values are expected here" in said["error"]


async def test_lines_of_temporal_s_core_about_a_dead_server_are_json(tmp_path: Path) -> None:
    """Programs read the log as JSON, line by line: no colours, no other format."""
    server = EmbeddedServer(None, tmp_path / "server.log", port=free_port(), ui_port=free_port())
    client = await server.start()
    try:
        worker = await started("worker.py", **reaching(client))
        await until_ready(worker)
    finally:
        server.kill()
    assert worker.stderr
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in worker.stderr:
            if json.loads(line)["logger"] == "temporalio.core":
                break
    worker.send_signal(signal.SIGTERM)
    await worker.communicate()


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
