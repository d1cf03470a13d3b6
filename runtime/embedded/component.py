"""One process of the embedded stack: starts, watches and stops it, with its output in a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from connectors.private_files import UMASK, open_private, private_folder
from runtime.settings import ROOT

READY = "worker.ready"
"""The event that a worker logs once it takes work."""

UP, DOWN = "up", "DOWN"
STOP_TIMEOUT_SECONDS = 10.0
WORDS = 500
LAST_LINES = 4
_MOST_SAID = 16 * 1024 * 1024
LONGEST_PAUSE_SECONDS = 60.0
"""A process that ends before it was up is started again after 1, 2, 4 ... at most 60 seconds."""


def end(process: subprocess.Popen[bytes] | None) -> None:
    """End a process and the group that it leads; by force after ten seconds."""
    if process is None or process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(slots=True)
class StackComponent:
    """A Python process of our own. `where` tells people where to find it.

    Its output is added to `log`, after that of earlier runs. It is `ready` once somebody saw it
    serve, until it ends.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    where: str = ""
    process: subprocess.Popen[bytes] | None = None
    ready: bool = field(default=False, init=False)
    _began: int = field(default=0, init=False)
    _noticed: bool = field(default=False, init=False)
    _failed_starts: int = field(default=0, init=False)
    _again_at: float = field(default=0.0, init=False)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, or start it again, with exactly this environment."""
        private_folder(self.log.parent)
        self.ready = self._noticed = False
        with open_private(self.log, "ab") as log:
            self._began = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=dict(environment),
                umask=UMASK,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Stop it gracefully."""
        end(self.process)

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self.process is not None and self.process.poll() is None

    def said(self) -> list[str]:
        """The lines that it wrote since its start; of very many, the last."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(max(self._began, log.seek(0, os.SEEK_END) - _MOST_SAID))
            return log.read(_MOST_SAID).decode(errors="replace").removesuffix("\n").split("\n")

    def logged(self, event: str) -> bool:
        """Whether it logged this event since its start."""
        return any(_entry(line).get("event") == event for line in self.said())

    def why_it_ended(self, now: float) -> str | None:
        """Why it ended, once for each end; None while it runs. `now` is in seconds.

        This also sets when to start it again: at once if it had been up.
        """
        if self.running or self._noticed:
            return None
        self._noticed = True
        self._failed_starts = 0 if self.ready else self._failed_starts + 1
        pause = min(2.0 ** (self._failed_starts - 1), LONGEST_PAUSE_SECONDS)
        pause = pause if self._failed_starts else 0.0
        self._again_at = now + pause
        again = f"in {pause:g} s" if pause else "now"
        return f"{self._reason()} (it is started again {again}; log: {self.log})"

    def _reason(self) -> str:
        code = self.process.poll() if self.process else None
        if code is not None and code <= 0:
            return f"killed by {signal.Signals(-code).name}" if code else "somebody stopped it"
        return self.last_words()

    def is_due(self, now: float) -> bool:
        """Whether it has ended and should start again now. `now` is in seconds."""
        return self._noticed and now >= self._again_at

    def last_words(self) -> str:
        """The last lines that it wrote, to show why it ended."""
        lines = [line.strip() for line in self.said() if line.strip()]
        prefix = f"{self.name}: "
        plain = list(takewhile(lambda line: line.startswith(prefix), reversed(lines)))[::-1]
        if plain:
            return "; ".join(line.removeprefix(prefix) for line in plain[:LAST_LINES])[:WORDS]
        return _in_words(lines[-1])[:WORDS] if lines else "it wrote nothing"

    def line(self) -> str:
        """Its status in one line."""
        status = UP if self.ready else "starts"
        return status_line(self.name, self.where, self.log, status if self.running else DOWN)


def status_line(name: str, where: str, log: Path, status: str) -> str:
    """One line that shows a component of the stack."""
    shown = log.relative_to(Path.cwd()) if log.is_relative_to(Path.cwd()) else log
    return f"{name:8} {status:6} {where:46} log {shown}"


def _in_words(line: str) -> str:
    """A log line as people read it; of a traceback, only the last line."""
    entry = _entry(line)
    said = (str(entry[key]) for key in ("event", "error", "exception") if entry.get(key))
    return ": ".join(words.strip().splitlines()[-1] for words in said if words.strip()) or line


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
