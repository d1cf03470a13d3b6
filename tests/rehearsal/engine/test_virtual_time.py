"""Virtual time: where a workflow stands, when it acts, and how a failing one is noticed."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from rehearsal.engine import virtual_time as timing
from rehearsal.engine.server import skipper
from rehearsal.engine.virtual_time import Stuck, VirtualTime

STARTS = datetime(2018, 10, 21, 22, 52, tzinfo=UTC)


@workflow.defn
class Sleeper:
    """Sleeps for a day, twice; can be told to fail."""

    @workflow.run
    async def run(self, fails: bool) -> None:  # noqa: FBT001 - an input
        """Sleeps, or fails as code with a bug does."""
        if fails:
            raise ZeroDivisionError
        await workflow.sleep(timedelta(days=1))
        await workflow.sleep(timedelta(days=1))


async def begun(env: WorkflowEnvironment, queue: str, *, fails: bool = False) -> VirtualTime:
    """A sleeper that begins at STARTS; the task queue names its workflow."""
    skipping = skipper(env.client)
    time = VirtualTime(skipping)
    time.begin(queue, STARTS)
    await skipping.client.start_workflow(Sleeper.run, fails, id=queue, task_queue=queue)
    return time


def worker(env: WorkflowEnvironment, queue: str) -> Worker:
    """A worker for sleepers."""
    runner = UnsandboxedWorkflowRunner()
    return Worker(env.client, task_queue=queue, workflows=[Sleeper], workflow_runner=runner)


def near(found: datetime | None, wanted: datetime) -> bool:
    """Whether an instant is as expected, apart from the time that work takes."""
    return found is not None and timedelta() <= found - wanted <= timedelta(minutes=10)


async def test_time_passes_for_a_workflow_only_as_far_as_the_rehearsal_moves_it(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """It acts when its timers fire, ends, and is then left alone."""
    time = await begun(time_skipping, task_queue)
    async with worker(time_skipping, task_queue):
        await time.settled([task_queue])
        assert near(await time.next_due(task_queue), STARTS + timedelta(days=1))
        assert not await time.forward(task_queue, STARTS + timedelta(hours=12))
        assert near(await time.now(task_queue), STARTS + timedelta(hours=12))
        assert near(await time.next_due(task_queue), STARTS + timedelta(days=1))
        assert await time.forward(task_queue, STARTS + timedelta(hours=30))
        await time.settled([task_queue])
        assert near(await time.now(task_queue), STARTS + timedelta(hours=30))
        assert near(await time.next_due(task_queue), STARTS + timedelta(days=2))
        assert not await time.forward(task_queue, STARTS)
        await time.forward(task_queue, STARTS + timedelta(days=3))
        assert not await time.running(task_queue)
        assert not await time.forward(task_queue, STARTS + timedelta(days=4))
    assert not await time.running("nobody")


async def test_everything_due_by_an_instant_has_fired_once_time_has_reached_it(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """Nothing else goes on before, however slow a busy machine is."""
    time = await begun(time_skipping, task_queue)
    async with worker(time_skipping, task_queue):
        await time.settled([task_queue])
        due = await time.next_due(task_queue)
        assert due
        assert await time.forward(task_queue, due)
        later = await time.next_due(task_queue)
        assert later is None or later > due
    await time.handle(task_queue).terminate()


async def test_a_workflow_whose_code_fails_is_stuck(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """Temporal would repeat the task for ever; a rehearsal reports it."""
    time = await begun(time_skipping, task_queue, fails=True)
    async with worker(time_skipping, task_queue):
        with pytest.raises(Stuck, match="keeps failing"):
            await time.settled([task_queue])
    await time.handle(task_queue).terminate()


async def test_a_workflow_without_a_worker_is_stuck(
    time_skipping: WorkflowEnvironment, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wait would help; until then the rehearsal reports its progress."""
    monkeypatch.setattr(timing, "PATIENCE", timedelta(seconds=0.2))
    monkeypatch.setattr(timing, "WATCH_SECONDS", 0.1)
    time = await begun(time_skipping, task_queue)
    told: list[datetime] = []
    time.reached = told.append
    with pytest.raises(Stuck, match="do not come to rest"):
        await time.settled([task_queue])
    with pytest.raises(Stuck, match="has done nothing"):
        await time.forward(task_queue, STARTS + timedelta(days=3))
    assert told
    assert all(STARTS <= at <= STARTS + timedelta(days=3, minutes=1) for at in told)
    await time.handle(task_queue).terminate()
