"""A worker whose workflow and activity speak, in every way that code speaks; and is replayed."""

import asyncio
import logging
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import structlog
from temporalio import activity, workflow
from temporalio.client import Client

from states.lifecycle import State, Trigger
from states.machine import Facts, decide

log = structlog.get_logger(__name__)
plain = logging.getLogger(__name__)


@activity.defn
async def speak() -> None:
    """Speak from an activity."""
    log.info("activity.spoke", state="assessment", actor="ana")


@workflow.defn(name="Speaker")
class Speaker:
    """Speaks before and after everything that makes a replay begin anew."""

    def __init__(self) -> None:
        self._asked = False

    @workflow.run
    async def run(self) -> None:
        """Speak, wait for an update, speak, run an activity, speak."""
        log.info("workflow.began", state="reported")
        workflow.logger.warning("temporal said")
        plain.warning("library said", extra={"actor": "bo", "secret": "hush"})
        # The timer is a command: a first task without any is replayed as one with the second.
        await workflow.wait_condition(lambda: self._asked, timeout=60)
        await workflow.execute_activity(speak, start_to_close_timeout=timedelta(seconds=5))
        await workflow.sleep(0.01)
        log.info("workflow.ended")

    @workflow.update
    def ask(self) -> None:
        """Speak from a handler."""
        log.info("update.spoke", actor="ana")
        self._asked = True


async def _speak(address: str) -> None:
    from temporalio.worker import Worker  # noqa: PLC0415 - not in the sandbox

    from runtime.worker.registry import workflow_runner  # noqa: PLC0415

    client = await Client.connect(address)
    queue = uuid.uuid4().hex
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Speaker],
        activities=[speak],
        workflow_runner=workflow_runner(),
        max_cached_workflows=0,
    ):
        handle = await client.start_workflow(Speaker.run, id=f"INC-{queue}", task_queue=queue)
        await handle.execute_update(Speaker.ask, id="the-update")
        await handle.result()
    decide(State.REPORTED, Trigger.ACKNOWLEDGE, Facts())
    try:
        int("of a kind")
    except ValueError:
        log.exception("went.wrong")


if __name__ == "__main__":
    from runtime.logging import configure_logging

    configure_logging("info", Path(sys.argv[2]))
    asyncio.run(_speak(sys.argv[1]))
    time.sleep(0.05)
