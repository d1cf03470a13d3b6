"""The demonstration runs as for a newcomer: web server, workflows, console and a webhook."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import psutil

from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS


async def demo(state: Path) -> Process:
    """Starts the demonstration with a state directory of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "starter.py", "demo", "--state", state, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


async def test_the_demonstration_takes_an_incident_from_alert_to_closure(
    tmp_path: Path,
) -> None:
    """It exits 0 only if everything that it claims has happened."""
    process = await demo(tmp_path)
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    text = out.decode()
    assert process.returncode == 0, text + err.decode()
    assert "  NO " not in text
    assert text.count("  yes  ") == 5
    assert "Traceback" not in text + err.decode()
    for kind in ("page to bo (level 2)", "acknowledge breached", "review → closed"):
        assert kind in text


async def test_an_interrupted_demonstration_stops_what_it_started_and_nothing_else(
    tmp_path: Path,
) -> None:
    """Ctrl-C after the first page exits 130 and leaves no process."""
    process = await demo(tmp_path)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"page.sent" not in (line := await process.stdout.readline()):
            assert line, "the demonstration ended before its first page"
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130, (out + err).decode()
    assert "Traceback" not in (out + err).decode()
    assert len(children) >= 3
    gone, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert len(gone) == len(children)
