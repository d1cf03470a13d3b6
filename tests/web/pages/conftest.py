"""One running engine for the tests of a module, and browsers before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from connectors.signed_links import LinkKeys
from models.access import ACCESS_ID
from tests.runners import unguarded
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.pages.browser import Browser
from web.app import create_app

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
REPORT = {"title": "Checkout <b>fails</b>", "reporter": "ana", "severity": "SEV1"}
MORE = """
time_zone: Europe/Berlin
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
steps:
  assessment:
    - { id: confirm_impact, do: Confirm the impact, by: incident_manager, required: true }
roles:
  incident_manager: { duties: [Leads], required: { SEV1: 0s }, default: acknowledger }
clocks:
  acknowledge: { from: reported, to: acknowledged, within: { SEV1: 15m, SEV2: 30m } }
"""


@dataclass
class Desk:
    """A web server with a worker behind it."""

    siren: Siren
    apps: dict[str | None, FastAPI] = field(default_factory=dict)

    def app(self, token: str | None = TOKEN, **said: Any) -> FastAPI:
        """The application of the server."""
        options: dict[str, Any] = {"keys": KEYS, "public_url": "http://localhost", **said}
        return create_app(
            self.siren.client,
            policy_file=self.siren.policy,
            documents=self.siren.policy.parent,
            task_queue=self.siren.task_queue,
            token=SecretStr(token) if token else None,
            **options,
        )

    @asynccontextmanager
    async def browser(self, token: str | None = TOKEN, **said: Any) -> AsyncIterator[Browser]:
        """A browser without cookies."""
        if not said and token not in self.apps:
            self.apps[token] = self.app(token)
        app = self.app(token, **said) if said else self.apps[token]
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        scheme = "https" if str(said.get("public_url")).startswith("https") else "http"
        async with httpx2.AsyncClient(
            transport=transport, base_url=f"{scheme}://localhost"
        ) as client:
            yield Browser(client)

    async def reports(self, **said: Any) -> str:
        """The id of a new incident."""
        async with self.browser() as browser:
            body = {**REPORT, **said}
            answer = await browser.http.post("/v1/incidents", json=body, headers=AUTHORISED)
            assert answer.status_code == 201, answer.text
            incident: str = answer.json()["incident"]
            return incident


@pytest.fixture(scope="module")
async def desk(
    time_skipping: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """A running engine."""
    folder = tmp_path_factory.mktemp("desk")
    siren = Siren(time_skipping, uuid4().hex[:12], folder, runner=unguarded)
    policy_file(folder, more=MORE)
    async with siren.worker():
        yield Desk(siren)
        with suppress(RPCError):  # nobody logged out
            await siren.client.get_workflow_handle(ACCESS_ID).terminate()
        await siren.dismissed()


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    """A browser that nobody has used."""
    async with desk.browser() as made:
        yield made
