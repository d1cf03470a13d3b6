"""The one place that lists the workflows and activities, and builds a worker."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.archive_run import ArchiveRunActivity
from activities.archive_timeline import ArchiveTimelineActivity
from activities.ask_for_leave import AskForLeaveActivity
from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.feed_incident import FeedIncidentActivity
from activities.keep_policy import KeepPolicyActivity
from activities.live_messages import LiveMessagesActivity
from activities.look_up_policy import LookUpPolicyActivity
from activities.refresh_calendars import refresh_calendars
from activities.send_notification import SendNotificationActivity
from activities.start_incident import StartIncidentActivity
from activities.tell_of_role import TellOfRoleActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.channels.directory import ChannelDirectory
from connectors.documents.local import LocalDocumentStore
from connectors.documents.protocol import DocumentStore
from connectors.feeds.directory import FeedDirectory
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import Overrides, book_of
from incidents.workloads.requests import Workloads
from runtime.settings import Settings
from runtime.worker.called_by_workflow import CalledByWorkflow
from runtime.worker.lanes import Workers
from runtime.worker.priority_after_first_page import LowersPriority
from workflows.access import Access
from workflows.alert_group import AlertGroupWorkflow
from workflows.archive_run import ArchiveRun
from workflows.incident.workflow import IncidentWorkflow
from workflows.keep_policy import KeepPolicy
from workflows.schedule_overrides import ScheduleOverrides
from workflows.workload import WorkloadWorkflow

WORKFLOWS: tuple[type, ...] = (
    IncidentWorkflow,
    AlertGroupWorkflow,
    WorkloadWorkflow,
    ArchiveRun,
    KeepPolicy,
    Access,
    ScheduleOverrides,
)

_PASSED_THROUGH = (
    "annotated_types",
    "models",
    "pydantic",
    "pydantic_core",
    "rules",
    "six",
    "states",
    "structlog",
    "transitions",
)
"""Modules that a workflow shares with its worker: pure, or safe and slow to load anew."""

GRACE = timedelta(seconds=5)
AT_ONCE = 16
"""How many workflow tasks a worker takes at a time.

The server can no longer order a task by priority once a worker has taken it. So fewer tasks at a
time let an urgent incident pass a burst of others.
"""
POLLERS = 10
NEW_WORK = 0.8
"""The share of pollers that look for work of workflows which no worker has in memory yet.

An alert starts two of them, each with little to do afterwards. The usual fifth is too few in a
burst.
"""


def workflow_runner(*, guarded: bool = True) -> WorkflowRunner:
    """Runs the workflows.

    Guarded, as in tests and replays, it is the sandbox: it stops a workflow that reads the clock,
    draws a random number or reaches the world. A worker runs the same code without it, because
    loading the workflows for each run takes a fifth of its time, and crossing the sandbox a
    seventh.
    """
    if not guarded:
        return UnsandboxedWorkflowRunner()
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def build_activities(
    settings: Settings,
    client: Client,
    channels: ChannelDirectory,
    documents: DocumentStore,
    *,
    feeds: FeedDirectory | None = None,
    start: StartIncidentActivity | None = None,
    feed: FeedIncidentActivity | None = None,
    workloads: Workloads | None = None,
    overrides: Overrides | None = None,
) -> Sequence[Callable[..., Any]]:
    """Every activity, with the connectors and settings that it needs.

    A rehearsal starts and feeds incidents, asks workloads and knows overrides in its own way.
    """
    workloads = workloads or Workloads(client)
    on_call = OnCallLookup(feeds, settings.policy_file, overrides or book_of(client))
    return [
        enforce_deadline,
        refresh_calendars,
        EscalateIncidentActivity(channels, on_call, workloads).escalate_incident,
        AskForLeaveActivity(workloads).ask_for_leave,
        TellOfRoleActivity(client, workloads).tell_of_role,
        SendNotificationActivity(channels).send_notification,
        LiveMessagesActivity(channels).edit_message,
        LiveMessagesActivity(channels).keep_place,
        (start or StartIncidentActivity(client, settings.policy_file, feeds)).start_incident,
        (feed or FeedIncidentActivity(client)).feed_incident,
        WriteIncidentReportActivity(documents).write_report,
        ArchiveTimelineActivity(documents).archive_timeline,
        BeginArchiveActivity(client).begin_archive,
        ArchiveRunActivity(client, documents).archive_run,
        KeepPolicyActivity(documents, settings.policy_file).keep_policy,
        LookUpPolicyActivity(documents, settings.policy_file).look_up_policy,
    ]


@asynccontextmanager
async def running_workers(
    client: Client,
    settings: Settings,
    channels: ChannelDirectory,
    feeds: FeedDirectory | None = None,
) -> AsyncIterator[None]:
    """Run a worker for everything. Many may run on one task queue."""
    documents = LocalDocumentStore(settings.documents_directory)
    lowering = LowersPriority(client)
    workers = Workers(
        client,
        task_queue=settings.task_queue,
        workflows=list(WORKFLOWS),
        activities=build_activities(settings, client, channels, documents, feeds=feeds),
        workflow_runner=workflow_runner(guarded=False),
        max_cached_workflows=settings.cached_workflows,
        max_concurrent_workflow_tasks=AT_ONCE,
        max_concurrent_workflow_task_polls=POLLERS,
        nonsticky_to_sticky_poll_ratio=NEW_WORK,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=GRACE,
        interceptors=[CalledByWorkflow(), lowering],
    )
    async with workers, lowering.running():
        yield
