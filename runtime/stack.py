"""The embedded stack: server, worker and intake as processes of our own, logs in files."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from temporalio.client import Client

from runtime.embedded import STOP_TIMEOUT_SECONDS, EmbeddedServer, free_port
from runtime.settings import ROOT, Settings

UP_TIMEOUT_SECONDS = 40.0


class StackFailed(Exception):  # noqa: N818 - says what is
    """A component did not come up; the message says which, and where its log is."""


@dataclass(slots=True)
class Component:
    """One process of the stack."""

    name: str
    where: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def line(self) -> str:
        """Its status, in one line."""
        return f"{self.name:8} {'up' if self.running else 'DOWN':5} {self.where:44} log {self.log}"


@dataclass(slots=True)
class Stack:
    """Starts the three components, and stops only what it started."""

    settings: Settings
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    server: EmbeddedServer = field(init=False)
    worker: Component = field(init=False)
    intake: Component = field(init=False)
    intake_port: int = field(init=False)

    def __post_init__(self) -> None:
        state = self.settings.state_directory
        self.server = EmbeddedServer(state / "temporal.db", state / "log" / "server.log")
        self.worker = Component("worker", "", state / "log" / "worker.log")
        self.intake = Component("intake", "", state / "log" / "intake.log")

    @property
    def intake_url(self) -> str:
        """Where alerts and reports go."""
        return f"http://{self.settings.intake_host}:{self.intake_port}"

    async def start(self) -> Client:
        """Start everything, in order. Raises StackFailed or EmbeddedServerFailed."""
        client = await self.server.start()
        self.intake_port = free_port(self.settings.intake_port)
        self.worker.where = f"task queue {self.settings.task_queue}"
        self.intake.where = self.intake_url
        self.start_worker()
        self._spawn(self.intake, "-m", "intake")
        await self._until(self.intake, self._intake_answers)
        await self._until(self.worker, self._worker_ready)
        return client

    def start_worker(self) -> None:
        """Start the worker, or start it again."""
        self._spawn(self.worker, "worker.py")

    async def worker_ready(self) -> None:
        """Wait until the worker takes work. Raises StackFailed."""
        await self._until(self.worker, self._worker_ready)

    def environment(self) -> dict[str, str]:
        """What a process needs to talk to this stack."""
        return {
            **os.environ,
            **self.extra_environment,
            "TEMPORAL_ADDRESS": self.server.address,
            "TEMPORAL_NAMESPACE": "default",
            "INCIDENT_STATE_DIRECTORY": str(self.settings.state_directory),
            "INCIDENT_POLICY_FILE": str(self.settings.policy_file),
            "INCIDENT_TASK_QUEUE": self.settings.task_queue,
            "INCIDENT_INTAKE_PORT": str(self.intake_port),
        }

    def _spawn(self, component: Component, *arguments: str) -> None:
        component.log.parent.mkdir(parents=True, exist_ok=True)
        component.log.write_bytes(b"")
        with component.log.open("ab") as log:
            component.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def _until(self, component: Component, ready: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(UP_TIMEOUT_SECONDS):
                while not await ready():
                    if not component.running:
                        last = component.log.read_text(errors="replace").strip().splitlines()
                        said = last[-1][:300] if last else "it said nothing"
                        raise StackFailed(f"the {component.name} ended: {said}")
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StackFailed(
                f"the {component.name} did not come up; see {component.log}"
            ) from None

    async def _worker_ready(self) -> bool:
        for line in self.worker.log.read_text(errors="replace").splitlines():
            try:
                if json.loads(line).get("event") == "worker.ready":
                    return True
            except (ValueError, AttributeError):
                continue
        return False

    async def _intake_answers(self) -> bool:
        try:
            async with httpx2.AsyncClient() as client:
                answer = await client.get(f"{self.intake_url}/healthz", timeout=1.0)
        except httpx2.HTTPError:
            return False
        return bool(answer.status_code == httpx2.codes.OK)

    def lines(self) -> tuple[str, ...]:
        """One status line a component."""
        up = "up" if self.server.running else "DOWN"
        server = f"server   {up:5} {self.server.address}  UI {self.server.ui:20}"
        return (
            f"{server} log {self.server.log}",
            self.worker.line(),
            self.intake.line(),
        )

    @property
    def running(self) -> bool:
        """Whether every component lives."""
        return self.server.running and self.worker.running and self.intake.running

    def stop(self) -> None:
        """End what was started, the server last."""
        for component in (self.intake, self.worker):
            _end(component.process)
        self.server.stop()


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
