"""`python -m web`, as a process of its own."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import httpx2
import pytest

from runtime.embedded.server import free_port
from runtime.settings import SettingsBroken, load_settings
from tests.patience import PATIENCE_SECONDS
from web.__main__ import refuse_to_be_open

ROOT = Path(__file__).parents[2]


async def test_the_web_server_starts_while_temporal_is_away_and_stops_when_told_to(
    tmp_path: Path,
) -> None:
    """It is alive but not ready, and stops gracefully. A client that goes away is one log line."""
    port = free_port()
    environment = {
        **os.environ,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "INCIDENT_WEB_PORT": str(port),
        "INCIDENT_LOG_FILE": str(tmp_path / "web.log"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web", cwd=ROOT, env=environment
    )
    try:
        async with (
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            while process.returncode is None:
                try:
                    assert (await http.get("/healthz")).status_code == 200
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.05)
            answer = await http.get("/readyz")
            await leave_while_speaking(port)
            assert (await http.get("/healthz")).status_code == 200
        assert (answer.status_code, answer.json()["error"]) == (503, "TemporalNotReachable")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = [json.loads(line) for line in (tmp_path / "web.log").read_text().splitlines()]
    assert "web.starts" in [line["event"] for line in lines]
    [gone] = [line for line in lines if line["event"] == "request.abandoned"]
    assert gone["level"] == "info"
    assert not [line for line in lines if "exception" in line]


async def leave_while_speaking(port: int) -> None:
    """A client that goes away in the middle of its request."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/incidents HTTP/1.1\r\nHost: localhost\r\n")
    writer.write(b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_a_web_server_that_cannot_listen_says_where_and_ends_with_1() -> None:
    """No other code: these mean something else in the documents."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "web"),
            cwd=ROOT,
            env={**os.environ, "INCIDENT_WEB_PORT": str(port)},
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 1
    assert err.decode().splitlines()[-1] == f"web: cannot listen on 127.0.0.1:{port}"


async def test_it_does_not_listen_beyond_this_machine_with_a_token_that_others_can_guess() -> None:
    """It says what to do and ends with 2."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "web"),
        cwd=ROOT,
        env={**os.environ, "INCIDENT_WEB_HOST": "::", "INCIDENT_INTAKE_TOKEN": "short"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert process.returncode == 2
    [line] = err.decode().splitlines()
    assert line.startswith("web: INCIDENT_INTAKE_TOKEN: ")
    assert "set a token that nobody can guess" in line


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("INCIDENT_WEB_HOST", "::"),
        ("INCIDENT_WEB_PROXIES", "1"),
        ("INCIDENT_PUBLIC_URL", "https://incidents.example.org"),
    ],
)
def test_a_proxy_and_a_public_address_lead_beyond_this_machine_too(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    """Whether others reach it directly or through a proxy, it refuses such a token."""
    monkeypatch.setenv("INCIDENT_INTAKE_TOKEN", "short")
    refuse_to_be_open(load_settings())
    monkeypatch.setenv(setting, value)
    load_settings.cache_clear()
    with pytest.raises(SettingsBroken, match="set a token that nobody can guess"):
        refuse_to_be_open(load_settings())


STUCK = """
import asyncio, sys
import web.__main__ as web

def stuck(*_, **__):
    asyncio.get_running_loop().call_soon(forever)
    return built(*_, **__)

def forever():
    print("stuck", flush=True)
    while True:
        pass

built, web.create_app, web.HARD_END_SECONDS = web.create_app, stuck, 0.2
sys.exit(web.main())
"""


async def test_a_web_server_whose_event_loop_is_stuck_is_ended() -> None:
    """It ends after its grace period, with its last activity on stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STUCK),
        cwd=ROOT,
        env={**os.environ, "INCIDENT_WEB_PORT": str(free_port())},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        line = b"begun"
        while line not in {b"stuck\n", b""}:
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 1
    assert b"forever" in err
