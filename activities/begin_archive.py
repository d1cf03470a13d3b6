"""begin_archive: a workflow of its own archives a run once that has ended."""

from temporalio import activity
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.contracts import ARCHIVE_WORKFLOW, BEGIN_ARCHIVE, ArchiveRunInput

LEAST_URGENT = Priority(priority_key=5)


class BeginArchiveActivity:
    """Starts the archive of a run on the task queue that the activity itself runs on."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=BEGIN_ARCHIVE)
    async def begin_archive(self, request: ArchiveRunInput) -> str:
        """Start it, unless it runs or has succeeded; returns its workflow id."""
        workflow_id = f"archive-{request.workflow_id}-{request.run_id}"
        try:
            await self._client.start_workflow(
                ARCHIVE_WORKFLOW,
                request,
                id=workflow_id,
                task_queue=activity.info().task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"archive run {request.run_id} of {request.workflow_id}"[:200],
                priority=LEAST_URGENT,
            )
        except WorkflowAlreadyStartedError:
            return workflow_id
        return workflow_id
