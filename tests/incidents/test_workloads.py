"""Workloads as activities reach them: a few updates for hundreds of pages, without long waits."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.tell_of_role import TellOfRoleActivity
from incidents import patience
from incidents.workloads.requests import MOST_TOGETHER, NoAnswer, Workloads, together_at_once
from models.people.workload import (
    AskForLeave,
    AskLeave,
    HoldRole,
    Leave,
    PageVerdict,
    RolesHeld,
    TellOfRole,
)
from rules.record.ids import workload_id
from runtime.worker.registry import WORKFLOWS
from tests.rules.storms import page
from tests.runners import unguarded

TOGETHER = 100


@pytest.fixture
def inside(task_queue: str) -> ActivityEnvironment:
    """An activity's surroundings on this test's own task queue."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, task_queue=task_queue)
    return environment


@pytest.fixture
async def client(server: WorkflowEnvironment, task_queue: str) -> AsyncIterator[Client]:
    """A client, while a worker runs workloads."""
    async with Worker(
        server.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[],
        workflow_runner=unguarded(),
    ):
        yield server.client


def asking(ask: AskLeave) -> AskForLeave:
    """A page that asks under some policy."""
    return AskForLeave(policy="Shop", asked=ask)


async def test_hundreds_ask_by_a_few_updates_and_the_worst_comes_first(
    client: Client, inside: ActivityEnvironment, task_queue: str
) -> None:
    """Pages that ask while an answer is under way go with the next; the limit holds over all."""
    workloads = Workloads(client)
    small = [page(number) for number in range(TOGETHER)]
    worst = [page(1000 + number, urgency=1) for number in range(7)]

    async def ask(one: AskLeave) -> Leave:
        return await inside.run(workloads.ask, asking(one))

    answers = await asyncio.gather(*(ask(one) for one in (*small, *worst)))
    verdicts = [leave.verdict for leave in answers]
    assert verdicts[TOGETHER:].count(PageVerdict.GRANTED) >= 6
    assert verdicts.count(PageVerdict.GRANTED) == 7
    handle = client.get_workflow_handle(workload_id(task_queue, "Shop", "person:ana"))
    events = (await handle.fetch_history()).events
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    assert sum(event.event_type == accepted for event in events) <= 3


async def test_people_of_two_policies_are_two(client: Client, inside: ActivityEnvironment) -> None:
    """The same name in another organisation is another person."""
    workloads = Workloads(client)
    for number in range(4):
        await inside.run(workloads.ask, asking(page(number)))
    other = AskForLeave(policy="Bank", asked=page(9))
    held = await inside.run(workloads.ask, asking(page(9)))
    granted = await inside.run(workloads.ask, other)
    assert (held.verdict, granted.verdict) == (PageVerdict.HELD, PageVerdict.GRANTED)


async def test_all_who_wait_hear_that_nobody_answers(
    server: WorkflowEnvironment, inside: ActivityEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker runs, but nobody in the queue waits for ever."""
    monkeypatch.setattr(patience, "WORKLOAD", timedelta(seconds=0.3))
    workloads = Workloads(server.client)

    async def ask(number: int) -> Leave:
        return await inside.run(workloads.ask, asking(page(number)))

    answers = await asyncio.gather(*(ask(n) for n in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [NoAnswer] * 3


async def test_an_incident_that_was_ended_from_outside_counts_no_more(
    client: Client, inside: ActivityEnvironment, task_queue: str
) -> None:
    """It could not say that its roles are free."""
    tell = TellOfRoleActivity(client, Workloads(client)).tell_of_role

    async def lead(incident: str) -> RolesHeld:
        told = HoldRole(role="lead", incident_id=incident, holds=True, at=datetime.now(UTC))
        request = TellOfRole(policy="Shop", person="ana", at_once=1, told=told)
        return await inside.run(tell, request)

    names = [f"INC-{word}-{task_queue}" for word in ("open", "ended")]
    still, ended = [
        await client.start_workflow("Incident", {}, id=name, task_queue="nobody") for name in names
    ]
    await ended.terminate()
    for handle in (still, ended):
        await lead(handle.id)
    assert (await lead("INC-third")).elsewhere == (still.id,)
    await still.terminate()
    assert (await lead("INC-fourth")).elsewhere == ()


def test_one_update_holds_as_many_pages_as_fit_into_a_message() -> None:
    """In number and in bytes, but always one, so that a large page is answered, too."""
    large = page(1).changed(channels=tuple("x" * 480 for _ in range(190)))
    assert together_at_once([large] * 15) == 2
    assert together_at_once([page(number) for number in range(300)]) == MOST_TOGETHER
    assert together_at_once([page(1).changed(subject="x" * 300_000)]) == 1
