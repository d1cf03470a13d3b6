"""Beats to another service while this worker is ready, so that somebody hears if the engine dies.

A dead engine pages nobody. The other service expects a beat, and raises an alarm if none comes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import structlog
from pydantic import SecretStr
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from connectors.http_clients import made_client
from models.addresses import is_loopback, parts_of
from runtime.storing import PROBE_TIMEOUT, begun_probe, delete_probe

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
TIMEOUT = timedelta(seconds=10)
SETTLING = timedelta(seconds=5)
"""Temporal lists a worker a moment after it begins to ask for work."""


class Beat:
    """One worker's beat. It logs a change, and never the address, which is a secret."""

    def __init__(self, url: SecretStr, client: Client, task_queue: str) -> None:
        self._url = url
        self._client = client
        self._task_queue = task_queue
        parts = parts_of(url.get_secret_value())
        self._http = made_client(here=parts is not None and is_loopback(parts.hostname))
        self._last: tuple[str, str] | None = None

    async def once(self) -> None:
        """Beat if this worker is ready. Never raises an error."""
        try:
            not_ready = await self._not_ready()
            failed = None if not_ready else await self._failed()
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on
            not_ready, failed = None, f"unexpected: {type(error).__name__}"
        if not_ready:
            self._say("beat.withheld", not_ready)
        elif failed:
            self._say("beat.failed", failed)
        else:
            self._say("beat.sent", "ready")

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _not_ready(self) -> str | None:
        """Why nobody should count on this worker; None if it is ready."""
        try:
            name, run = await begun_probe(self._client, self._task_queue)
            await delete_probe(self._client, name, run)
            described = await self._client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._client.namespace,
                    task_queue=TaskQueue(name=self._task_queue),
                    task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                ),
                retry=False,
                timeout=PROBE_TIMEOUT,
            )
        except RPCError as error:
            return f"Temporal does not accept work: {error.status.name.lower()}"
        if self._client.identity not in {poller.identity for poller in described.pollers}:
            return "Temporal does not see this worker ask for work"
        return None

    async def _failed(self) -> str | None:
        """Send one beat; returns why it did not arrive, without the address."""
        seconds = TIMEOUT.total_seconds()
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream(
                    "GET", self._url.get_secret_value(), follow_redirects=False, timeout=seconds
                ) as response,
            ):
                return None if response.is_success else f"answered {response.status_code}"
        except (TimeoutError, httpx2.TimeoutException):
            return f"no answer within {seconds:g} s"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return f"the connection failed ({type(error).__name__})"

    def _say(self, event: str, why: str) -> None:
        """Log what is new: a worker beats for years."""
        if self._last == (event, why):
            return
        self._last = (event, why)
        if event == "beat.sent":
            log.info("beat.sent")
        elif event == "beat.failed":
            log.warning("beat.failed", error=why)
        else:
            log.warning("beat.withheld", error=why)


@asynccontextmanager
async def beating(
    url: SecretStr | None, client: Client, task_queue: str, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """While a worker runs, if the settings have an address."""
    if url is None:
        yield
        return
    beat = Beat(url, client, task_queue)
    task = asyncio.create_task(_on_and_on(beat, every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await beat.aclose()


async def _on_and_on(beat: Beat, every: timedelta) -> None:
    await asyncio.sleep(min(SETTLING, every).total_seconds())
    while True:
        await beat.once()
        await asyncio.sleep(every.total_seconds())
