"""The loads: alerts at a steady rate and in bursts, commands one after another."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from benchmarks.bare import TASK_QUEUE, Bare
from benchmarks.plant import Plant
from incidents.opening import open_incident
from models.base import Actor
from models.incident.record import Report
from policies.catalogue import policy_in_force
from policies.compiling.policy import compile_policy

ENGINE, BARE = "engine", "bare"
BURST_PATIENCE_SECONDS = 600.0
PAGE_PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.005
IN_FLIGHT = 100
URGENT = 5
"""How many SEV1 alerts to raise in a burst, evenly over its pages."""


@dataclass(frozen=True, slots=True)
class Burst:
    """What a burst took: seconds until the last page, CPU seconds by process, pages missing.

    `urgent` has the seconds from each SEV1 alert to its page.
    """

    size: int
    seconds: float
    cpu: dict[str, float]
    missing: int
    urgent: list[float]

    @property
    def rate(self) -> float:
        """Pages per second."""
        return (self.size - self.missing) / self.seconds


def token() -> str:
    """A name for one alert, by which to find it in its page."""
    return f"token-{uuid.uuid4().hex[:12]}"


def webhook(name: str, severity: str) -> dict[str, Any]:
    """An Alertmanager webhook with a group of its own."""
    labels = {"alertname": "Bench", "severity": severity, "service": "bench", "id": name}
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"bench {name} fires"},
        "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": name[-16:],
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{id="{name}"}}',
        "status": "firing",
        "receiver": "bench",
        "truncatedAlerts": 0,
        "groupLabels": {"id": name},
        "commonLabels": labels,
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": [alert],
    }


class Load:
    """Raises alerts on the engine, or starts the bare workflow."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._http = self._sender(httpx2.Limits(max_connections=50))
        # A burst must not hold up what another sender sends meanwhile.
        self._other_sender = self._sender(httpx2.Limits())
        self._gate = asyncio.Semaphore(IN_FLIGHT)

    def _sender(self, limits: httpx2.Limits) -> httpx2.AsyncClient:
        stack = self._plant.stack
        return httpx2.AsyncClient(
            base_url=stack.web_url, headers=stack.web_headers, timeout=60, limits=limits
        )

    async def one(self, side: str, name: str) -> float:
        """Raise one alert; returns when it was raised, on the monotonic clock."""
        began = time.monotonic()
        if side == BARE:
            await self._plant.client.start_workflow(
                Bare.run, name, id=f"bare-{name}", task_queue=TASK_QUEUE
            )
            return began
        await self.post(webhook(name, "info"))
        return began

    async def post(
        self, body: dict[str, Any], sender: httpx2.AsyncClient | None = None
    ) -> dict[str, Any]:
        """Post a webhook to the web server; returns its answer."""
        answer = await (sender or self._http).post("/v1/alerts/alertmanager", json=body)
        answer.raise_for_status()
        accepted: dict[str, Any] = answer.json()
        return accepted

    async def steady(self, side: str, rate: float, seconds: float) -> list[float]:
        """Raise `rate` alerts per second; returns the seconds from each to its page."""
        names = [token() for _ in range(int(rate * seconds))]
        tasks = []
        began = time.monotonic()
        for number, name in enumerate(names):
            tasks.append(asyncio.create_task(self.one(side, name)))
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
        raised = dict(zip(names, await asyncio.gather(*tasks), strict=True))
        await self._plant.sink.until(set(names), PAGE_PATIENCE_SECONDS)
        return [self._plant.sink.waited(name, since) for name, since in raised.items()]

    async def burst(self, side: str, size: int) -> Burst:
        """Raise `size` alerts as fast as possible; on the engine, some of them are SEV1."""
        names = [token() for _ in range(size)]
        before = self._plant.cpu()
        began = time.monotonic()
        urgent = asyncio.create_task(self._urgent(size)) if side == ENGINE else None
        await asyncio.gather(*(self._gated(side, name) for name in names))
        missing = await self._plant.sink.until(set(names), BURST_PATIENCE_SECONDS)
        last = max(self._plant.sink.arrived.get(name, 0.0) for name in names)
        after = self._plant.cpu()
        cpu = {name: after[name] - before[name] for name in after}
        return Burst(size, last - began, cpu, missing, await urgent if urgent else [])

    async def _urgent(self, size: int) -> list[float]:
        """Raise SEV1 alerts while a burst's pages go out; returns the seconds to each page."""
        at_first = len(self._plant.sink.arrived)
        raised: dict[str, float] = {}
        for number in range(1, URGENT + 1):
            while len(self._plant.sink.arrived) - at_first < size * number // (URGENT + 1):
                await asyncio.sleep(LOOK_SECONDS)
            name = token()
            raised[name] = time.monotonic()
            await self.post(webhook(name, "critical"), self._other_sender)
        await self._plant.sink.until(set(raised), PAGE_PATIENCE_SECONDS)
        return [self._plant.sink.waited(name, since) for name, since in raised.items()]

    async def _gated(self, side: str, name: str) -> None:
        async with self._gate:
            await self.one(side, name)

    async def commands(self, side: str, count: int) -> list[float]:
        """Send `count` updates one after another; returns the seconds of each round trip."""
        handle = await (self._held() if side == BARE else self._incident())
        took = []
        for number in range(count):
            payload = {"actor": "ana", "text": f"lesson {number}"}
            name = "count" if side == BARE else "add_lesson"
            began = time.monotonic()
            await handle.execute_update(name, payload, id=uuid.uuid4().hex)
            took.append(time.monotonic() - began)
        return took

    async def incident(self, severity: str | None = None) -> str:
        """The id of a new incident whose first page has left."""
        return str((await self._incident(severity)).id)

    async def note(self, incident: str) -> None:
        """Write a line on an incident's timeline."""
        handle = self._plant.client.get_workflow_handle(incident)
        said = {"actor": "ana", "text": "we look"}
        await handle.execute_update("add_note", said, id=uuid.uuid4().hex)

    async def _held(self) -> Any:
        return await self._plant.client.start_workflow(
            Bare.run, "hold", id=f"hold-{token()}", task_queue=TASK_QUEUE
        )

    async def _incident(self, severity: str | None = None) -> Any:
        loaded = policy_in_force(self._plant.stack.settings.policy_file, datetime.now(UTC))
        policy = compile_policy(loaded.policy, loaded.policy_hash)
        report = Report(title=token(), severity=severity, reporter=Actor(name="ana", via="console"))
        client, name = self._plant.client, f"INC-{token()}"
        await open_incident(client, policy, name, report, self._plant.stack.settings.task_queue)
        await self._plant.sink.until({report.title}, 30)
        return client.get_workflow_handle(name)
