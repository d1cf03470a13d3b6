"""The web server over HTTP: the real application with a real server behind it."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from tests.runners import unguarded
from tests.scenarios.siren import Siren
from web.app import create_app

PAYLOADS = Path(__file__).parent / "alerts" / "payloads"
TOKEN = "intake-secret"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}
Payload = Callable[..., dict[str, Any]]


@pytest.fixture
def payload(task_queue: str) -> Payload:
    """A payload from a real Alertmanager, with a group key for this test alone."""

    def read(name: str, **changes: object) -> dict[str, Any]:
        body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
        return {**body, "groupKey": f"{body['groupKey']} {task_queue}", **changes}

    return read


def http_for(
    client: Client, siren: Siren, token: str | None = TOKEN, **how: Any
) -> httpx2.AsyncClient:
    """An HTTP client for a web server of the siren's policy."""
    app = create_app(
        client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(token) if token else None,
        **how,
    )
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=AUTHORISED)


@pytest.fixture
async def siren(time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path) -> Siren:
    """A policy and a task queue, without a worker yet."""
    return Siren(time_skipping, task_queue, tmp_path, runner=unguarded)


@pytest.fixture
async def http(siren: Siren) -> AsyncIterator[httpx2.AsyncClient]:
    """A web server in front of a real server."""
    async with http_for(siren.client, siren) as made:
        yield made
