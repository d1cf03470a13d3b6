"""One process of the embedded stack: started, watched and stopped, its output in a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.settings import ROOT

READY = "worker.ready"
"""The event that a worker logs once it takes work."""

STOP_TIMEOUT_SECONDS = 10.0
WORDS = 300


def end(process: subprocess.Popen[bytes] | None) -> None:
    """End a process that leads a group of its own, and the group; by force after ten seconds."""
    if process is None or process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(slots=True)
class Component:
    """A Python process of our own. `where` says to people where it is to be found.

    What it writes is added to `log`; what earlier runs wrote there stays.
    """

    name: str
    arguments: Sequence[str]
    log: Path
    where: str = ""
    process: subprocess.Popen[bytes] | None = None
    _began: int = field(default=0, init=False)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, or start it again, with exactly this environment."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._began = log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it in order."""
        end(self.process)

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def said(self) -> list[str]:
        """The lines that it wrote since it was started."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(self._began)
            return log.read().decode(errors="replace").splitlines()

    def logged(self, event: str) -> bool:
        """Whether it logged this event since it was started."""
        return any(_event(line) == event for line in self.said())

    def last_words(self) -> str:
        """The last line that it wrote, for people who ask why it ended."""
        lines = [line for line in self.said() if line.strip()]
        return lines[-1].strip()[:WORDS] if lines else "it said nothing"

    def line(self) -> str:
        """Its status, in one line."""
        return status_line(self.name, self.where, self.log, up=self.running)


def status_line(name: str, where: str, log: Path, *, up: bool) -> str:
    """How each component of the stack is shown."""
    shown = log.relative_to(Path.cwd()) if log.is_relative_to(Path.cwd()) else log
    return f"{name:8} {'up' if up else 'DOWN':5} {where:46} log {shown}"


def _event(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry.get("event") if isinstance(entry, dict) else None
