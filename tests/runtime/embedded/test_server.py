"""The real embedded server: on a file, beside whatever else runs, and gone after its stop."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import psutil
import pytest

from runtime.embedded import server as embedded_module
from runtime.embedded.server import EmbeddedServer, EmbeddedServerFailed, free_port
from runtime.search_attributes import missing, retention
from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server on a file, not yet started."""
    made = EmbeddedServer(
        tmp_path / "kept" / "temporal.db", tmp_path / "log" / "server.log", free_port(), free_port()
    )
    yield made
    made.stop()


async def test_a_killed_server_comes_back_with_every_workflow(embedded: EmbeddedServer) -> None:
    """What was acknowledged before the crash is on the file, at the same address."""
    client = await embedded.start()
    address = embedded.address
    for number in range(3):
        await client.start_workflow("Any", id=f"kept-{number}", task_queue="nobody")
    embedded.kill()
    assert not embedded.running
    client = await embedded.start()
    assert embedded.address == address
    for number in range(3):
        assert (await client.get_workflow_handle(f"kept-{number}").describe()).run_id


async def test_no_foreign_configuration_reaches_the_server(
    embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a file of this login, nor a variable, nor a mistake in its own file reaches it."""
    of_the_login = tmp_path / "home" / ".config" / "temporalio"
    of_the_login.mkdir(parents=True)
    for file in (of_the_login / "temporal.toml", of_the_login / "temporal.yaml"):
        file.write_text("neither [ TOML nor YAML")
        monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TEMPORAL_PROFILE", "of-the-cloud")
    embedded.configuration.parent.mkdir()
    embedded.configuration.write_text("neither [ TOML nor YAML")
    client = await embedded.start()
    assert await client.service_client.check_health()
    assert embedded.configuration.parent == tmp_path / "kept"


async def test_its_ui_answers_to_its_own_names_alone(embedded: EmbeddedServer) -> None:
    """A page of a foreign name that resolves here reads no incident and ends none."""
    await embedded.start()
    async with httpx2.AsyncClient(base_url=embedded.ui, trust_env=False) as http:
        for host in (f"localhost:{embedded.ui_port}", f"127.0.0.1:{embedded.ui_port}"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                # While it comes up, the UI itself does not yet reach the server behind it.
                while not (await http.get("/api/v1/namespaces", headers={"Host": host})).is_success:
                    await asyncio.sleep(0.05)
    for host in ("evil.example", f"evil.example:{embedded.ui_port}"):
        assert not await lists_namespaces(embedded.ui, host)
    assert embedded.pid
    listening = {
        (c.laddr.ip, c.laddr.port)
        for c in psutil.Process(embedded.pid).net_connections("tcp")
        if c.status == psutil.CONN_LISTEN
    }
    for address, port in listening:
        if address == "127.0.0.1" and port != embedded.port:
            assert not await lists_namespaces(f"http://{address}:{port}", "evil.example")


async def lists_namespaces(url: str, host: str) -> bool:
    """Whether Temporal answers a page of that name."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        try:
            answer = await http.get(f"{url}/api/v1/namespaces", headers={"Host": host}, timeout=5)
        except httpx2.HTTPError:
            return False
    return answer.is_success


async def test_it_comes_up_fit_for_the_engine(embedded: EmbeddedServer) -> None:
    """It has our search attributes, and keeps histories longer than any review takes."""
    client = await embedded.start()
    assert await missing(client) == ()
    assert await retention(client) >= timedelta(days=90)


async def test_it_takes_other_ports_if_the_usual_ones_are_taken(
    embedded: EmbeddedServer,
) -> None:
    """Another Temporal server may run here; it is left alone."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        embedded.port = one.getsockname()[1]
        embedded.ui_port = other.getsockname()[1]
        await embedded.start()
        assert embedded.port != one.getsockname()[1]
        assert embedded.ui_port != other.getsockname()[1]
        assert await answers(embedded.ui_port)


@pytest.mark.parametrize("taken", ["port", "ui_port"])
async def test_a_port_that_is_taken_after_it_was_looked_at_is_replaced(
    embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """Somebody else may take it first; then the server tries another one."""
    with socket.create_server(("127.0.0.1", 0)) as fast:
        port = fast.getsockname()[1]
        monkeypatch.setattr(embedded, taken, port)
        looked_at = iter([embedded.port, embedded.ui_port])
        monkeypatch.setattr(embedded_module, "ANSWER_TIMEOUT_SECONDS", 1.0)
        monkeypatch.setattr(
            embedded_module,
            "free_port",
            lambda wish, *host: next(looked_at, None) or free_port(wish, *host),
        )
        await embedded.start()
        assert getattr(embedded, taken) != port


async def test_no_second_server_opens_the_same_file(
    embedded: EmbeddedServer, tmp_path: Path
) -> None:
    """Two would ruin it. The refusal names the process that has it."""
    await embedded.start()
    second = EmbeddedServer(embedded.database, tmp_path / "second.log", free_port(), free_port())
    with pytest.raises(EmbeddedServerFailed, match=f"in use by .* process id {embedded.pid}"):
        await second.start()
    assert not second.running
    embedded.stop()
    await second.start()
    second.stop()


async def test_a_server_that_outlived_its_parent_still_guards_its_file(
    embedded: EmbeddedServer, tmp_path: Path
) -> None:
    """Its parent was killed; the process id says what holds the file."""
    assert embedded.database
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(embedded.database), str(tmp_path / "orphan.log"),
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout
    orphan = psutil.Process(int(await parent.stdout.readline()))
    try:
        parent.kill()
        await parent.wait()
        with pytest.raises(EmbeddedServerFailed, match=f"process id {orphan.pid}"):
            await embedded.start()
    finally:
        orphan.kill()
        orphan.wait()


async def test_stopping_leaves_no_process_behind(embedded: EmbeddedServer) -> None:
    """This holds even if somebody asks twice."""
    await embedded.start()
    assert embedded.pid
    process = psutil.Process(embedded.pid)
    embedded.stop()
    embedded.stop()
    assert not process.is_running()
    assert not await answers(embedded.port)


async def test_it_is_in_a_session_of_its_own(embedded: EmbeddedServer) -> None:
    """Ctrl-C reaches only the process that started it, which stops it last."""
    await embedded.start()
    assert embedded.pid
    assert os.getsid(embedded.pid) == embedded.pid


async def test_a_server_that_cannot_start_says_where_its_log_is(tmp_path: Path) -> None:
    """Nothing of it stays behind."""
    database = tmp_path / "temporal.db"
    database.write_text("this is no database, and it is longer than the header of one" * 50)
    broken = EmbeddedServer(database, tmp_path / "server.log", free_port(), free_port())
    with pytest.raises(EmbeddedServerFailed, match=r"server\.log"):
        await broken.start()
    assert not broken.running
    assert (tmp_path / "server.log").read_text()


async def test_giving_up_while_it_starts_leaves_nothing_running(embedded: EmbeddedServer) -> None:
    """Ctrl-C may come at any time."""
    starting = asyncio.create_task(embedded.start())
    while embedded.pid is None:
        await asyncio.sleep(0)
    process = psutil.Process(embedded.pid)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not process.is_running()


async def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


PARENT = """
import asyncio, sys
from pathlib import Path
from runtime.embedded.server import EmbeddedServer, free_port

async def main():
    server = EmbeddedServer(Path(sys.argv[1]), Path(sys.argv[2]), free_port(), free_port())
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""
