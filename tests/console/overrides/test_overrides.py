"""Overrides at the console: made, listed, ended, over Temporal."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from incidents.schedules.overrides import book_of
from models.people.schedule_overrides import OVERRIDES_ID
from runtime.settings import load_settings
from tests.console.conftest import Type, TypeAt
from tests.policies.written import WHOLE
from tests.runners import unguarded
from workflows.schedule_overrides import ScheduleOverrides

MORE = """\
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
authority: { override_schedule: [ana] }
"""
ADD = ("overrides", "add", "primary", "bo", "--covers", "ana", "--reason", "dentist")


async def forgotten(client: Client) -> None:
    """No override of another test counts."""
    with suppress(RPCError):
        await client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(client).forget()


@pytest.fixture
async def worker(
    time_skipping: WorkflowEnvironment,
    task_queue: str,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Client]:
    """A worker that keeps overrides, and the policy of the console."""
    file = tmp_path / "policy.yaml"
    file.write_text(WHOLE + MORE)
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(file))
    load_settings.cache_clear()
    client = time_skipping.client
    await forgotten(client)
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[ScheduleOverrides],
        workflow_runner=unguarded(),
    ):
        yield client
    await forgotten(client)


@pytest.mark.usefixtures("worker")
async def test_an_override_is_made_shown_and_ended(at_console: TypeAt) -> None:
    """`oncall` says whom somebody covers, and why."""
    made = await at_console(*ADD, "--until", "+8h", "--json")
    assert made.code == 0, made.err
    assert (made.document["person"], made.document["standing"]) == ("bo", "current")
    listed = await at_console("overrides", "list")
    assert "bo covers ana" in listed.out
    assert made.document["id"] in listed.out
    on = await at_console("oncall", "--at", "+4h", "--json")
    (schedule,) = on.document["schedules"]
    told = [(duty["person"], duty["because"]) for duty in schedule["on_call"]]
    assert told == [("bo", "covers ana (dentist)")]
    ended = await at_console("overrides", "end", made.document["id"])
    assert ended.out.strip() == ("over: bo covers ana by primary; who takes turns is on call again")
    assert (await at_console("overrides", "list")).out.startswith("nobody is on call instead")
    assert (await at_console("overrides", "list", "--all", "--json")).document["overrides"]


@pytest.mark.usefixtures("worker")
async def test_what_cannot_be_is_refused_and_what_may_not_be_is_listed(
    at_console: TypeAt,
) -> None:
    """With the right exit code, and who may."""
    refused = await at_console(*ADD, "--until", "+8h", "--actor", "bo", "--json")
    assert (refused.code, refused.document["error"]["kind"]) == (5, "NotAuthorised")
    assert "bo tried bo on call by primary" in (await at_console("overrides", "list", "--all")).out
    wrong = {
        "there is no person zoe": ("overrides", "add", "primary", "zoe"),
        "there is no schedule primry": ("overrides", "add", "primry", "bo"),
    }
    for problem, typed in wrong.items():
        said = await at_console(*typed, "--until", "+8h", "--reason", "ill", "--json")
        assert (said.code, problem in said.out) == (2, True), said
    past = await at_console(*ADD, "--until", "-1h", "--json")
    assert (past.code, "lies in the past" in past.out) == (2, True)
    gone = await at_console("overrides", "end", "0" * 12, "--json")
    assert (gone.code, gone.document["error"]["kind"]) == (4, "Refused")


def test_without_temporal_the_schedule_is_shown_and_says_what_is_missing(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits: the note says that overrides are not known."""
    file = tmp_path / "policy.yaml"
    file.write_text(WHOLE + MORE)
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    load_settings.cache_clear()
    said = type_("oncall", "--json")
    (schedule,) = said.document["schedules"]
    assert [duty["person"] for duty in schedule["on_call"]] == ["ana"]
    assert "overrides of schedules cannot be read for now" in schedule["notes"]
    assert type_("overrides", "list").code == 6
