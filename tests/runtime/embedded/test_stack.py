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
from temporalio.client import Client

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


@pytest.fixture(scope="module")
async def kept() -> AsyncIterator[list[Stack]]:
    """The stack that the tests of this module share, once one of them has started it."""
    stacks: list[Stack] = []
    yield stacks
    for each in stacks:
        await asyncio.to_thread(each.stop)


@pytest.fixture
async def running(
    kept: list[Stack], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Stack:
    """A running stack. It was started in the worst surroundings.

    Temporal is set elsewhere and wrongly, the web server's port is taken, others can read the
    state directory, and the file of the token is empty.
    """
    if not kept:
        state = tmp_path_factory.mktemp("state")
        state.chmod(0o755)
        (state / "intake.token").write_text("")
        (state / "broken.toml").write_text("no TOML [")
        (state / "broken.toml").chmod(0o600)
        monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(state / "broken.toml"))
        monkeypatch.setenv("TEMPORAL_API_KEY", "of-the-cloud")
        monkeypatch.setenv("TEMPORAL_ADDRESS", "cloud.example.org:7233")
        monkeypatch.setenv("INCIDENT_LOG_FILE", str(state / "elsewhere.log"))
        made = Stack(settings_of(state))
        kept.append(made)
        with socket.create_server(("127.0.0.1", made.settings.web_port)):
            await made.start()
    return kept[0]


async def test_the_stack_starts_even_if_every_port_is_taken_and_temporal_is_set_elsewhere(
    running: Stack,
) -> None:
    """Whatever else runs here, and whatever cluster this login uses, the stack is separate."""
    assert running.running
    assert running.web_port != running.settings.web_port
    client = await Client.connect(running.server.address)
    assert await client.service_client.check_health()
    async with httpx2.AsyncClient() as http:
        ready = await http.get(f"{running.web_url}/readyz")
    assert ready.status_code == httpx2.codes.OK
    assert [line.split()[:2] for line in running.lines()] == [
        ["server", "up"],
        ["worker", "up"],
        ["web", "up"],
    ]


async def test_only_the_owner_can_read_the_state(running: Stack) -> None:
    """Database, logs and configuration hold what people said, so the umask does not matter."""
    state = running.settings.state_directory
    open_to_others = [p for p in (state, *state.rglob("*")) if p.stat().st_mode & 0o077]
    assert open_to_others == []
    assert (state / "temporal.db").exists()


async def test_the_web_server_of_a_stack_takes_nothing_without_the_token_that_is_kept(
    running: Stack,
) -> None:
    """It is made once, and no other process of the stack gets it."""
    state = running.settings.state_directory
    token = (state / "intake.token").read_text().strip()
    assert len(token) >= 32
    assert running.web_headers == {"Authorization": f"Bearer {token}"}
    assert kept_token(state).get_secret_value() == token
    assert token not in str(running.environment(running.worker))
    async with httpx2.AsyncClient(base_url=running.web_url) as http:
        assert (await http.post("/v1/incidents", json={})).status_code == 401
        answer = await http.post("/v1/incidents", json={}, headers=running.web_headers)
        assert answer.status_code == 422


async def test_a_component_that_dies_is_shown_and_its_log_stays(running: Stack) -> None:
    """It can start again, and adds to its log."""
    assert running.worker.process
    before = running.worker.said()
    running.worker.process.kill()
    running.worker.process.wait()
    assert not running.running
    assert running.worker.line().split()[:2] == ["worker", "DOWN"]
    [said] = running.restart_dead()
    assert said.startswith("The worker has ended: ")
    assert running.worker.line().split()[:2] == ["worker", "starts"]
    await running.worker_ready()
    assert running.worker.line().split()[:2] == ["worker", "up"]
    assert running.running
    assert running.worker.log.read_text().splitlines()[: len(before)] == before


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


async def test_dev_stays_up_until_it_is_told_to_stop_and_stops_everything(tmp_path: Path) -> None:
    """A supervisor sends SIGTERM; `tests/console/stack/test_dev.py` presses Ctrl-C."""
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
    dev.send_signal(signal.SIGTERM)
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
    """Nothing hears SIGKILL, but what it started ends by itself, the server last.

    All state is in the state directory, so everything is there after a new start. Processes come
    and go: a stop in order leaves none either.
    """
    line = ("starter.py", "dev", "--state", str(tmp_path))
    dev = await started(*line, INCIDENT_WEB_PORT=str(free_port()))
    children: list[psutil.Process] = []
    try:
        said = await until_said(dev, "Ctrl-C")
        [address] = [line.split()[2] for line in said if line.split()[:2] == ["server", "up"]]
        client = await Client.connect(address)
        await client.start_workflow("Any", id="kept", task_queue="nobody")
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
        client = await again.start()
        assert (await client.get_workflow_handle("kept").describe()).run_id
        pids = [again.server.pid, *(c.process.pid for c in (again.worker, again.web) if c.process)]
    finally:
        await asyncio.to_thread(again.stop)
    assert len(pids) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)


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
