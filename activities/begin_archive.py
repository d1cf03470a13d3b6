"""begin_archive: a workflow of its own archives a run once that has ended."""

from temporalio import activity
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.contracts import ARCHIVE_WORKFLOW, BEGIN_ARCHIVE, ArchiveRunInput
from rules.paging.urgency import Kind, home_of, rank
from rules.record.markdown import caption


def archive_id(workflow_id: str, run_id: str) -> str:
    """The id of the workflow that archives a run."""
    return f"archive-{workflow_id}-{run_id}"


async def begin(client: Client, request: ArchiveRunInput, task_queue: str) -> str:
    """Start the archive of a run, unless it runs or has succeeded; returns its workflow id.

    Raises RPCError.
    """
    workflow_id = archive_id(request.workflow_id, request.run_id)
    try:
        await client.start_workflow(
            ARCHIVE_WORKFLOW,
            request,
            id=workflow_id,
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=caption(f"archive run {request.run_id} of {request.workflow_id}"),
            priority=Priority(*rank(Kind.CHORE)),
        )
    except WorkflowAlreadyStartedError:
        return workflow_id
    return workflow_id


class BeginArchiveActivity:
    """Starts the archive of a run on the task queue that the activity itself runs on."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=BEGIN_ARCHIVE)
    async def begin_archive(self, request: ArchiveRunInput) -> str:
        """Start it, unless it runs or has succeeded; returns its workflow id."""
        return await begin(self._client, request, home_of(activity.info().task_queue))
