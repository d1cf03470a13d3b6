"""Incidents whose run failed, or was ended from outside, before they were over."""

import asyncio
import json
import shlex
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment

from models.contracts.incident import INCIDENT_WORKFLOW
from runtime.embedded.server import TEMPORAL
from tests.console.conftest import TypeAt
from tests.console.incidents.test_list import eventually
from tests.console.life import reported, working
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
async def terminated(at_console: TypeAt, incident: str, time_skipping: WorkflowEnvironment) -> str:
    """An incident that somebody acknowledged before somebody else terminated it."""
    assert (await at_console("acknowledge", incident)).code == 0
    await time_skipping.client.get_workflow_handle(incident).terminate(reason="by mistake")
    return incident


async def test_an_ended_incident_is_shown_as_it_stood_and_promises_nothing(
    at_console: TypeAt, terminated: str
) -> None:
    """It shows who ended it, when and why. No clock runs, no level comes, nothing can be done."""
    said = await at_console("show", terminated, "--json")
    assert said.code == 0
    assert (said.document["ended"]["how"], said.document["ended"]["why"]) == (
        "terminated",
        "by mistake",
    )
    stages = {reading["stage"] for reading in said.document["readings"]}
    assert stages == {"completed", "cancelled"}
    assert said.document["escalation"]["next_at"] is None
    assert said.document["next"] == []
    human = (await at_console("show", terminated)).out
    assert human.startswith("ENDED: terminated at ")
    assert "on track" not in human
    assert "nothing: it is no longer driven" in human


@pytest.mark.parametrize("command", ["begin-diagnosis", "reopen"])
async def test_a_command_says_that_the_incident_was_ended_and_how_to_go_on(
    at_console: TypeAt, terminated: str, command: str
) -> None:
    """It exits 4, says nothing of a final state, and names the reset that continues it."""
    said = await at_console(command, terminated, "--json")
    assert said.code == 4
    error = said.document["error"]
    assert (error["kind"], error["state"], error["possible"]) == ("Ended", "assessment", [])
    assert "is no longer driven: terminated at" in error["message"]
    assert any("temporal workflow reset --workflow-id" in hint for hint in error["hints"])


async def test_the_reset_that_the_hint_names_continues_the_incident(
    at_console: TypeAt, terminated: str, address: str, time_skipping: WorkflowEnvironment
) -> None:
    """The record is complete, and the incident takes commands again."""
    error = (await at_console("reopen", terminated, "--json")).document["error"]
    program, *words = shlex.split(error["hints"][0].partition(" continues it ")[0])
    assert program == "temporal"
    where = ("--address", address, "--namespace", time_skipping.client.namespace)
    reset = await asyncio.create_subprocess_exec(str(TEMPORAL), *words, *where)
    assert await reset.wait() == 0
    assert (await at_console("set-severity", terminated, "SEV2", "--note", "fewer")).code == 0
    shown = (await at_console("show", terminated, "--json")).document
    assert (shown["ended"], shown["incident"]["state"]) == (None, "assessment")


async def test_a_watch_of_an_ended_incident_ends_and_says_why(
    at_console: TypeAt, terminated: str
) -> None:
    """Its last line is not an entry of the timeline."""
    said = await asyncio.wait_for(at_console("watch", terminated, "--json"), PATIENCE_SECONDS)
    assert said.code == 0
    assert json.loads(said.out.splitlines()[-1])["ended"]["how"] == "terminated"


async def test_a_list_marks_an_ended_incident(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """It shows the last state and how the run ended; the incident is not listed as open."""
    service = f"ended-{task_queue}"
    async with working(time_skipping.client, task_queue, tmp_path):
        one = await reported(time_skipping.client, task_queue, service=service)
        await eventually(at_console, "--service", service, "--state", "reported", ids={one})
    await time_skipping.client.get_workflow_handle(one).terminate()
    await eventually(at_console, "--service", service, "--open", ids=set())
    (row,) = await eventually(at_console, "--service", service, ids={one})
    assert (row["incident"], row["ended"], row["open"]) == (one, "terminated", False)
    assert "terminated (reported)" in (await at_console("list", "--wide", "--service", service)).out


async def test_an_incident_that_failed_at_its_start_says_why(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """List, show and commands give the reason; nothing says that it is starting or takes reopen."""
    name = f"INC-{task_queue}-failed"
    async with working(time_skipping.client, task_queue, tmp_path):
        handle = await time_skipping.client.start_workflow(
            INCIDENT_WORKFLOW, {"reprot": 1}, id=name, task_queue=task_queue
        )
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        for command in ("show", "acknowledge", "watch"):
            said = await at_console(command, name, "--json")
            assert said.code == 4, said
            error = said.document["error"]
            assert error["kind"] == "Ended"
            assert "failed at" in error["message"]
            assert "reprot: Extra inputs are not permitted" in error["message"]
            assert not any("reset" in hint for hint in error["hints"])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while name not in (listed := (await at_console("list", "--limit", "1000")).out):
            await asyncio.sleep(0.02)
    (line,) = [line for line in listed.splitlines() if line.startswith(name)]
    assert "starting" not in line
    assert "[failed: Incident starts with" in line
