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
from runtime.ending import on_signal

def forever():
    print("ready", flush=True)
    while True:
        pass

async def main():
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_signal(lambda: loop.call_soon_threadsafe(stop.set), at_the_latest=0.2)
    {}

asyncio.run(main())
"""


def begun(doing: str) -> subprocess.Popen[bytes]:
    """A process that runs this code, once it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(doing)],
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
def test_what_never_ends_is_ended(case: str) -> None:
    """It ends after its grace period, with its last activity on stderr."""
    with begun(STUCK[case]) as process:
        said = ended(process)
    assert (process.returncode, b"forever" in said) == (1, True)


def test_what_ends_by_itself_is_left_alone() -> None:
    """In order, with code 0."""
    with begun("print('ready', flush=True); await stop.wait()") as process:
        said = ended(process)
    assert (process.returncode, said) == (0, b"")
