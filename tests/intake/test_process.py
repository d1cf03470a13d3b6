"""`python -m intake`, as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx2

from runtime.embedded import free_port
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]


async def test_the_intake_starts_while_temporal_is_away_and_stops_when_told_to(
    tmp_path: Path,
) -> None:
    """It lives, it is not ready, and it leaves in order."""
    port = free_port()
    environment = {
        **os.environ,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "INCIDENT_INTAKE_PORT": str(port),
        "INCIDENT_LOG_FILE": str(tmp_path / "intake.log"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "intake", cwd=ROOT, env=environment
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
        assert (answer.status_code, answer.json()["error"]) == (503, "TemporalNotReachable")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "intake.starts" in (tmp_path / "intake.log").read_text()


async def test_an_intake_that_cannot_listen_says_where_and_ends_with_1() -> None:
    """Not with a code that means something else in the documents."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "intake"),
            cwd=ROOT,
            env={**os.environ, "INCIDENT_INTAKE_PORT": str(port)},
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 1
    assert err.decode().splitlines()[-1] == f"intake: cannot listen on 127.0.0.1:{port}"
