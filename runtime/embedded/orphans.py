"""Ends what a stack started after the stack itself is gone, however it died.

This file is also a program. It reads a pipe whose other end the stack holds, so the pipe closes
when the stack ends, even by SIGKILL. Each line in the pipe names the processes that run now. The
program imports nothing of ours, so that it starts quickly.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

STOP_TIMEOUT_SECONDS = 10.0
POLL_SECONDS = 0.05


class OrphanWatch:
    """The stack's end of the pipe. A process that does not stop in time is killed."""

    def __init__(self, stop_timeout_seconds: float = STOP_TIMEOUT_SECONDS) -> None:
        self._stop_timeout_seconds = stop_timeout_seconds
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the watch, if one runs."""
        return self._process.pid if self._process else None

    def watch(self, pids: Iterable[int | None]) -> None:
        """Name the processes that run now, each with its own group, in the order to end them."""
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", __file__, str(self._stop_timeout_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._say(" ".join(str(pid) for pid in pids if pid))

    def stop(self) -> None:
        """End the watch: everything was stopped in order."""
        if self._process is None:
            return
        self._say("")
        self._close()
        self._process.wait()
        self._process = None

    def _say(self, line: str) -> None:
        if self._process and self._process.stdin:
            # If somebody killed the watch, the stack goes on without it.
            with suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def _close(self) -> None:
        if self._process and self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()


def _signalled(pid: int, number: int) -> bool:
    """Send a signal to the group of `pid`; False if there is no such group any more."""
    try:
        os.killpg(pid, number)
    except (
        ProcessLookupError,
        PermissionError,
    ):  # the latter for the dead, on macOS
        return False
    return True


def _end(pid: int, within_seconds: float) -> None:
    """End a process and its group, by force if need be."""
    _signalled(pid, signal.SIGTERM)
    deadline = time.monotonic() + within_seconds
    while _signalled(pid, 0):
        if time.monotonic() > deadline:
            _signalled(pid, signal.SIGKILL)
            return
        time.sleep(POLL_SECONDS)


def main() -> None:
    """Wait until the stack is gone, then end the processes that it left running."""
    running: list[int] = []
    for line in sys.stdin:
        running = [int(pid) for pid in line.split()]
    for pid in running:
        _end(pid, float(sys.argv[1]))


if __name__ == "__main__":
    main()
