"""Archives runs that ended without doing so: terminated by hand, timed out, failed.

A run that ends normally begins its own archive first. A run that was ended from outside cannot. The
server knows it until its retention is over, so a worker looks for such runs when it starts and then
every hour. Many workers may do so: an archive begins only once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client

from incidents.kept.archives import begin_archive, runs_without_archive

log = structlog.get_logger(__name__)

PAUSE = timedelta(hours=1)
OVERLAP = timedelta(hours=1)
"""Lists show closed runs a little later, so each look goes back beyond the one before it."""


async def begin_missing_archives(
    client: Client, task_queue: str, since: datetime | None = None
) -> int:
    """Begin the missing archives of runs that closed after `since`, or of all runs.

    Returns how many. Raises RPCError.
    """
    missing = await runs_without_archive(client, task_queue, since)
    for run in missing:
        await begin_archive(client, run, task_queue)
        log.info("archive.begun", workflow_id=run.workflow_id, run_id=run.run_id)
    return len(missing)


async def _every_hour(client: Client, task_queue: str) -> None:
    since: datetime | None = None
    while True:
        looked_at = datetime.now(UTC)
        try:
            await begin_missing_archives(client, task_queue, since)
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on
            log.warning("archive.unswept", error=repr(error)[:500])
        else:
            since = looked_at - OVERLAP
        await asyncio.sleep(PAUSE.total_seconds())


@asynccontextmanager
async def sweeping_for_archives(client: Client, task_queue: str) -> AsyncIterator[None]:
    """While a worker runs."""
    task = asyncio.create_task(_every_hour(client, task_queue))
    try:
        yield
    finally:
        task.cancel()
