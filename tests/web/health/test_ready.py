"""GET /readyz tries out whether incoming data is really stored."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from temporalio.api.common.v1 import WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecution
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from runtime.embedded.server import EmbeddedServer, free_port
from runtime.settings import ROOT
from runtime.storing import WORKFLOW
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.conftest import Payload
from web.app import create_app
from web.health.probe import Probe

PROBES = f"WorkflowType = '{WORKFLOW}'"
POLICY = ROOT / "policies" / "default.yaml"


class SmallDisk(EmbeddedServer):
    """A server whose database has at most so many pages."""

    def _command(self) -> list[str]:
        return [*super()._command(), "--sqlite-pragma", "max_page_count=350"]


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a server whose disk is full."""
    server = SmallDisk(tmp_path / "t.db", tmp_path / "t.log", free_port(), free_port())
    try:
        client = await server.start()
        size, number = 50_000, 0
        while size > 1:
            number += 1
            request = StartWorkflowExecutionRequest(
                namespace="default",
                workflow_id=f"w{number}",
                request_id=f"w{number}",
                workflow_type=WorkflowType(name="Any"),
                task_queue=TaskQueue(name="nobody"),
            )
            request.input.payloads.add().data = b"x" * size
            try:
                await client.workflow_service.start_workflow_execution(request, retry=False)
            except RPCError:
                size //= 2
        yield client
    finally:
        server.stop()


def http_for(client: Client, policy: Path = POLICY) -> httpx2.AsyncClient:
    """A web server that checks anew on each request."""
    probe = Probe(client, "q", fresh=timedelta())
    app = create_app(
        client, policy_file=policy, documents=policy.parent, task_queue="q", probe=probe
    )
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_full_disk_is_reported(full: Client, payload: Payload) -> None:
    """The server answers and calls itself healthy, but would store nothing."""
    assert await full.service_client.check_health()
    async with http_for(full) as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["error"]) == (503, "DiskFull")
        assert "disk is full" in answer.json()["message"]
        assert (await http.get("/healthz")).status_code == 200
        taken = await http.post("/v1/alerts/alertmanager", json=payload("firing_single"))
        assert taken.status_code == 503


async def there(client: Client, listed: WorkflowExecution) -> bool:
    """Whether a workflow exists; the server's list may show it longer."""
    try:
        await client.get_workflow_handle(listed.id, run_id=listed.run_id).describe()
    except RPCError as error:
        assert error.status is RPCStatusCode.NOT_FOUND
        return False
    return True


async def test_a_readiness_check_leaves_nothing_behind(siren: Siren) -> None:
    """Any number of requests leaves no workflow, and no worker hears of one."""
    client = siren.client
    async with http_for(client, siren.policy) as http:
        for _ in range(3):
            assert (await http.get("/readyz")).json() == {"status": "ready"}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while [w async for w in client.list_workflows(PROBES) if await there(client, w)]:
            await asyncio.sleep(0.05)


async def test_many_readiness_checks_at_once_are_one_attempt(siren: Siren) -> None:
    """A page that reloads, or an attacker, causes one write in five seconds at most."""
    probe = Probe(siren.client, siren.task_queue, fresh=timedelta(hours=1))
    tries = 0
    real = probe._start

    async def counted() -> tuple[str, str]:
        nonlocal tries
        tries += 1
        return await real()

    probe._start = counted  # type: ignore[method-assign]
    await asyncio.gather(*(probe.tried() for _ in range(20)))
    assert tries == 1


async def test_a_missing_namespace_is_named_by_the_worker(siren: Siren) -> None:
    """The setting is wrong; the server is not away."""
    address = siren.client.service_client.config.target_host
    client = await Client.connect(
        address, namespace="nowhere", data_converter=pydantic_data_converter
    )
    async with http_for(client) as http:
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["error"]) == (503, "UnknownNamespace")
    assert "nowhere" in answer.json()["message"]
