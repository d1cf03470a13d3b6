"""Runs one worker per kind of work, so that no kind waits for the slots of another."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from models.base import build_models
from rules.paging.urgency import LANES, lane
from runtime.worker.build import build_id
from runtime.worker.details import ShowsDetails
from runtime.worker.patient_worker import patient_worker

SLOTS = 50
"""How many activities of one kind a worker runs at a time."""
POLLERS = 2


class Workers:
    """One worker for workflows and first pages, and one for each other kind of activity.

    They take the same arguments as a `Worker`; `options` apply to the first. Enter them to run
    them.
    """

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str,
        activities: Sequence[Callable[..., Any]],
        interceptors: Sequence[Interceptor] = (),
        graceful_shutdown_timeout: timedelta = timedelta(),
        **options: Any,
    ) -> None:
        build_models()
        shared: dict[str, Any] = {
            "activities": activities,
            "interceptors": [ShowsDetails(), *interceptors],
            "graceful_shutdown_timeout": graceful_shutdown_timeout,
            "build_id": build_id(),
        }
        self._stack = AsyncExitStack()
        self._workers = [patient_worker(Worker(client, task_queue=task_queue, **shared, **options))]
        self._workers += [
            Worker(
                client,
                task_queue=lane(task_queue, kind),
                max_concurrent_activities=SLOTS,
                max_concurrent_activity_task_polls=POLLERS,
                **shared,
            )
            for kind in (() if options.get("no_remote_activities") else LANES)
        ]

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            await self._stack.enter_async_context(worker)
        return self

    async def shutdown(self) -> None:
        """Stop all at once; one after the other, each would take a grace period of its own."""
        await asyncio.gather(*(w.shutdown() for w in self._workers), return_exceptions=True)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.shutdown()
        await self._stack.__aexit__(kind, error, trace)
