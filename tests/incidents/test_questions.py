"""Questions about an incident get typed answers, with and without a worker."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from incidents.commands import Order, give
from incidents.description import describe
from incidents.errors import IncidentNotFound, IncidentOver, NoWorkerAnswered
from incidents.patience import WORKER
from incidents.questions import ReadFrom, Source, ask_view, read_view, read_why
from models.answers.why import WhyQuestion
from tests.console.life import reported, working

BRIEFLY = timedelta(seconds=0.3)


@pytest.fixture
def client(time_skipping: WorkflowEnvironment) -> Client:
    """A client of the server."""
    return time_skipping.client


async def test_a_worker_answers_and_without_one_the_history_does(
    client: Client, task_queue: str, tmp_path: Path
) -> None:
    """It is the same record, with its source. Questions that need a worker say so."""
    async with working(client, task_queue, tmp_path):
        incident = await reported(client, task_queue)
        order = Order(incident, "acknowledge", {"actor": "ana"})
        assert (await give(client, order, task_queue, patience=WORKER)).state == "assessment"
        live = await read_view(client, incident, WORKER, tmp_path)
    assert (live.running, live.read_from) == (True, ReadFrom())

    recalled = await read_view(client, incident, BRIEFLY, tmp_path)
    assert (recalled.running, recalled.read_from.source) == (True, Source.HISTORY)
    for field in ("state", "report", "milestones", "roles"):
        assert getattr(recalled.view.incident, field) == getattr(live.view.incident, field)
    why = await read_why(client, incident, WhyQuestion(who="ana"), BRIEFLY, tmp_path)
    assert why.read_from.source is Source.HISTORY
    assert why.explanation.answers
    with pytest.raises(NoWorkerAnswered) as unanswered:
        await ask_view(client, incident, BRIEFLY)
    assert unanswered.value.found is not None
    assert unanswered.value.found.state == "assessment"


async def test_an_incident_that_was_ended_from_outside_is_read_as_it_stood(
    client: Client, task_queue: str, tmp_path: Path
) -> None:
    """Commands are refused with what the server knows of its end."""
    async with working(client, task_queue, tmp_path):
        incident = await reported(client, task_queue)
        await ask_view(client, incident, WORKER)
    await client.get_workflow_handle(incident).terminate(reason="by mistake")
    known = await describe(client, incident)
    assert known.ending is not None
    assert (known.running, known.ending.how, known.ending.why) == (
        False,
        "terminated",
        "by mistake",
    )
    with pytest.raises(IncidentOver) as over:
        await give(client, Order(incident, "acknowledge", {"actor": "ana"}), task_queue)
    assert over.value.found.ending == known.ending
    seen = await read_view(client, incident, BRIEFLY, tmp_path)
    assert (seen.running, seen.ending, seen.view.next) == (False, known.ending, ())


async def test_an_unknown_incident_is_not_found(client: Client, tmp_path: Path) -> None:
    """Neither the server nor the archive has it, and no command reaches it."""
    with pytest.raises(IncidentNotFound, match="INC-nobody"):
        await read_view(client, "INC-nobody", BRIEFLY, tmp_path)
    with pytest.raises(IncidentNotFound, match="INC-nobody"):
        await give(client, Order("INC-nobody", "acknowledge", {"actor": "ana"}), "nowhere")
