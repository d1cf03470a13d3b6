"""An activity whose input Temporal would refuse fails like any other; its workflow goes on."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from models.contracts.archive import ArchiveTimeline
    from models.contracts.documents import DocumentWritten
    from rules.paging.urgency import WorkKind
    from workflows.activity_calls import own_priority, perform, perform_promptly

TOO_MUCH = 3 * 1024 * 1024


@workflow.defn
class _Orders:
    """Orders the same oversized effect in each possible way."""

    @workflow.run
    async def run(self) -> list[str]:
        """The outcome of each."""
        heavy = ArchiveTimeline(
            incident_id="INC-1", first_seq=1, last_seq=2, entries_json="é" * (TOO_MUCH // 2)
        )
        said = []
        for way in (perform, perform_promptly):
            try:
                await way(
                    "nobody_does_this",
                    heavy,
                    DocumentWritten,
                    summary="too much",
                    priority=own_priority(WorkKind.CHORE),
                )
            except FailureError as error:
                said.append(str(error))
        return said


async def test_an_effect_that_is_too_heavy_fails_and_its_workflow_goes_on(
    time_skipping: WorkflowEnvironment,
) -> None:
    """It is not started, names its size, and does not fail the workflow task for ever."""
    async with Worker(time_skipping.client, task_queue="too-much", workflows=[_Orders]):
        said = await time_skipping.client.execute_workflow(
            _Orders.run,
            id="too-much",
            task_queue="too-much",
            execution_timeout=timedelta(hours=1),
        )
    assert len(said) == 2
    assert all("was not started: its input has 314" in text for text in said)
