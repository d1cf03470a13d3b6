"""Archives of ended runs: starts them, finds the missing ones, reads the history to keep."""

from contextlib import suppress
from datetime import datetime

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from incidents.temporal_errors import UNKNOWN
from models.contracts.archive import ARCHIVE_WORKFLOW, ArchiveRunInput
from models.contracts.incident import INCIDENT_WORKFLOW
from rules.paging.urgency import WorkKind, rank
from rules.wording.markdown import caption


class RunStillOpen(Exception):  # noqa: N818 - says what is
    """The run has not ended yet, so its history is incomplete."""


class RunGone(Exception):  # noqa: N818 - says what is
    """The server does not know the run, or has forgotten it."""


def archive_id(run: ArchiveRunInput) -> str:
    """The id of the workflow that archives a run."""
    return f"archive-{run.workflow_id}-{run.run_id}"


async def begin_archive(client: Client, run: ArchiveRunInput, task_queue: str) -> str:
    """Start the archive of a run, unless it runs or has succeeded; returns its workflow id.

    Raises RPCError.
    """
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            ARCHIVE_WORKFLOW,
            run,
            id=archive_id(run),
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=caption(f"archive run {run.run_id} of {run.workflow_id}"),
            priority=Priority(*rank(WorkKind.CHORE)),
        )
    return archive_id(run)


async def runs_without_archive(
    client: Client, task_queue: str, since: datetime | None = None
) -> tuple[ArchiveRunInput, ...]:
    """Find incident runs that nobody archives; with `since`, only runs closed after it.

    Raises RPCError.
    """
    ours = f"TaskQueue = '{task_queue}'"
    lately = f"CloseTime >= '{since.isoformat()}'" if since else "ExecutionStatus != 'Running'"
    closed = f"WorkflowType = '{INCIDENT_WORKFLOW}' AND {ours} AND {lately}"
    ended = [
        ArchiveRunInput(workflow_id=run.id, run_id=run.run_id)
        async for run in client.list_workflows(closed)
    ]
    if not ended:
        return ()
    stands = f"(ExecutionStatus = 'Running' OR (ExecutionStatus = 'Completed' AND {lately}))"
    begun = f"WorkflowType = '{ARCHIVE_WORKFLOW}' AND {ours} AND {stands}"
    archives = {run.id async for run in client.list_workflows(begun)}
    return tuple(run for run in ended if archive_id(run) not in archives)


async def history_of(client: Client, run: ArchiveRunInput) -> WorkflowHistory:
    """The history of a run that has ended. Raises RunStillOpen, RunGone, RPCError.

    Runs of the archive workflow itself are not archived.
    """
    handle = client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
    try:
        described = await handle.describe()
        if described.workflow_type == ARCHIVE_WORKFLOW:
            raise RunGone(run.run_id)  # An archive would wait for its own end.
        if described.status is WorkflowExecutionStatus.RUNNING:
            raise RunStillOpen(run.run_id)
        return await handle.fetch_history()
    except RPCError as error:
        if error.status not in UNKNOWN:
            raise
        raise RunGone(run.run_id) from None
