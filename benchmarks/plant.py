"""Runs server, engine (worker and web server) and bare worker as processes."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client

from benchmarks.sink import Sink
from runtime.embedded.server import free_port
from runtime.embedded.stack import Stack
from runtime.settings import ROOT, Settings

POLICY = ROOT / "benchmarks" / "policy.yaml"
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Without compiled files on disk, the sandbox would compile what it loads for each run anew."""
CALM_CPU = 0.03
CALM_SECONDS = 0.5
CALM_PATIENCE = 60


@dataclass(slots=True)
class Plant:
    """Everything to measure, on one server."""

    folder: Path
    sink: Sink = field(default_factory=Sink)
    stack: Stack = field(init=False)
    client: Client = field(init=False)
    _url: str = field(default="", init=False)
    _bare: subprocess.Popen[bytes] | None = field(default=None, init=False)

    async def prepare(self) -> None:
        """Set up what to start, and start the sink."""
        url = self._url = await self.sink.start()
        settings = Settings(
            state_directory=self.folder,
            documents=self.folder / "documents",
            policy_file=POLICY,
            log_level="warning",
            web_port=free_port(),
        )
        self.stack = Stack(
            settings,
            extra_environment={
                "INCIDENT_CHANNELS__PAGER__URL": url,
                "INCIDENT_LOG_LEVEL": "info",
                **AS_INSTALLED,
            },
        )
        self.stack.server.port, self.stack.server.ui_port = free_port(), free_port()

    async def start(self) -> None:
        """Start everything. Call `stop` even if this raised."""
        self.client = await self.stack.start()
        self._bare = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program, started once
            [sys.executable, "-m", "benchmarks.bare", self._url],
            cwd=ROOT,
            env={
                **os.environ,
                **AS_INSTALLED,
                "TEMPORAL_ADDRESS": self.stack.server.address,
            },
        )

    def stop(self) -> None:
        """End everything that was started."""
        if self._bare:
            self._bare.kill()
            self._bare.wait()
        self.stack.stop()

    async def calm(self) -> None:
        """Wait until nothing of the last measurement is still at work."""
        for _ in range(CALM_PATIENCE):
            before = sum(self.cpu().values())
            await asyncio.sleep(CALM_SECONDS)
            if sum(self.cpu().values()) - before <= CALM_CPU:
                return

    def cpu(self) -> dict[str, float]:
        """CPU seconds that each process has used."""
        worker, web = self.stack.worker.process, self.stack.web.process
        pids = {
            "server": self.stack.server.pid,
            "worker": worker.pid if worker else None,
            "web": web.pid if web else None,
            "bare worker": self._bare.pid if self._bare else None,
        }
        return {name: _seconds(pid) for name, pid in pids.items() if pid}


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@asynccontextmanager
async def planted() -> AsyncIterator[Plant]:
    """A plant that runs in a folder of its own; both end with the measurement, also on SIGTERM."""
    measuring = asyncio.current_task()
    if measuring:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, measuring.cancel)
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant(Path(folder))
        await plant.prepare()
        try:
            await plant.start()
            yield plant
        finally:
            plant.stop()


def run(measurement: Coroutine[Any, Any, None]) -> None:
    """Run a measurement until it ends or somebody stops it."""
    try:
        asyncio.run(measurement)
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("stopped")
    finally:
        time.sleep(0.05)
