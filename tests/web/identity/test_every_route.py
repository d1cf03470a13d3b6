"""Every route of the API is behind a credential."""

import httpx2
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import SecretStr

from tests.scenarios.siren import Siren
from tests.web.conftest import TOKEN
from web.app import create_app

OPEN = ("/healthz", "/readyz")


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Each method and path of the API."""
    found = [each for each in app.routes if isinstance(each, APIRoute) and each.include_in_schema]
    return [(method, each.path) for each in found for method in each.methods or ()]


async def test_no_route_of_the_api_answers_without_a_credential(siren: Siren) -> None:
    """Only those that say whether the web server works do."""
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
        local=False,
    )
    asked = [(method, path) for method, path in routes_of(app) if path not in OPEN]
    assert len(asked) > 40
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answers = {
            (method, path): (await http.request(method, path.format_map(Named()))).status_code
            for method, path in asked
        }
    assert {each for each, status in answers.items() if status not in (401, 429)} == set()


class Named(dict[str, str]):
    """Something for each parameter of a path."""

    def __missing__(self, name: str) -> str:
        return "INC-2026-0000"
