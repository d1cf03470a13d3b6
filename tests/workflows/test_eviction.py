"""A workflow may leave its worker's memory at any time, which is no event of the incident."""

import asyncio

import structlog
from structlog.testing import capture_logs
from temporalio.testing import WorkflowEnvironment

from activities.escalate_incident import EscalateIncidentActivity
from activities.send_notification import SendNotificationActivity
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.fakes.channels import RecordingChannels
from tests.specimens import POLICY, REPORT


async def test_an_incident_that_leaves_memory_while_it_sends_is_no_alarm(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """The cache has room for one of two; nothing breaks, and no alarm is logged."""
    channels = RecordingChannels()
    log = channels.channel("log")
    log.gate = asyncio.Event()
    structlog.reset_defaults()
    with capture_logs() as logged:
        async with Workers(
            server.client,
            task_queue=task_queue,
            workflows=list(WORKFLOWS),
            activities=[
                EscalateIncidentActivity(channels).escalate_incident,
                SendNotificationActivity(channels).send_notification,
            ],
            workflow_runner=workflow_runner(),
            max_cached_workflows=1,
        ):
            incidents = [
                await server.client.start_workflow(
                    INCIDENT_WORKFLOW,
                    IncidentInput(policy=POLICY, report=REPORT),
                    id=f"INC-{task_queue}-{number}",
                    task_queue=task_queue,
                )
                for number in (1, 2)
            ]
            while log.attempts < len(incidents):
                await asyncio.sleep(0.01)
    for incident in incidents:
        await incident.terminate()
    assert [line for line in logged if line["log_level"] == "error"] == []
