"""Tokens at the web server, on a real server: made, used, limited, revoked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from incidents.access import reading
from incidents.access.changing import MadeToken, TokenRefused, make_token, revoke_token
from incidents.access.reading import read_tokens
from models.access import ACCESS_ID, Holder
from tests.runners import unguarded
from tests.scenarios.siren import Siren
from tests.web.conftest import TOKEN, http_for
from web.identity.limits import MOST_FAILURES
from workflows.access import Access

REPORT = {"title": "Checkout fails"}
PATIENCE = timedelta(seconds=10)


@pytest.fixture
async def worker(server: WorkflowEnvironment, task_queue: str) -> AsyncIterator[Client]:
    """A worker that owns the tokens."""
    client = server.client
    async with Worker(
        client, task_queue=task_queue, workflows=[Access], workflow_runner=unguarded()
    ):
        yield client
    await client.get_workflow_handle(ACCESS_ID).terminate()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed is known at once."""
    monkeypatch.setattr(reading, "FRESH_SECONDS", 0.0)


async def a_token(client: Client, task_queue: str, **fields: Any) -> MadeToken:
    """A new token."""
    said = {
        "name": "laptop",
        "owner": "ana",
        "holder": Holder.PERSON,
        "scopes": ("report",),
        "by": "root",
        **fields,
    }
    return await make_token(client, task_queue, **said)


@pytest.fixture
async def http(
    worker: Client, time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    """A web server that knows the tokens."""
    del time_skipping
    siren = Siren(WorkflowEnvironment.from_client(worker), task_queue, tmp_path)
    async with http_for(worker, siren) as made:
        yield made


def bearer(secret: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {secret}"}


async def test_whoever_sends_a_token_reports_as_its_owner(
    http: httpx2.AsyncClient, worker: Client, task_queue: str
) -> None:
    """The record says that a token proved it; nobody has to be named, and nobody else can be."""
    made = await a_token(worker, task_queue)
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(made.secret))
    assert answer.status_code == 201, answer.text
    start = await worker.get_workflow_handle(answer.json()["incident"]).fetch_history()
    told = start.events[0].workflow_execution_started_event_attributes.input.payloads[0].data
    assert b'"reporter":{"name":"ana","via":"api","proof":"token"}' in told
    assert made.secret.encode() not in start.to_json().encode()
    other = {**REPORT, "reporter": "bo"}
    answer = await http.post("/v1/incidents", json=other, headers=bearer(made.secret))
    assert answer.json()["fields"][0]["field"] == "reporter"


async def test_a_token_allows_only_what_its_scopes_say(
    http: httpx2.AsyncClient, worker: Client, task_queue: str
) -> None:
    """The refusal says what it allows and what was needed."""
    made = await a_token(worker, task_queue, scopes=("read", "alerts:elsewhere"))
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(made.secret))
    assert answer.status_code == 403
    assert "this token allows alerts:elsewhere, read; this needs report" in answer.text
    answer = await http.post("/v1/alerts/alertmanager", json={}, headers=bearer(made.secret))
    assert answer.status_code == 403
    assert "alerts:alertmanager" in answer.text


@pytest.mark.usefixtures("at_once")
async def test_a_token_that_ended_is_refused(
    http: httpx2.AsyncClient, worker: Client, task_queue: str
) -> None:
    """Whether it was revoked, expired, changed or never made."""
    revoked = await a_token(worker, task_queue)
    await revoke_token(worker, task_queue, "laptop", "root")
    in_a_moment = datetime.now(UTC) + timedelta(milliseconds=300)
    expired = await a_token(worker, task_queue, expires_at=in_a_moment)
    wrong = [
        (revoked.secret, "revoked"),
        (f"{expired.secret[:-1]}~", "not known"),
        ("inc_00000000_nothing", "not known"),
        ("inc_", "not known"),
        (f"{TOKEN}x", "not known"),
    ]
    for secret, why in wrong:
        answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(secret))
        assert (answer.status_code, why in answer.json()["detail"]) == (401, True), answer.text
        assert secret not in answer.text
    while datetime.now(UTC) < in_a_moment:
        pass
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(expired.secret))
    assert "expired" in answer.json()["detail"]


async def test_too_many_wrong_tokens_are_slowed_down_and_a_right_one_never_is(
    http: httpx2.AsyncClient, worker: Client, task_queue: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log names the address and the reason, never the token."""
    made = await a_token(worker, task_queue)
    statuses = [
        (await http.post("/v1/incidents", json=REPORT, headers=bearer("guess"))).status_code
        for _ in range(MOST_FAILURES + 1)
    ]
    assert statuses == [401] * MOST_FAILURES + [429]
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(made.secret))
    assert answer.status_code == 201
    said = "".join(capfd.readouterr())
    assert "credential.refused" in said
    assert "guess" not in said


@pytest.mark.usefixtures("at_once")
async def test_while_temporal_is_away_the_tokens_known_so_far_count(
    http: httpx2.AsyncClient, worker: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is no longer asked for; what it opens may still be a 503."""
    made = await a_token(worker, task_queue)
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(made.secret))
    assert answer.status_code == 201

    async def away(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(reading, "read_tokens", away)
    answer = await http.post("/v1/incidents", json=REPORT, headers=bearer(made.secret))
    assert answer.status_code == 201


async def test_a_token_with_a_wrong_field_is_refused(worker: Client, task_queue: str) -> None:
    """Nothing is kept of it."""
    with pytest.raises(TokenRefused, match="begins or ends with a space"):
        await a_token(worker, task_queue, owner=" ana")
    assert [token.owner for token in await read_tokens(worker, PATIENCE)] == []
