"""What readers find in the memo of a workflow that never ends, after it continued as new."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.workflow import Info

from incidents.access.changing import end_session, make_token
from incidents.access.reading import read_access
from incidents.schedules.overrides import read_overrides
from incidents.schedules.overriding import AskedOverride, Overriding
from models.access import ACCESS_ID, TOKENS_MEMO, EndedSession, Holder
from models.base import Actor
from models.people.schedule_overrides import OVERRIDES_ID
from policies.reading.load import parse_policy
from runtime.worker.registry import workflow_runner
from tests.policies.written import WHOLE
from workflows.access import Access
from workflows.schedule_overrides import ScheduleOverrides

SCHEDULES = """\
schedules:
  primary: { rotation: { people: [ana, bo], hand_over: monday 09:00, starts: 2026-01-05 } }
"""
PATIENCE = timedelta(seconds=5)


@pytest.fixture
async def short_runs(
    time_skipping: WorkflowEnvironment, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """A worker whose workflows continue as new after some twenty events."""
    client = time_skipping.client

    async def none_left() -> None:
        for name in (ACCESS_ID, OVERRIDES_ID):
            with suppress(RPCError):
                await client.get_workflow_handle(name).terminate()

    await none_left()
    monkeypatch.setattr(
        Info, "is_continue_as_new_suggested", lambda info: info.get_current_history_length() > 20
    )
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[Access, ScheduleOverrides],
        workflow_runner=workflow_runner(),
    ):
        yield client
    await none_left()


async def first_run(client: Client, workflow_id: str) -> WorkflowHandle[Any, Any]:
    """The run that goes on now, also after it has continued as new."""
    found = await client.get_workflow_handle(workflow_id).describe()
    return client.get_workflow_handle(workflow_id, run_id=found.run_id)


async def goes_on(run: WorkflowHandle[Any, Any]) -> bool:
    """Whether the run itself goes on."""
    return (await run.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_tokens_and_ended_sessions_count_in_the_next_run(
    short_runs: Client, task_queue: str
) -> None:
    """A run that nothing has changed yet shows what the run before it knew."""
    client = short_runs
    made = await make_token(
        client,
        task_queue,
        name="laptop",
        owner="ana",
        holder=Holder.PERSON,
        scopes=("read",),
        by="ana",
    )
    ends = datetime.now(UTC) + timedelta(hours=1)
    known: list[str] = []
    run = await first_run(client, ACCESS_ID)
    while await goes_on(run):
        assert len(known) < 20
        known.append(f"session-{len(known)}")
        await end_session(client, task_queue, EndedSession(id=known[-1], until=ends))
        await client.get_workflow_handle(ACCESS_ID).query(TOKENS_MEMO)  # it has processed that
    state = await read_access(client, PATIENCE)
    assert [token.digest for token in state.tokens] == [made.token.digest]
    assert [each.id for each in state.ended_sessions] == known


async def test_overrides_count_in_the_next_run(short_runs: Client, task_queue: str) -> None:
    """Whoever covers a shift covers it in the next run, too."""
    client = short_runs
    policy = parse_policy((WHOLE + SCHEDULES).encode()).policy
    assert policy is not None
    overriding, begins_at = Overriding(client, task_queue), datetime.now(UTC) + timedelta(days=1)
    made: list[str] = []
    run = None
    while run is None or await goes_on(run):
        assert len(made) < 20
        at = begins_at + len(made) * timedelta(days=1)
        wanted = AskedOverride("primary", "bo", at, at + timedelta(hours=5), "ill")
        made.append((await overriding.make(policy, wanted, Actor(name="ana"))).id)
        run = run or await first_run(client, OVERRIDES_ID)
    state = await read_overrides(client, PATIENCE)
    assert [override.id for override in state.overrides] == made
