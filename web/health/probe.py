"""Tests whether Temporal accepts alerts, at most once in five seconds."""

import asyncio
import time
from datetime import timedelta

from temporalio.client import Client

from runtime.storing import PROBE_TIMEOUT, begun_probe, delete_probe
from web.http.calling_temporal import reaching_temporal
from web.http.errors import Refused

FRESH = timedelta(seconds=5)
"""An answer this recent is reused, so frequent questions write nothing more."""


class Probe:
    """Tries whether Temporal stores a workflow. Concurrent callers share one attempt."""

    def __init__(self, client: Client, task_queue: str, fresh: timedelta = FRESH) -> None:
        self._client = client
        self._task_queue = task_queue
        self._fresh = fresh.total_seconds()
        self._asking = asyncio.Lock()
        self._until = 0.0
        self._refused: Refused | None = None

    async def tried(self) -> None:
        """Return if Temporal accepts alerts. Raises Refused."""
        async with self._asking:
            if time.monotonic() >= self._until:
                await self._try()
                self._until = time.monotonic() + self._fresh
        if self._refused:
            raise self._refused

    async def _try(self) -> None:
        self._refused = None
        try:
            async with reaching_temporal(PROBE_TIMEOUT):
                name, run = await self._start()
        except Refused as refused:
            self._refused = refused
            return
        await delete_probe(self._client, name, run)

    async def _start(self) -> tuple[str, str]:
        return await begun_probe(self._client, self._task_queue)
