"""Every activity with effects, run twice, has one effect at the sink."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.archive_run import ArchiveRunActivity
from activities.archive_timeline import ArchiveTimelineActivity
from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.send_notification import SendNotificationActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.channels.directory import ChannelDirectory
from connectors.documents.local import LocalDocumentStore
from models.compiled import Level
from models.contracts.archive import ArchiveRunInput, ArchiveTimeline
from models.contracts.deadlines import ClockFacts, EnforceDeadline
from models.contracts.documents import IncidentReportWanted
from models.contracts.notifying import SendNotification
from models.contracts.paging import EscalateIncident
from rules.deadlines.due import due_thresholds
from tests.fakes.messages import a_message
from tests.fakes.webhook_sink import WebhookSink
from tests.specimens import POLICY, START, a_diagnosed_incident, after, an_incident


class World:
    """Everything that the activities may touch, with its content in the end."""

    def __init__(
        self,
        sink: WebhookSink,
        channels: ChannelDirectory,
        documents: LocalDocumentStore,
        server: WorkflowEnvironment,
        task_queue: str,
    ) -> None:
        self.sink = sink
        self.channels = channels
        self.documents = documents
        self.client = server.client
        self.task_queue = task_queue
        self.archive_id = ""

    async def effects(self) -> dict[str, Any]:
        """The content of the sinks: messages by key, documents by path, workflows by id."""
        found: dict[str, Any] = dict(self.sink.effects)
        for path in sorted(Path(self.documents.root).rglob("*.*")):
            found[str(path)] = (path.read_bytes(), path.stat().st_ino)
        if self.archive_id:
            described = await self.client.get_workflow_handle(self.archive_id).describe()
            found[self.archive_id] = described.run_id
        return found


@pytest.fixture
async def world(
    sink: WebhookSink,
    channels: ChannelDirectory,
    documents: LocalDocumentStore,
    time_skipping: WorkflowEnvironment,
    task_queue: str,
) -> AsyncIterator[World]:
    """A world for one test; workflows that it started end with it."""
    made = World(sink, channels, documents, time_skipping, task_queue)
    yield made
    if made.archive_id:
        await made.client.get_workflow_handle(made.archive_id).terminate()


Run = tuple[Callable[[Any], Awaitable[Any]], Any]


async def a_notification(world: World) -> Run:
    """send_notification."""
    request = SendNotification(channel="pager", message=a_message())
    return SendNotificationActivity(world.channels).send_notification, request


async def an_escalation(world: World) -> Run:
    """escalate_incident, two targets."""
    request = EscalateIncident(
        level=1,
        cycle=0,
        targets=Level(page=("person:ana", "channel:desk"), wait=timedelta(minutes=5)),
        holders={},
        people=POLICY.people,
        channels=("pager",),
        fallbacks={},
        key_prefix="INC-1/page-1",
        template=a_message(key="", recipient=""),
        now=START,
        attempt_timeout=timedelta(seconds=5),
    )
    return EscalateIncidentActivity(world.channels).escalate_incident, request


async def a_report(world: World) -> Run:
    """write_report."""
    request = IncidentReportWanted(
        incident=a_diagnosed_incident(), policy=POLICY, name="report-1", now=after(60)
    )
    return WriteIncidentReportActivity(world.documents).write_report, request


async def a_segment(world: World) -> Run:
    """archive_timeline."""
    request = ArchiveTimeline(incident_id="INC-1", first_seq=1, last_seq=2, entries_json="[]")
    return ArchiveTimelineActivity(world.documents).archive_timeline, request


async def an_archive(world: World) -> Run:
    """archive_run, of a run that has ended."""
    handle = await world.client.start_workflow(
        "Anything", id=f"INC-{world.task_queue}", task_queue=world.task_queue
    )
    await handle.terminate()
    request = ArchiveRunInput(workflow_id=handle.id, run_id=handle.first_execution_run_id or "")
    return ArchiveRunActivity(world.client, world.documents).archive_run, request


async def a_begun_archive(world: World) -> Run:
    """begin_archive."""
    run_id = "01234567-89ab-4def-8123-456789abcdef"
    request = ArchiveRunInput(workflow_id=f"INC-{world.task_queue}", run_id=run_id)
    world.archive_id = f"archive-INC-{world.task_queue}-{run_id}"
    return BeginArchiveActivity(world.client).begin_archive, request


async def an_enforcement(_: World) -> Run:
    """enforce_deadline, which decides and touches nothing."""
    incident = an_incident()
    request = EnforceDeadline(
        incident_id=incident.id,
        now=after(6),
        due=due_thresholds(POLICY, incident, after(6)),
        facts=ClockFacts(policy=POLICY, incident=incident),
    )
    return enforce_deadline, request


EVERY = (
    a_notification,
    an_escalation,
    a_report,
    a_segment,
    an_archive,
    a_begun_archive,
    an_enforcement,
)


@pytest.mark.parametrize("prepared", EVERY, ids=lambda prepared: prepared.__name__)
async def test_run_twice_it_has_one_effect(
    prepared: Callable[[World], Awaitable[Run]], world: World, environment: ActivityEnvironment
) -> None:
    """A second run, as after a crash before the first was recorded, changes nothing."""
    environment.info = dataclasses.replace(environment.info, task_queue=world.task_queue)
    activity, request = await prepared(world)
    first = await environment.run(activity, request)
    held = await world.effects()
    second = await environment.run(activity, request)
    assert second == first
    assert await world.effects() == held
    if activity is not enforce_deadline:
        assert held


async def test_a_lost_answer_doubles_nothing(
    world: World, environment: ActivityEnvironment
) -> None:
    """A channel that took the page and broke the connection gets the same key again."""
    activity, request = await an_escalation(world)
    world.sink.close_connection(times=2, takes=True)
    lost = await environment.run(activity, request)
    assert all(page.receipt is None for page in lost.pages)
    again = await environment.run(activity, request)
    assert all(page.receipt for page in again.pages)
    assert len(world.sink.requests) == 4
    assert len(world.sink.effects) == 2


async def test_an_archive_starts_on_the_activity_s_task_queue(
    world: World, environment: ActivityEnvironment
) -> None:
    """It runs where the incident runs, under an id that names the archived run."""
    environment.info = dataclasses.replace(environment.info, task_queue=world.task_queue)
    activity, request = await a_begun_archive(world)
    assert await environment.run(activity, request) == world.archive_id
    history = await world.client.get_workflow_handle(world.archive_id).fetch_history()
    started = history.events[0]
    assert started.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    attributes = started.workflow_execution_started_event_attributes
    assert attributes.workflow_type.name == "ArchiveRun"
    assert attributes.task_queue.name == world.task_queue
