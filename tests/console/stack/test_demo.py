"""The demonstration, as a newcomer runs it: web server, workflows, console and a webhook."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import psutil

from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS


async def demo(state: Path) -> Process:
    """Start it, with a state of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "starter.py", "demo", "--state", state, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


async def test_one_incident_goes_from_alert_to_closure_and_every_claim_about_it_holds(
    tmp_path: Path,
) -> None:
    """Exit code 0 says that what was shown is what happened."""
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


async def test_interrupted_in_the_middle_it_stops_what_it_started_and_nothing_else(
    tmp_path: Path,
) -> None:
    """Ctrl-C once the first page is out: exit code 130, no process left."""
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
