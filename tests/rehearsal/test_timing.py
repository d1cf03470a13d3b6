"""Virtual time: where a workflow stands, when it will act, and that one which fails is noticed."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from rehearsal import timing
from rehearsal.server import skipper
from rehearsal.timing import Stuck, VirtualTime

STARTS = datetime(2018, 10, 21, 22, 52, tzinfo=UTC)


@workflow.defn
class Sleeper:
    """Sleeps for a day, twice; is told to fail."""

    @workflow.run
    async def run(self, fails: bool) -> None:  # noqa: FBT001 - an input
        """Sleep, or fail in the way that code fails."""
        if fails:
            raise ZeroDivisionError
        await workflow.sleep(timedelta(days=1))
        await workflow.sleep(timedelta(days=1))


async def begun(env: WorkflowEnvironment, queue: str, *, fails: bool = False) -> VirtualTime:
    """A sleeper that begins at STARTS; its workflow is called as its task queue."""
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
    """Whether an instant is what it should be, but for the time that things take."""
    return found is not None and timedelta() <= found - wanted <= timedelta(minutes=10)


async def test_time_passes_for_a_workflow_only_as_far_as_it_is_brought(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """It acts when its timers ring, ends, and is left alone then."""
    time = await begun(time_skipping, task_queue)
    async with worker(time_skipping, task_queue):
        await time.settled([task_queue])
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


async def test_what_is_due_by_an_instant_has_rung_once_time_has_passed_until_then(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """However late a busy machine gets round to it: nothing else goes on before."""
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
    """Temporal would try it for ever; a rehearsal says so instead."""
    time = await begun(time_skipping, task_queue, fails=True)
    async with worker(time_skipping, task_queue):
        with pytest.raises(Stuck, match="keeps failing"):
            await time.settled([task_queue])
    await time.handle(task_queue).terminate()


async def test_a_workflow_that_nobody_works_on_is_stuck(
    time_skipping: WorkflowEnvironment, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long one waits, nothing would come of it; until then it is told how far one is."""
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
