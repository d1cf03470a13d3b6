"""A web server on a socket, and a tool in front of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import SecretStr
from temporalio.client import Client

from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.events.reading import Got
from tests.web.serving import serving
from web.app import create_app

REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}


@dataclass
class Door:
    """A web server on a socket, and a tool in front of it. Tests start workers themselves."""

    http: httpx2.AsyncClient
    siren: Siren

    async def reports(self, title: str = "Checkout fails") -> str:
        """A new incident."""
        answer = await self.http.post("/v1/incidents", json={**REPORT, "title": title})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["incident"])

    async def gives(self, incident: str, name: str, **said: Any) -> None:
        """Give a command as ana."""
        path = f"/v1/incidents/{incident}/commands/{name}"
        answer = await self.http.post(path, json={"actor": "ana", **said})
        assert answer.status_code in {200, 202}, answer.text

    async def lines(self, incident: str) -> list[dict[str, Any]]:
        """The timeline as the API shows it."""
        answer = await self.http.get(f"/v1/incidents/{incident}/timeline?limit=1000")
        return list(answer.json()["entries"])


@asynccontextmanager
async def opened(siren: Siren, client: Client | None = None, **how: Any) -> AsyncIterator[Door]:
    """A web server of the siren's policy; it reaches Temporal by `client`."""
    app = create_app(
        client or siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
        **how,
    )
    async with (
        serving(app) as served,
        httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{served.port}", headers=AUTHORISED, trust_env=False
        ) as http,
    ):
        yield Door(http, siren)
        await siren.dismissed()


def ids(got: list[Got]) -> list[str]:
    """The ids of lines."""
    return [each.id for each in got if each.id]
