"""What the OpenAPI document says is what the server does, whatever it is asked."""

import asyncio

import httpx2
from pydantic import SecretStr

from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.serving import serving
from web.app import create_app

REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}


async def test_every_operation_answers_as_documented(siren: Siren) -> None:
    """No 5xx, no status, type or body that the document does not have."""
    from tests.web.api.requests_by_schema import all_wrong  # noqa: PLC0415 - it says why

    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
    )

    async with siren.worker(), serving(app) as served:
        url = f"http://127.0.0.1:{served.port}"
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{url}/v1/incidents", json=REPORT, headers=AUTHORISED)
        wrong = await asyncio.to_thread(all_wrong, app.openapi(), url, answer.json()["incident"])
    assert "\n\n".join(wrong) == ""
