"""A plant to break: a real server with a file, a worker process of its own, a real webhook."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError

from models.answers.view import ASK_AGAIN
from models.compiled import Audience, CompiledPolicy, EscalationPolicy, Level
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.incident.record import Incident
from runtime.embedded.server import EmbeddedServer, free_port
from runtime.settings import ROOT
from tests.fakes.webhook_sink import WebhookSink
from tests.patience import PATIENCE_SECONDS
from tests.specimens import POLICY, REPORT, clock

INCIDENT = "INC-PLANT"


def seconds(count: float) -> timedelta:
    """`count` seconds."""
    return timedelta(seconds=count)


def quick_policy(
    *, wait: float, repeat: int, acknowledge: float = 2, forgotten: float | None = None
) -> CompiledPolicy:
    """Three levels of one person each, `wait` seconds apart, and one audience; all use the pager.

    If nothing follows an acknowledgement for `forgotten` seconds, it is forgotten.
    """
    people = ("ana", "bo", "cy")
    levels = tuple(Level(page=(f"person:{name}",), wait=seconds(wait)) for name in people)
    return POLICY.changed(
        fallbacks={},
        escalation=EscalationPolicy(
            name="quick",
            levels=levels,
            repeat=repeat,
            forgotten_after=seconds(forgotten) if forgotten else None,
        ),
        clocks=(clock("acknowledge", "reported", "acknowledged", sev1=acknowledge / 60),),
        audiences=(
            Audience(
                name="stakeholders",
                channels=("pager",),
                on=("reported", "acknowledged", "resolved", "cancelled"),
            ),
        ),
    )


class Plant:
    """Everything that can be killed, and how to start it again."""

    def __init__(self, folder: Path, sink: WebhookSink) -> None:
        self.server = EmbeddedServer(
            folder / "temporal.db", folder / "server.log", free_port(), free_port()
        )
        self.folder = folder
        self.sink = sink
        self.client: Client
        self.handle: WorkflowHandle[Any, Any]
        self._worker: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Starts server and worker."""
        await self.start_server()
        self.start_worker()

    async def start_server(self) -> None:
        """Starts the server, or starts it again from its file."""
        self.client = await self.server.start()
        self.handle = self.client.get_workflow_handle(INCIDENT)

    def start_worker(self) -> None:
        """Starts a worker process."""
        environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": self.server.address,
            "INCIDENT_STATE_DIRECTORY": str(self.folder),
            "INCIDENT_CHANNELS__PAGER__URL": self.sink.url_of("pager"),
        }
        with (self.folder / "worker.log").open("ab") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "worker.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def kill_worker(self) -> None:
        """Sends SIGKILL, so that the worker can finish nothing."""
        if self._worker:
            self._worker.kill()
            self._worker.wait()

    def stop(self) -> None:
        """Ends everything."""
        if self._worker and self._worker.poll() is None:
            self._worker.send_signal(signal.SIGTERM)
            self._worker.wait()
        self.server.stop()

    async def report(self, policy: CompiledPolicy) -> None:
        """Reports an incident."""
        self.handle = await self.client.start_workflow(
            INCIDENT_WORKFLOW,
            IncidentInput(policy=policy, report=REPORT),
            id=INCIDENT,
            task_queue="incidents",
        )

    async def until(self, true: Callable[[Incident], bool]) -> Incident:
        """Waits until the record fulfils this, even if processes are down meanwhile."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    record: Incident = await self.handle.query(
                        "record", result_type=Incident, rpc_timeout=seconds(5)
                    )
                except RPCError:
                    await asyncio.sleep(0.2)
                    continue
                except WorkflowQueryFailedError as error:
                    assert ASK_AGAIN in str(error)
                    await asyncio.sleep(0.2)
                    continue
                if true(record):
                    return record
                await asyncio.sleep(0.2)

    def pages(self) -> list[str]:
        """Who was paged at the sink, in the order in which the pages took effect."""
        return [m["recipient"] for m in self.sink.effects.values() if m["kind"] == "page"]
