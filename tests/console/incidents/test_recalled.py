"""What the history or the archive tells of an incident while no worker runs."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from runtime.settings import load_settings
from tests.console.conftest import TypeAt
from tests.console.life import ended, reported, settled, working

BRIEFLY = ("--timeout", "0.3")


@pytest.fixture
async def left(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> dict[str, Any]:
    """An open incident without a worker, and the view from when it had one."""
    async with working(time_skipping.client, task_queue, tmp_path):
        incident = await reported(time_skipping.client, task_queue)
        await settled(time_skipping.client, incident)
        said = await at_console("acknowledge", incident, "--note", "on my way")
        assert said.code == 0, said
        await settled(time_skipping.client, incident)
        shown = await at_console("show", incident, "--json")
    document: dict[str, Any] = shown.document
    return document


async def test_without_a_worker_an_open_incident_is_shown_from_its_history(
    at_console: TypeAt, left: dict[str, Any]
) -> None:
    """The record is the same as before, and the answer names its source."""
    incident = left["incident"]["id"]
    said = await at_console("show", incident, "--json", *BRIEFLY)
    assert said.code == 0, said
    assert said.document["incident"] == left["incident"]
    assert said.document["escalation"] == left["escalation"]
    assert {r["clock"] for r in said.document["readings"]} == {r["clock"] for r in left["readings"]}
    assert (left["read_from"], said.document["read_from"]) == ("worker", "history")
    assert "no worker answered: read from its history up to" in said.err


async def test_why_is_answered_from_the_history(at_console: TypeAt, left: dict[str, Any]) -> None:
    """It names who was paged; a note names its source."""
    said = await at_console("why", left["incident"]["id"], "ana", "--json", *BRIEFLY)
    assert said.code == 0, said
    assert next(answer["verdict"] for answer in said.document["answers"]) == "paged"
    assert said.document["notes"][-1].startswith("no worker answered: read from its history")


async def test_without_a_worker_a_terminated_incident_is_shown(
    at_console: TypeAt, left: dict[str, Any], time_skipping: WorkflowEnvironment
) -> None:
    """It is shown as it stood at its end."""
    incident = left["incident"]["id"]
    await time_skipping.client.get_workflow_handle(incident).terminate(reason="by mistake")
    said = await at_console("show", incident, "--json", *BRIEFLY)
    assert said.code == 0, said
    assert said.document["ended"]["how"] == "terminated"
    assert said.document["incident"] == left["incident"]


async def test_without_a_worker_an_incident_that_is_over_is_shown_even_from_the_archive(
    at_console: TypeAt,
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its result holds everything; once the server has forgotten it, the archive does."""
    async with working(time_skipping.client, task_queue, tmp_path):
        incident = await reported(time_skipping.client, task_queue)
        cancelled = await at_console("cancel", incident, "false_alarm", "--note", "a test")
        assert cancelled.code == 0, cancelled
        await ended(time_skipping.client, incident)
        folder = tmp_path / "archive" / incident
        while not list(folder.glob("*.json")):
            await at_console("list", "--limit", "1")
    said = await at_console("show", incident, "--json", *BRIEFLY)
    assert (said.code, said.document["read_from"]) == (0, "history"), said
    assert said.document["incident"]["state"] == "cancelled"

    (archive,) = folder.glob("*.json")
    forged, forgotten = f"{incident[:-4]}FORG", f"{incident[:-4]}GONE"
    shutil.copytree(folder, tmp_path / "archive" / forged)
    (tmp_path / "archive" / forgotten).mkdir()
    text = archive.read_text(encoding="utf-8").replace(incident, forgotten)
    for name, held in {archive.name: text, "planted.json": text, "none.json": "{}"}.items():
        (tmp_path / "archive" / forgotten / name).write_text(held, encoding="utf-8")
    monkeypatch.setenv("INCIDENT_DOCUMENTS", str(tmp_path))
    load_settings.cache_clear()
    said = await at_console("show", forged, "--json", *BRIEFLY)
    assert said.code == 3, "an archive of another incident is shown as that of this one"
    said = await at_console("show", forgotten, "--json", *BRIEFLY)
    assert (said.code, said.document["read_from"]) == (0, "archive"), said
    assert said.document["incident"]["cancelled_for"] == "false_alarm"
    assert "read from its archived history up to" in said.err


async def test_an_incident_that_is_nowhere_is_unknown(at_console: TypeAt) -> None:
    """Neither the server nor the archive has it."""
    said = await at_console("show", "INC-nobody", "--json", *BRIEFLY)
    assert said.code == 3
