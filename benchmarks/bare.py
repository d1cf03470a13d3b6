"""The baseline for the engine: a workflow that posts one webhook and does nothing else."""

import asyncio
import os
import sys
import time
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import httpx2

TASK_QUEUE = "bare"


class Poster:
    """The one activity."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx2.AsyncClient()

    @activity.defn(name="post")
    async def post(self, token: str) -> int:
        """Post the token."""
        answer = await self._client.post(self._url, json={"subject": token, "kind": "page"})
        return int(answer.status_code)


@workflow.defn(name="Bare")
class Bare:
    """Runs one activity; if held open, it takes updates that only count."""

    def __init__(self) -> None:
        self._count = 0
        self._over = False

    @workflow.run
    async def run(self, token: str) -> int:
        """Post the token; the token "hold" stays open for updates."""
        if token == "hold":  # noqa: S105 - no secret
            await workflow.wait_condition(lambda: self._over)
            return self._count
        posted: int = await workflow.execute_activity(
            "post", token, start_to_close_timeout=timedelta(seconds=10)
        )
        return posted

    @workflow.update
    def count(self, payload: dict[str, Any]) -> int:
        """Count one."""
        self._count += len(payload) and 1
        return self._count

    @workflow.signal
    def end(self) -> None:
        """End it."""
        self._over = True


async def serve(address: str, url: str) -> None:
    """Run the bare worker until it is ended."""
    client = await Client.connect(address)
    poster = Poster(url)
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[Bare], activities=[poster.post]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve(os.environ["TEMPORAL_ADDRESS"], sys.argv[1]))
    finally:
        time.sleep(0.05)
