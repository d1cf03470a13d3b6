"""The workload of a person, on a real server in virtual time: summaries, refusals, its end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.send_notification import SendNotificationActivity
from connectors.errors import PermanentError
from models.people.workload import (
    ASK_LEAVE,
    HOLD_ROLE,
    WORKLOAD_WORKFLOW,
    AskLeave,
    AskTogether,
    HoldRole,
    Leave,
    Leaves,
    PageVerdict,
    RolesHeld,
    WorkloadInput,
    WorkloadState,
)
from rules.paging.workload import GATHER, REMEMBERED, ROUNDS
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.conftest import time_skipping_server
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.rules.storms import NOON, page

SECOND = timedelta(seconds=1)


class Ana:
    """Ana's workload, with ways to ask it."""

    def __init__(self, env: WorkflowEnvironment, task_queue: str) -> None:
        self.env = env
        self.client: Client = env.client
        self.task_queue = task_queue
        self.channels = RecordingChannels()
        self.id = f"WL-{task_queue}"
        self.handle: WorkflowHandle[Any, Any] = self.client.get_workflow_handle(
            self.id, result_type=WorkloadState
        )

    def worker(self) -> Workers:
        """A worker that runs workflows guarded, as replays do."""
        return Workers(
            self.client,
            task_queue=self.task_queue,
            workflows=list(WORKFLOWS),
            activities=[SendNotificationActivity(self.channels).send_notification],
            workflow_runner=workflow_runner(),
        )

    async def update(self, name: str, said: object, answer: type[Any]) -> Any:
        """Send the workload an update; the first one starts it."""
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            WORKLOAD_WORKFLOW,
            WorkloadInput(whom="person:ana"),
            id=self.id,
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        return await self.client.execute_update_with_start_workflow(
            name, said, start_workflow_operation=start, result_type=answer
        )

    async def ask(self, *pages: AskLeave) -> tuple[Leave, ...]:
        """The answers to pages that ask together."""
        leaves: Leaves = await self.update(ASK_LEAVE, AskTogether(pages=pages), Leaves)
        return leaves.leaves

    async def later(self, time: timedelta) -> None:
        """Time passes."""
        await self.env.fast_forward(self.handle, time)

    async def until_told(self, ask: AskLeave) -> Leave:
        """Ask again until the page is no longer held."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                (leave,) = await self.ask(ask)
                if leave.verdict is not PageVerdict.HELD:
                    return leave
                await asyncio.sleep(0.02)

    def subjects(self, channel: str) -> list[str]:
        """The subjects that a channel got."""
        return [sent.subject for sent in self.channels.channel(channel).messages.values()]


@pytest.fixture
async def ana(time_skipping: WorkflowEnvironment, task_queue: str) -> AsyncIterator[Ana]:
    """Ana's workload with a worker; at the end, its history replays."""
    made = Ana(time_skipping, task_queue)
    async with made.worker():
        yield made
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(await made.handle.fetch_history())


async def test_held_pages_go_out_as_one_when_they_are_due(ana: Ana) -> None:
    """It does not go earlier, and each of its pages hears of it."""
    leaves = await ana.ask(*(page(number) for number in range(9)))
    assert [leave.verdict for leave in leaves[3:5]] == [PageVerdict.GRANTED, PageVerdict.HELD]
    await ana.later(GATHER - SECOND)
    assert ana.subjects("pager") == []
    await ana.later(2 * SECOND)
    leave = await ana.until_told(page(8))
    assert leave.summary is not None
    assert (leave.summary.channel, leave.summary.incidents) == ("pager", 5)
    assert ana.subjects("pager") == ["5 incidents for you: 5 SEV4"]


async def test_a_summary_falls_back_as_a_page_does(ana: Ana) -> None:
    """It uses the next channel of the worst incident's page."""
    ana.channels.channel("pager").fails_always = PermanentError("pager", "gone")
    await ana.ask(*(page(number) for number in range(5)))
    await ana.later(GATHER + SECOND)
    leave = await ana.until_told(page(4))
    assert leave.summary is not None
    assert leave.summary.channel == "email"
    assert (ana.subjects("pager"), len(ana.subjects("email"))) == ([], 1)


async def test_pages_of_a_summary_that_reaches_nobody_hear_so_in_the_end(ana: Ana) -> None:
    """That is after eight rounds over every channel."""
    for name in ("pager", "email"):
        ana.channels.channel(name).fails_always = PermanentError(name, "gone")
    await ana.ask(*(page(number) for number in range(5)))
    await ana.later(timedelta(hours=3))
    assert (await ana.until_told(page(4))).verdict is PageVerdict.UNDELIVERED
    tried = ana.channels.channel("pager").attempts, ana.channels.channel("email").attempts
    assert tried == (ROUNDS, ROUNDS)


async def test_an_unreadable_message_is_refused_and_changes_nothing(ana: Ana) -> None:
    """A direct call to Temporal hears what was wrong."""
    await ana.ask(page(1))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await ana.handle.execute_update(ASK_LEAVE, {"pages": [{"key": 1}]})
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "Malformed"
    assert "pages.0.incident_id" in str(refused.value.cause)
    with pytest.raises(WorkflowUpdateFailedError):
        await ana.handle.execute_update(HOLD_ROLE, args=[1, 2])
    await ana.handle.signal("no_such_signal")
    state: WorkloadState = await ana.handle.query("state", result_type=WorkloadState)
    assert [sent.key for sent in state.sent] == [page(1).key]


async def test_it_ends_when_nothing_is_left_and_begins_anew_when_asked(ana: Ana) -> None:
    """It does not end before its last role is given up."""
    held = HoldRole(role="lead", incident_id="INC-1", holds=True, at=NOON)
    await ana.update(HOLD_ROLE, held, RolesHeld)
    await ana.ask(page(1))
    await ana.later(REMEMBERED + SECOND)
    await ana.update(HOLD_ROLE, held.changed(holds=False), RolesHeld)
    ended: WorkloadState = await ana.handle.result()
    assert (ended.sent, ended.roles) == ((), ())
    (leave,) = await ana.ask(page(2))
    assert leave.verdict is PageVerdict.GRANTED


async def test_a_summary_of_a_later_life_has_a_key_of_its_own(ana: Ana) -> None:
    """Otherwise a receiver that honours keys would drop it as a repeat of the first."""
    for first in (0, 10):
        await ana.ask(*(page(first + number) for number in range(5)))
        await ana.later(GATHER + SECOND)
        await ana.until_told(page(first + 4))
        await ana.later(REMEMBERED + SECOND)
        await ana.handle.result()
    assert len(ana.subjects("pager")) == 2


async def test_nothing_is_forgotten_when_it_continues_as_new(task_queue: str) -> None:
    """Sent pages still count, held ones go out, and a repeated request gets the same answer."""
    config = "limit.historyCount.suggestContinueAsNew=60"
    async with await time_skipping_server(config) as env:
        ana = Ana(env, task_queue)
        async with ana.worker():
            for number in range(40):
                await ana.ask(page(number))
            await ana.later(GATHER + SECOND)
            leave = await ana.until_told(page(39))
            (first,) = await ana.ask(page(0))
            began = (await ana.handle.fetch_history()).events[0]
    assert leave.summary is not None
    assert leave.summary.incidents == 36
    assert first.verdict is PageVerdict.GRANTED
    assert began.workflow_execution_started_event_attributes.continued_execution_run_id


async def test_a_message_that_is_too_large_as_a_whole_is_refused(ana: Ana) -> None:
    """Six of them, each of whose parts keeps its bounds, would be too much to carry on."""
    channels = tuple("x" * 480 for _ in range(190))
    await ana.ask(page(1))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await ana.ask(*(page(number).changed(channels=channels) for number in range(15)))
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "Malformed"
    assert "larger than 256 KiB" in str(refused.value.cause)
