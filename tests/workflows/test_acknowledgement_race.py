"""An acknowledgement comes at the end of a wait, on a server on which time passes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowQueryFailedError
from temporalio.testing import WorkflowEnvironment

from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.send_notification import SendNotificationActivity
from connectors.errors import RetryableError
from models.compiled import CompiledPolicy, EscalationPolicy, Level
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.contracts.notifying import SEND_NOTIFICATION
from models.contracts.paging import ESCALATE_INCIDENT
from models.incident.record import Incident
from models.policy.values.actions import parse_action
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.specimens import POLICY, REPORT, clock

WAIT = timedelta(seconds=1)
ESCALATE = parse_action("escalate")
POLICY_OF_RACES = POLICY.changed(
    audiences=(),
    clocks=(),
    escalation=EscalationPolicy(
        name="race",
        levels=tuple(
            Level(page=(f"person:{name}",), wait=WAIT * length)
            for name, length in (("ana", 1), ("bo", 3600), ("cy", 3600))
        ),
    ),
)

PAGER_ALONE = POLICY_OF_RACES.changed(fallbacks={}, paging_channels=("pager",))

Handle = WorkflowHandle[Any, Any]


@asynccontextmanager
async def working(
    env: WorkflowEnvironment,
    task_queue: str,
    channels: RecordingChannels,
    *,
    takes_activities: bool = True,
) -> AsyncIterator[None]:
    """Run a worker."""
    async with Workers(
        env.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[
            enforce_deadline,
            EscalateIncidentActivity(channels).escalate_incident,
            SendNotificationActivity(channels).send_notification,
            BeginArchiveActivity(env.client).begin_archive,
        ],
        workflow_runner=workflow_runner(),
        no_remote_activities=not takes_activities,
    ):
        yield


async def begun(
    env: WorkflowEnvironment,
    task_queue: str,
    number: int = 0,
    policy: CompiledPolicy = POLICY_OF_RACES,
) -> Handle:
    """Begin an incident."""
    return await env.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=policy, report=REPORT),
        id=f"INC-{task_queue}-{number}",
        task_queue=task_queue,
    )


async def until(handle: Handle, true: Callable[[Incident], bool]) -> Incident:
    """Wait until the record satisfies this."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(WorkflowQueryFailedError):  # A late worker first catches up.
                record: Incident = await handle.query("record", result_type=Incident)
                if true(record):
                    return record
            await asyncio.sleep(0.05)


async def happened(handle: Handle, kind: EventType.ValueType) -> None:
    """Wait until the history has an event of this kind."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            history = await handle.fetch_history()
            if any(event.event_type == kind for event in history.events):
                return
            await asyncio.sleep(0.05)


def paged(record: Incident) -> list[str]:
    """The people who were paged, by the timeline."""
    return [e.data["recipient"] for e in record.timeline if e.kind == "page.sent"]


@pytest.mark.parametrize("first", ["acknowledgement", "timer"])
async def test_an_acknowledgement_that_meets_the_end_of_a_wait_counts(
    server: WorkflowEnvironment, task_queue: str, first: str
) -> None:
    """Both are there when the incident looks, in whatever order: nobody is paged."""
    channels = RecordingChannels()
    async with working(server, task_queue, channels):
        handle = await begun(server, task_queue)
        await until(handle, lambda record: paged(record) == ["ana"])
    fired = EventType.EVENT_TYPE_TIMER_FIRED
    if first == "timer":
        await happened(handle, fired)
    await handle.signal("acknowledge", {"actor": "bo"})
    await happened(handle, fired)
    async with working(server, task_queue, channels):
        record = await until(handle, lambda record: record.milestone("acknowledged") is not None)
        assert paged(record) == ["ana"]
        await handle.terminate()
    assert [m.recipient for m in channels.channel("pager").messages.values()] == ["ana"]


async def test_messages_before_the_first_worker_make_no_unconfirmed_page(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """Signals, even unknown ones, and an update may come with the start: no task was lost."""
    channels = RecordingChannels()
    handle = await begun(server, task_queue)
    await handle.signal("no_such_signal", 1)
    await handle.signal("link", {"actor": "bo", "target": "CHG-1"})
    await handle.signal("acknowledge", {"actor": "bo"})
    async with working(server, task_queue, channels):
        await handle.execute_update("link", {"actor": "bo", "target": "CHG-2"})
        record = await until(handle, lambda record: len(record.links) > 1)
        await handle.terminate()
    assert [e.kind for e in record.timeline if e.kind.startswith("page.")] == []
    assert channels.channel("pager").messages == {}


async def test_a_wait_and_a_limit_that_are_both_overdue_are_one_page(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """No worker looked in time, as on a busy machine: the limit pages level 2 once."""
    channels = RecordingChannels()
    second = WAIT.total_seconds() / 60
    limit = clock("answer", "reported", "resolved", sev1=second, at={1.0: (ESCALATE,)})
    policy = POLICY_OF_RACES.changed(clocks=(limit,))
    async with working(server, task_queue, channels):
        handle = await begun(server, task_queue, policy=policy)
        record = await until(handle, lambda record: paged(record) == ["ana"])
    line = next(e for e in record.timeline if e.kind == "page.sent")
    ends_at = datetime.fromisoformat(line.data["next_at"]) + WAIT / 10
    await asyncio.sleep(max((ends_at - datetime.now(UTC)).total_seconds(), 0))
    async with working(server, task_queue, channels):
        await until(handle, lambda record: len(paged(record)) > 1)
        await handle.execute_update("link", {"actor": "bo", "target": "CHG-1"})
        record = await until(handle, lambda record: bool(record.links))
        await handle.terminate()
    assert paged(record) == ["ana", "bo"]
    reasons = [e.data["reason"] for e in record.timeline if e.kind == "page.sent"]
    assert reasons[1].startswith("answer breached")


async def test_a_page_that_no_worker_has_taken_is_withdrawn_by_the_acknowledgement(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """Its activity waits in the task queue; when workers come, nobody is paged."""
    channels = RecordingChannels()
    async with working(server, task_queue, channels):
        handle = await begun(server, task_queue)
        await until(handle, lambda record: paged(record) == ["ana"])
    async with working(server, task_queue, channels, takes_activities=False):
        await scheduled(handle, ESCALATE_INCIDENT)
        await handle.execute_update("acknowledge", {"actor": "bo"})
        record = await until(
            handle, lambda record: any(e.kind == "page.withdrawn" for e in record.timeline)
        )
    async with working(server, task_queue, channels):
        await handle.execute_update("link", {"actor": "bo", "target": "CHG-1"})
        await handle.terminate()
    line = next(e for e in record.timeline if e.kind == "page.withdrawn")
    assert "acknowledged by bo" in line.summary
    assert line.data["key"].endswith("/page-1.2.1")
    assert [m.recipient for m in channels.channel("pager").messages.values()] == ["ana"]


class OncePast(asyncio.Event):
    """A gate that lets the first through, and others when it is opened."""

    passed = False

    async def wait(self) -> Literal[True]:
        """Pass, or wait."""
        first, self.passed = not self.passed, True
        return True if first else await super().wait()


async def test_an_attempt_that_is_under_way_is_recorded_and_what_would_follow_is_not_made(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """The channel has one page when the acknowledgement comes; another waits for a try."""
    channels = RecordingChannels()
    pager = channels.channel("pager")
    pager.failures = [RetryableError("pager", "busy")]
    pager.gate = OncePast()
    async with working(server, task_queue, channels):
        handle = await begun(server, task_queue, policy=PAGER_ALONE)
        await scheduled(handle, SEND_NOTIFICATION)
        await handle.execute_update("acknowledge", {"actor": "bo"})
        pager.gate.set()
        record = await until(handle, lambda record: bool(paged(record)))
        await handle.terminate()
        assert [e.kind for e in record.timeline if e.kind.startswith("page.")] == [
            "page.failed",
            "page.sent",
        ]
        pager.gate, pager.failures = None, [RetryableError("pager", "busy")] * 100
        handle = await begun(server, task_queue, 1, policy=PAGER_ALONE)
        await scheduled(handle, SEND_NOTIFICATION)
        await handle.execute_update("acknowledge", {"actor": "bo"})
        record = await until(
            handle, lambda record: any(e.kind == "page.withdrawn" for e in record.timeline)
        )
        await handle.terminate()
    assert paged(record) == []
    assert len(pager.messages) == 1


async def scheduled(handle: Handle, activity: str) -> None:
    """Wait until an activity waits for a worker."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            described = (await handle.describe()).raw_description
            if any(a.activity_type.name == activity for a in described.pending_activities):
                return
            await asyncio.sleep(0.05)


async def test_at_the_very_end_of_a_wait_a_level_is_paged_before_the_acknowledgement_or_not_at_all(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """With forty acknowledgements around it, none is followed by a page or by level 3."""
    channels = RecordingChannels()
    async with working(server, task_queue, channels):
        handles = [await begun(server, task_queue, number) for number in range(40)]
        records = await asyncio.gather(
            *(raced(handle, timedelta(milliseconds=n - 20)) for n, handle in enumerate(handles))
        )
        for handle in handles:
            await handle.terminate()
    for record in records:
        assert paged(record) in (["ana"], ["ana", "bo"])
        ack = next(e for e in record.timeline if e.kind == "incident.acknowledged")
        for line in record.timeline:
            if line.kind == "page.sent" and line.data["level"] > 1:
                asked_at = datetime.fromisoformat(line.data["asked_at"])
                assert asked_at < ack.recorded_at
    sent = [m.key for m in channels.channel("pager").messages.values()]
    told = [e.data["key"] for record in records for e in record.timeline if e.kind == "page.sent"]
    assert sorted(told) == sorted(sent)


async def raced(handle: Handle, off: timedelta) -> Incident:
    """Acknowledge around the end of the first wait; returns the record at the end."""
    record = await until(handle, lambda record: bool(paged(record)))
    line = next(e for e in record.timeline if e.kind == "page.sent")
    at = datetime.fromisoformat(line.data["next_at"]) + off
    await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0))
    await handle.execute_update("acknowledge", {"actor": "bo"})
    while True:
        described = (await handle.describe()).raw_description
        if not described.pending_activities and not described.HasField("pending_workflow_task"):
            break
        await asyncio.sleep(0.05)  # Forty that never pause keep the server busy.
    return await until(handle, lambda record: record.milestone("acknowledged") is not None)
