"""How a change of a workflow goes on with what began before it, and how a replay notices others."""

from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker, WorkflowRunner
from temporalio.workflow import NondeterminismError

from runtime.worker.registry import workflow_runner

NAME = "Changing"


@workflow.defn(name=NAME)
class Before:
    """It waits."""

    @workflow.run
    async def run(self) -> None:
        """One timer."""
        await workflow.sleep(0.001)


@workflow.defn(name=NAME)
class Patched:
    """It shows its state first; what began before goes on without."""

    @workflow.run
    async def run(self) -> None:
        """One timer, and since the change a search attribute."""
        if workflow.patched("state-is-shown"):
            workflow.upsert_memo({"state": "waits"})
        await workflow.sleep(0.001)


@workflow.defn(name=NAME)
class Careless:
    """The same change without a patch."""

    @workflow.run
    async def run(self) -> None:
        """Another command comes first."""
        workflow.upsert_memo({"state": "waits"})
        await workflow.sleep(0.001)


async def lived(client: Client, kind: type[Any]) -> WorkflowHistory:
    """The history of a workflow under some code."""
    runner: WorkflowRunner = workflow_runner(guarded=False)
    queue = f"patches-{kind.__name__}"
    async with Worker(client, task_queue=queue, workflows=[kind], workflow_runner=runner):
        handle = await client.start_workflow(NAME, id=queue, task_queue=queue)
        await handle.result()
        return await handle.fetch_history()


async def replay(history: WorkflowHistory, kind: type[Any]) -> None:
    """Play a history again under some code. Raises NondeterminismError."""
    await Replayer(
        workflows=[kind], workflow_runner=workflow_runner(guarded=False)
    ).replay_workflow(history)


async def test_a_patched_change_replays_what_began_before_it_and_what_began_since(
    server: WorkflowEnvironment,
) -> None:
    """Each goes on its own way."""
    for kind in (Before, Patched):
        await replay(await lived(server.client, kind), Patched)


async def test_a_change_without_a_patch_is_noticed(server: WorkflowEnvironment) -> None:
    """Its commands differ from those of the history."""
    history = await lived(server.client, Before)
    with pytest.raises(NondeterminismError):
        await replay(history, Careless)
