"""The archive of one run: waits until the run has ended, then keeps its history."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contracts.archive import ARCHIVE_RUN, ARCHIVE_WORKFLOW, ArchivedRun, ArchiveRunInput
    from workflows.activity_calls import perform_in_the_end
    from workflows.payloads import raw_start, read_start


@workflow.defn(name=ARCHIVE_WORKFLOW)
class ArchiveRun:
    """Archives the run that its input names."""

    @workflow.run
    @raw_start
    async def run(self, *payloads: object) -> ArchivedRun:
        """Where the history is kept. Fails if the run is gone or cannot be kept."""
        request = read_start(ArchiveRunInput, payloads)
        if isinstance(request, Exception):
            raise request
        return await perform_in_the_end(
            ARCHIVE_RUN,
            request,
            ArchivedRun,
            summary=f"archive run {request.run_id}, once it has ended",
        )
