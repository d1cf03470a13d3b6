"""Queries while something happens change nothing: the history replays."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import (
    HandleQueryInput,
    Interceptor,
    Replayer,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.send_notification import SendNotificationActivity
from models.compiled import EscalationPolicy, Level
from models.contracts.deadlines import ENFORCE_DEADLINE
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.incident.record import Incident
from models.policy.values.actions import parse_action
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.specimens import POLICY, REPORT, clock

ANSWER_TAKES = 0.3
"""Longer than an activity that does next to nothing, so that the activity ends meanwhile."""
NOTIFY = (parse_action("notify responders"),)
ASKED_OF_ALL = POLICY.changed(
    audiences=(),
    clocks=(clock("answer", "reported", "resolved", sev1=100, at={0.005: NOTIFY, 1.0: NOTIFY}),),
    escalation=EscalationPolicy(
        name="one",
        levels=(Level(page=("person:ana",), wait=timedelta(seconds=20)),),
    ),
)

Handle = WorkflowHandle[Any, Any]


@activity.defn
async def do_nothing() -> None:
    """Ends while a query is answered."""


@workflow.defn(sandboxed=False)
class Gap:
    """Runs a local activity beside a timer that its end cancels, as no workflow of ours does."""

    def __init__(self) -> None:
        self.done = False

    async def _act(self) -> None:
        await workflow.execute_local_activity(
            do_nothing, schedule_to_close_timeout=timedelta(seconds=30)
        )
        self.done = True

    @workflow.run
    async def run(self) -> None:
        """Wait for the activity, for a minute at most."""
        acting = asyncio.create_task(self._act())
        await workflow.wait_condition(lambda: self.done, timeout=timedelta(minutes=1))
        await acting

    @workflow.query
    def is_done(self) -> bool:
        """Whether the activity has ended."""
        return self.done


class _Slowly(WorkflowInboundInterceptor):
    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002 - its name there
        time.sleep(ANSWER_TAKES)  # noqa: ASYNC251 - it is the workflow's thread that is slow
        return await super().handle_query(input)


class SlowAnswers(Interceptor):
    """Delays the answer to a query, as on a busy machine."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - its name there
    ) -> type[WorkflowInboundInterceptor]:
        """The interceptor that delays."""
        return _Slowly


@asynccontextmanager
async def working(env: WorkflowEnvironment, task_queue: str) -> AsyncIterator[None]:
    """Run a worker that answers slowly."""
    channels = RecordingChannels()
    async with Workers(
        env.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[
            enforce_deadline,
            EscalateIncidentActivity(channels).escalate_incident,
            SendNotificationActivity(channels).send_notification,
        ],
        workflow_runner=workflow_runner(guarded=False),
        interceptors=[SlowAnswers()],
    ):
        yield


async def begun(env: WorkflowEnvironment, task_queue: str, late: timedelta) -> Handle:
    """Begin an incident whose alerts fired `late` ago."""
    fired_at = datetime.now(UTC) - late
    report = REPORT.changed(group_id="AG-1", happened_at=fired_at)
    return await env.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=ASKED_OF_ALL, report=report),
        id=f"INC-{task_queue}",
        task_queue=task_queue,
    )


async def until(handle: Handle, kind: str) -> None:
    """Wait until the timeline has a line of this kind."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            record: Incident = await handle.query("record", result_type=Incident)
            if any(entry.kind == kind for entry in record.timeline):
                return
            await asyncio.sleep(0.02)


async def asked(handle: Handle) -> "asyncio.Task[Incident]":
    """Ask for the record; no worker runs, so the query comes with the next workflow task."""
    question = asyncio.create_task(handle.query("record", result_type=Incident))
    await asyncio.sleep(0.3)
    return question


async def replays(handle: Handle) -> None:
    """Replay the history, event by event."""
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(await handle.fetch_history())


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=1)])
async def test_a_question_that_comes_with_the_first_task_leaves_a_history_that_replays(
    server: WorkflowEnvironment, task_queue: str, late: timedelta
) -> None:
    """The answer comes after the page has left; a late incident also enforces a deadline."""
    handle = await begun(server, task_queue, late)
    question = await asked(handle)
    async with working(server, task_queue):
        await question
        await until(handle, "page.sent")
        if late:
            await until(handle, "clock.warned")
        await replays(handle)
    await handle.terminate()


async def test_a_deadline_is_enforced_between_workflow_tasks(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """Within a task, a query's answer would separate a decision from what follows."""
    handle = await begun(server, task_queue, timedelta(minutes=1))
    async with working(server, task_queue):
        await until(handle, "clock.warned")
    events = (await handle.fetch_history()).events
    scheduled = [event.activity_task_scheduled_event_attributes for event in events]
    assert ENFORCE_DEADLINE in {attributes.activity_type.name for attributes in scheduled}
    await handle.terminate()


async def test_a_local_activity_that_ends_during_a_query_still_leaves_a_history_that_fails(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """If this turns red, the SDK is mended, and what the engine does about it can be simpler."""
    handle = await server.client.start_workflow(Gap.run, id=task_queue, task_queue=task_queue)
    question = asyncio.create_task(handle.query(Gap.is_done))
    await asyncio.sleep(0.3)
    worker = Worker(
        server.client,
        task_queue=task_queue,
        workflows=[Gap],
        activities=[do_nothing],
        interceptors=[SlowAnswers()],
    )
    async with worker, asyncio.timeout(PATIENCE_SECONDS):
        await question
        await handle.result()
        history = await handle.fetch_history()
    replayer = Replayer(workflows=[Gap])
    replayed = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert "TMPRL1100" in str(replayed.replay_failure)
