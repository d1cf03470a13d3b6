"""Commands while no worker runs."""

import httpx2

from tests.web.api.test_life import REPORT


async def test_a_command_that_no_worker_confirms_is_202_with_where_to_look(
    http: httpx2.AsyncClient,
) -> None:
    """It is done once a worker runs, and the same key asks again for its result."""
    incident = (await http.post("/v1/incidents", json=REPORT)).json()["incident"]
    at = f"/v1/incidents/{incident}"
    headers = {"Prefer": "wait=0", "Idempotency-Key": "k"}
    answer = await http.post(f"{at}/commands/acknowledge", json={"actor": "ana"}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == at
    assert answer.json()["command_id"] == "k"
