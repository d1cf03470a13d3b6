"""The archive of one run: waits until the run has ended, then has its history kept."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.contracts import ARCHIVE_RUN, ARCHIVE_WORKFLOW, ArchivedRun, ArchiveRunInput
    from workflows.payloads import raw_start, read_start

ATTEMPT_TIMEOUT = timedelta(seconds=60)
LEAST_URGENT = Priority(priority_key=5)

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=10),
)
"""Without end: an archive is owed until it is there. What cannot succeed says so itself."""


@workflow.defn(name=ARCHIVE_WORKFLOW)
class ArchiveRun:
    """Archives the run that its input names."""

    @workflow.run
    @raw_start
    async def run(self, *payloads: object) -> ArchivedRun:
        """Where the history went. Fails where the run is gone or cannot be kept."""
        request = read_start(ArchiveRunInput, payloads)
        if isinstance(request, Exception):
            raise request
        archived: ArchivedRun = await workflow.execute_activity(
            ARCHIVE_RUN,
            request,
            result_type=ArchivedRun,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=RETRIES,
            summary=f"archive run {request.run_id}, once it has ended",
            priority=LEAST_URGENT,
        )
        return archived
