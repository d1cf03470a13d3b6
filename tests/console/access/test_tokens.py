"""Tokens at the console: made once, listed without secrets, revoked."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from incidents import patience
from models.access import ACCESS_ID
from tests.console.conftest import Type, TypeAt
from tests.runners import unguarded
from workflows.access import Access

CREATE = ("tokens", "create", "laptop", "--owner", "ana", "--scope", "read", "--scope", "command")

READ = ("--scope", "read")


async def _forgotten(client: Client) -> None:
    with suppress(RPCError):
        await client.get_workflow_handle(ACCESS_ID).terminate()


@pytest.fixture
async def worker(
    time_skipping: WorkflowEnvironment, task_queue: str, address: str
) -> AsyncIterator[Client]:
    """A worker that owns the tokens of the namespace."""
    client = time_skipping.client
    await _forgotten(client)
    async with Worker(
        client, task_queue=task_queue, workflows=[Access], workflow_runner=unguarded()
    ):
        yield client
    await _forgotten(client)


@pytest.mark.usefixtures("worker")
async def test_a_token_is_made_listed_and_revoked(at_console: TypeAt) -> None:
    """Its secret is printed once; its digest never."""
    made = await at_console(*CREATE, "--expires", "90d", "--json")
    assert made.code == 0, made.err
    secret = made.document["secret"]
    assert secret.startswith(f"inc_{made.document['id']}_")
    assert (made.document["owner"], made.document["made_by"]) == ("ana", "ana")
    listed = await at_console("tokens", "list", "--json")
    [token] = listed.document["tokens"]
    assert (token["name"], token["standing"]) == ("laptop", "valid")
    assert token["scopes"] == ["command", "read"]
    assert token["expires_at"]
    shown = await at_console("tokens", "list")
    assert "laptop" in shown.out
    assert secret.rpartition("_")[2] not in listed.out + shown.out
    assert "digest" not in listed.out + made.out
    gone = await at_console("tokens", "revoke", "laptop")
    assert (gone.code, gone.out.strip()) == (0, "token laptop of ana is revoked")
    assert (await at_console("tokens", "list")).out.strip() == "no token counts"
    assert "revoked by ana" in (await at_console("tokens", "list", "--all")).out


@pytest.mark.usefixtures("worker")
async def test_for_people_the_secret_stands_alone_on_its_line(at_console: TypeAt) -> None:
    """So that it can be copied; what it allows stands above it."""
    made = await at_console(*CREATE, "--tool")
    said, _, secret = made.out.strip().splitlines()
    assert said == "token laptop acts for ana: command, read, until it is revoked"
    assert secret.startswith("inc_")
    assert "ana (tool)" in (await at_console("tokens", "list")).out


@pytest.mark.usefixtures("worker")
async def test_what_no_token_can_be_is_refused(at_console: TypeAt) -> None:
    """With the field, and what would be right; nothing is made of it."""
    wrong = {
        "there is no scope 'write'": (*CREATE, "--scope", "write"),
        "is not a duration": (*CREATE, "--expires", "soon"),
        "lies outside the": (*CREATE, "--expires", "999999d"),
        "expires_at lies in the past": (*CREATE, "--expires", "0s"),
        "name": ("tokens", "create", "\x1b[0m", "--owner", "ana", "--scope", "read"),
        "owner": ("tokens", "create", "x", "--owner", " ana", "--scope", "read"),
        "role:lead names no person": ("tokens", "create", "x", "--owner", "role:lead", *READ),
        "team:db names no person": ("tokens", "create", "x", "--owner", "team:db", *READ, "--tool"),
        "did you mean ana?": ("tokens", "create", "x", "--owner", "Ana", *READ),
        "no person ANA": ("tokens", "create", "x", "--owner", "ANA", *READ, "--tool"),
        "add --tool": ("tokens", "create", "x", "--owner", "deployer", *READ),
        "--scope": ("tokens", "create", "x", "--owner", "ana"),
    }
    for problem, typed in wrong.items():
        said = await at_console(*typed, "--json")
        assert said.code == 2, said.out
        assert problem in said.document["error"]["message"]
    said = await at_console("tokens", "revoke", "nothing", "--json")
    assert (said.code, said.document["error"]["kind"]) == (4, "Refused")
    assert (await at_console("tokens", "list", "--json")).document == {"tokens": []}


async def test_without_a_worker_a_list_comes_and_a_new_token_does_not(
    time_skipping: WorkflowEnvironment, at_console: TypeAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that no worker answered; no secret is printed for a token that may not count."""
    await _forgotten(time_skipping.client)
    monkeypatch.setattr(patience, "WORKER", timedelta(seconds=1))
    assert (await at_console("tokens", "list", "--json")).document == {"tokens": []}
    said = await at_console(*CREATE, "--json")
    assert (said.code, said.document["error"]["kind"]) == (7, "NoWorker")
    assert "inc_" not in said.out
    await _forgotten(time_skipping.client)


def test_a_server_that_is_away_is_said(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every command."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert type_("tokens", "list").code == 6
