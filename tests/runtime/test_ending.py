"""A process that is asked to end does so, whatever its threads do."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STUCK = {
    "a thread that never ends": "await asyncio.to_thread(forever)",
    "an event loop that is stuck": "forever()",
}
PROGRAM = """
import asyncio, sys
from runtime.ending import on_signal, watch_event_loop

def ready():
    print("ready", flush=True)

def forever():
    ready()
    while True:
        pass

async def main():
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_signal(lambda: loop.call_soon_threadsafe(stop.set), at_the_latest={latest})
    {doing}

asyncio.run(main())
"""


def begun(doing: str, *, latest: float = 60) -> subprocess.Popen[bytes]:
    """A process that runs this code, once it has begun; told to end, it has so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(doing=doing, latest=latest)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


def ended(process: subprocess.Popen[bytes]) -> bytes:
    """Ask it to end and wait; returns its stderr. Nothing of it stays behind."""
    os.kill(process.pid, signal.SIGTERM)
    try:
        return process.communicate(timeout=60)[1]
    finally:
        process.kill()


@pytest.mark.parametrize("case", STUCK)
def test_a_process_that_never_ends_is_ended(case: str) -> None:
    """It ends after its grace period, with its last activity on stderr."""
    with begun(STUCK[case], latest=0.2) as process:
        said = ended(process)
    assert (process.returncode, b"forever" in said) == (1, True)


def test_a_process_that_ends_by_itself_is_left_alone() -> None:
    """In order, with code 0."""
    with begun("print('ready', flush=True); await stop.wait()") as process:
        said = ended(process)
    assert (process.returncode, said) == (0, b"")


def test_a_process_with_a_stuck_event_loop_is_ended_without_a_request() -> None:
    """Otherwise it takes work and does nothing of it, and no supervisor starts another."""
    held = "async with watch_event_loop(within=0.2): await asyncio.sleep(0); forever()"
    with begun(held) as process:
        said = process.communicate(timeout=60)[1]
    assert (process.returncode, b"forever" in said) == (1, True)


def test_a_process_with_a_running_event_loop_is_left_alone() -> None:
    """Until somebody asks it to end, and it ends in order."""
    turns = (
        "loop.call_later(2.5, ready)\n    async with watch_event_loop(within=2): await stop.wait()"
    )
    with begun(turns) as process:
        said = ended(process)
    assert (process.returncode, said) == (0, b"")
