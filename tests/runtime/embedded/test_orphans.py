"""What a stack started ends with it, however it ends."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from runtime.embedded.orphans import OrphanWatch
from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS

Sleeper = subprocess.Popen[bytes]
KILLED = """
import os, signal, sys
from runtime.embedded.orphans import OrphanWatch
watch = OrphanWatch(stop_timeout_seconds=0.2)
for pids in sys.argv[1:]:
    watch.watch([int(pid) for pid in pids.split(",")])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def sleepers() -> Iterator[list[Sleeper]]:
    """Three processes, each with its own group; the last one ignores a request to end."""
    asleep = "import time; time.sleep(600)"
    deaf = (
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); {asleep}"
    )
    made = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
        )
        for code in (asleep, asleep, deaf)
    ]
    assert made[2].stdout
    made[2].stdout.readline()
    yield made
    for process in made:
        process.kill()
        process.communicate()


def killed(*told: str) -> None:
    """A stack names its processes, one list after the other, and is killed."""
    done = subprocess.run([sys.executable, "-c", KILLED, *told], cwd=ROOT, check=False)
    assert done.returncode < 0


def test_only_processes_that_ran_at_the_kill_are_ended(sleepers: list[Sleeper]) -> None:
    """The newest list counts: a replaced process id may belong to somebody else by now."""
    first, second, _ = sleepers
    killed(f"{first.pid},{second.pid}", f"{second.pid}")
    second.wait(PATIENCE_SECONDS)
    assert first.poll() is None


def test_a_process_that_does_not_end_on_request_is_killed(sleepers: list[Sleeper]) -> None:
    """It skips what is gone already."""
    first, _, deaf = sleepers
    first.kill()
    first.wait()
    killed(f"{first.pid},{deaf.pid}")
    deaf.wait(PATIENCE_SECONDS)


def test_nothing_is_ended_after_an_orderly_stop(sleepers: list[Sleeper]) -> None:
    """The watch has ended before `stop` returns, and can start again."""
    watch = OrphanWatch()
    watch.stop()
    for _ in range(2):
        watch.watch([None, sleepers[0].pid])
        watch.stop()
    assert sleepers[0].poll() is None


def test_a_watch_that_was_killed_is_begun_again(sleepers: list[Sleeper]) -> None:
    """Somebody killed the watch, so the next list starts a new one."""
    watch = OrphanWatch()
    watch.watch([sleepers[0].pid])
    before = watch.pid
    subprocess.run(["kill", "-9", str(before)], check=True)
    while watch.pid == before:
        watch.watch([sleepers[0].pid])
    watch.stop()
    assert sleepers[0].poll() is None
