"""The embedded stack: three processes of our own that reach each other and nobody else."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from runtime.embedded.intake_token import kept_token
from runtime.embedded.server import free_port
from runtime.embedded.stack import Stack, StackFailed
from runtime.settings import ROOT, Settings, load_settings
from tests.patience import PATIENCE_SECONDS
from tests.runtime.conftest import started


def settings_of(state: Path) -> Settings:
    """The settings of a stack that keeps its state there."""
    return load_settings().changed(state_directory=state, web_port=free_port(), task_queue="stack")


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """A stack, not yet started."""
    made = Stack(settings_of(tmp_path))
    yield made
    await asyncio.to_thread(made.stop)


async def test_the_stack_starts_even_if_every_port_is_taken_and_temporal_is_set_elsewhere(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else runs here, and whatever cluster this login uses, the stack is separate."""
    broken = stack.settings.state_directory / "broken.toml"
    broken.write_text("no TOML [")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(broken))
    monkeypatch.setenv("TEMPORAL_API_KEY", "of-the-cloud")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cloud.example.org:7233")
    monkeypatch.setenv("INCIDENT_LOG_FILE", str(stack.settings.state_directory / "elsewhere.log"))
    with socket.create_server(("127.0.0.1", stack.settings.web_port)):
        client = await stack.start()
        assert stack.running
        assert stack.web_port != stack.settings.web_port
    assert await client.service_client.check_health()
    async with httpx2.AsyncClient() as http:
        ready = await http.get(f"{stack.web_url}/readyz")
    assert ready.status_code == httpx2.codes.OK
    assert [line.split()[:2] for line in stack.lines()] == [
        ["server", "up"],
        ["worker", "up"],
        ["web", "up"],
    ]


async def test_only_the_owner_can_read_the_state(stack: Stack) -> None:
    """Database, logs and configuration hold what people said, so the umask does not matter."""
    state = stack.settings.state_directory
    state.chmod(0o755)
    await stack.start()
    open_to_others = [p for p in (state, *state.rglob("*")) if p.stat().st_mode & 0o077]
    assert open_to_others == []
    assert (state / "temporal.db").exists()


async def test_the_web_server_of_a_stack_takes_nothing_without_the_token_that_is_kept(
    stack: Stack, tmp_path: Path
) -> None:
    """It is made once, and no other process of the stack gets it."""
    stack.settings.state_directory.joinpath("intake.token").write_text("")
    await stack.start()
    token = (tmp_path / "intake.token").read_text().strip()
    assert len(token) >= 32
    assert stack.web_headers == {"Authorization": f"Bearer {token}"}
    assert kept_token(tmp_path).get_secret_value() == token
    assert token not in str(stack.environment(stack.worker))
    async with httpx2.AsyncClient(base_url=stack.web_url) as http:
        assert (await http.post("/v1/incidents", json={})).status_code == 401
        answer = await http.post("/v1/incidents", json={}, headers=stack.web_headers)
        assert answer.status_code == 422


async def test_a_component_that_dies_is_shown_and_its_log_stays(stack: Stack) -> None:
    """It can start again, and adds to its log."""
    await stack.start()
    assert stack.worker.process
    before = stack.worker.said()
    stack.worker.process.kill()
    stack.worker.process.wait()
    assert not stack.running
    assert stack.worker.line().split()[:2] == ["worker", "DOWN"]
    [said] = stack.restart_dead()
    assert said.startswith("The worker has ended: ")
    assert stack.worker.line().split()[:2] == ["worker", "starts"]
    await stack.worker_ready()
    assert stack.worker.line().split()[:2] == ["worker", "up"]
    assert stack.running
    assert stack.worker.log.read_text().splitlines()[: len(before)] == before


async def test_everything_is_there_after_a_stop_and_a_start(stack: Stack, tmp_path: Path) -> None:
    """All state is in the state directory; processes come and go."""
    client = await stack.start()
    await client.start_workflow("Any", id="kept", task_queue="nobody")
    pids = [stack.server.pid, *(c.process.pid for c in (stack.worker, stack.web) if c.process)]
    await asyncio.to_thread(stack.stop)
    assert len(pids) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    again = Stack(settings_of(tmp_path))
    try:
        client = await again.start()
        assert (await client.get_workflow_handle("kept").describe()).run_id
    finally:
        await asyncio.to_thread(again.stop)


async def test_a_component_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    """The error has its last words, and the file with the rest."""
    unfit = {"INCIDENT_CACHED_WORKFLOWS": "1"}
    broken = Stack(settings_of(tmp_path), extra_environment=unfit)
    try:
        with pytest.raises(StackFailed, match=r"CACHED_WORKFLOWS") as failed:
            await broken.start()
        assert ".log" in str(failed.value)
    finally:
        await asyncio.to_thread(broken.stop)


async def test_state_that_cannot_be_kept_is_reported(stack: Stack) -> None:
    """The error says so, with the directory."""
    stack.settings.state_directory.joinpath("log").write_text("no directory")
    with pytest.raises(StackFailed, match="cannot keep state in"):
        await stack.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_dev_stays_up_until_it_is_told_to_stop_and_stops_everything(
    tmp_path: Path, number: signal.Signals
) -> None:
    """That is Ctrl-C in the terminal, or SIGTERM from a supervisor."""
    port = free_port()
    dev = await started(
        *("starter.py", "dev", "--state", str(tmp_path)),
        INCIDENT_WEB_PORT=str(free_port()),
        TEMPORAL_ADDRESS=f"localhost:{port}",
    )
    said = await until_said(dev, "Ctrl-C")
    assert any(line.split()[:3] == ["server", "up", f"127.0.0.1:{port}"] for line in said)
    children = psutil.Process(dev.pid).children(recursive=True)
    assert {line.split()[0] for line in said} >= {"server", "worker", "web", "policy"}
    [line] = [line for line in said if line.strip().startswith("curl ")]
    tried = await asyncio.create_subprocess_shell(
        f"{line.strip()} -s -o /dev/stderr -w '%{{http_code}}'",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert (await tried.communicate())[0] == b"202"
    kept = (tmp_path / "intake.token").read_text().strip()
    assert kept not in "".join(said)
    assert len(children) >= 3
    dev.send_signal(number)
    _, err = await dev.communicate()
    assert dev.returncode == 0
    assert err.decode() == ""
    assert not any(child.is_running() for child in children)


async def test_dev_that_is_interrupted_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C may come at any time. The output says that a server elsewhere is not used."""
    elsewhere = "temporal.example.com:7233"
    dev = await started("starter.py", "dev", "--state", str(tmp_path), TEMPORAL_ADDRESS=elsewhere)
    said = await until_said(dev, "Starting")
    assert any(line.startswith(f"TEMPORAL_ADDRESS={elsewhere} is not used") for line in said)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (children := psutil.Process(dev.pid).children(recursive=True)):
            await asyncio.sleep(0.01)
    dev.send_signal(signal.SIGINT)
    await dev.communicate()
    assert dev.returncode == 0
    assert not any(child.is_running() for child in children)


async def test_dev_that_is_killed_leaves_nothing_behind_and_can_be_started_again(
    tmp_path: Path,
) -> None:
    """Nothing hears SIGKILL, but what it started ends by itself, the server last."""
    line = ("starter.py", "dev", "--state", str(tmp_path))
    dev = await started(*line, INCIDENT_WEB_PORT=str(free_port()))
    children: list[psutil.Process] = []
    try:
        await until_said(dev, "Ctrl-C")
        children = psutil.Process(dev.pid).children(recursive=True)
        dev.kill()
        await dev.communicate()
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, PATIENCE_SECONDS)
        assert alive == []
    finally:
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    assert "worker.stopping" in (tmp_path / "log" / "worker.log").read_text()
    again = Stack(settings_of(tmp_path))
    try:
        await again.start()
    finally:
        await asyncio.to_thread(again.stop)


async def until_said(process: asyncio.subprocess.Process, words: str) -> list[str]:
    """The lines that a program prints up to the one with these words."""
    assert process.stdout
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.stdout:
            lines.append(line.decode())
            if words in lines[-1]:
                return lines
    raise AssertionError(lines)
