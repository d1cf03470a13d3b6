"""A real server and worker for the console to talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs
from temporalio.client import Client

from activities.archive_run import ArchiveRunActivity
from activities.archive_timeline import ArchiveTimelineActivity
from activities.begin_archive import BeginArchiveActivity
from activities.enforce_deadline import enforce_deadline
from activities.escalate_incident import EscalateIncidentActivity
from activities.keep_policy import KeepPolicyActivity
from activities.look_up_policy import LookUpPolicyActivity
from activities.send_notification import SendNotificationActivity
from activities.write_report import WriteIncidentReportActivity
from connectors.documents.local import LocalDocumentStore
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.incident.record import Report
from rehearsal.engine.server import skipper
from rehearsal.engine.virtual_time import VirtualTime
from runtime.worker.lanes import Workers
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.runners import unguarded
from tests.specimens import POLICY, REPORT
from workflows.archive_run import ArchiveRun
from workflows.incident.workflow import IncidentWorkflow
from workflows.keep_policy import KeepPolicy


@asynccontextmanager
async def working(client: Client, task_queue: str, documents: Path) -> AsyncIterator[None]:
    """A worker that runs; its logs stay apart from what the console prints in this process."""
    with capture_logs():
        async with _worker(client, task_queue, documents):
            yield


IN_FORCE = Path(__file__).parents[2] / "policies" / "default.yaml"
"""The policy of the worker's own settings."""


def _worker(client: Client, task_queue: str, documents: Path) -> Workers:
    channels = RecordingChannels()
    store = LocalDocumentStore(documents)
    return Workers(
        client,
        task_queue=task_queue,
        workflows=[IncidentWorkflow, ArchiveRun, KeepPolicy],
        activities=[
            enforce_deadline,
            EscalateIncidentActivity(channels).escalate_incident,
            SendNotificationActivity(channels).send_notification,
            WriteIncidentReportActivity(store).write_report,
            ArchiveTimelineActivity(store).archive_timeline,
            BeginArchiveActivity(client).begin_archive,
            ArchiveRunActivity(client, store).archive_run,
            KeepPolicyActivity(store, IN_FORCE).keep_policy,
            LookUpPolicyActivity(store, IN_FORCE).look_up_policy,
        ],
        workflow_runner=unguarded(),
    )


async def reported(client: Client, task_queue: str, suffix: str = "", **changes: object) -> str:
    """Starts an incident from the specimens; returns its id."""
    incident_id = f"INC-{task_queue}{suffix}"
    report = Report.model_validate({**REPORT.model_dump(), **changes})
    await client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=POLICY, report=report),
        id=incident_id,
        task_queue=task_queue,
        memo={"title": report.title},
    )
    return incident_id


async def settled(client: Client, incident_id: str) -> None:
    """Waits until nothing more happens by itself: whoever is to be paged first was paged."""
    time = VirtualTime(skipper(client))
    time.keep(incident_id, timedelta())
    await time.settled([incident_id], moved=[incident_id])


async def ended(client: Client, incident_id: str) -> None:
    """Waits until the incident's run has ended."""
    await asyncio.wait_for(client.get_workflow_handle(incident_id).result(), PATIENCE_SECONDS)
