"""Who looks at an incident in Temporal sees how it stands now."""

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.testing import WorkflowEnvironment

from activities.escalate_incident import EscalateIncidentActivity
from activities.send_notification import SendNotificationActivity
from models.command import COMMANDS
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.fakes.channels import RecordingChannels
from tests.specimens import POLICY, REPORT

METADATA = "__temporal_workflow_metadata"
"""The query by which Temporal's UI asks for the current details."""


async def test_the_details_in_temporal_are_those_of_the_moment_of_the_question(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """They change with each command; a workflow whose input cannot be read has none."""
    channels = RecordingChannels()
    workers = Workers(
        server.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[
            EscalateIncidentActivity(channels).escalate_incident,
            SendNotificationActivity(channels).send_notification,
        ],
        workflow_runner=workflow_runner(guarded=False),
    )
    async with workers:
        start = IncidentInput(policy=POLICY, report=REPORT)
        handle = await server.client.start_workflow(
            INCIDENT_WORKFLOW, start, id=f"INC-{task_queue}", task_queue=task_queue
        )
        before: WorkflowMetadata = await handle.query(METADATA, result_type=WorkflowMetadata)
        shown = [update.name for update in before.definition.update_definitions]
        assert shown == sorted(["", *COMMANDS])
        await handle.execute_update("acknowledge", {"actor": "ana"})
        after: WorkflowMetadata = await handle.query(METADATA, result_type=WorkflowMetadata)
        assert "**reported**" in before.current_details
        assert "**assessment**" in after.current_details
        await handle.terminate()
        unread = await server.client.start_workflow(
            INCIDENT_WORKFLOW, id=f"INC-{task_queue}-unread", task_queue=task_queue
        )
        none: WorkflowMetadata = await unread.query(METADATA, result_type=WorkflowMetadata)
        assert none.current_details == ""
