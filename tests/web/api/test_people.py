"""Who is on call and what people have on their hands, by the API."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import http_for

SCHEDULES = """\
schedules:
  primary:
    rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 }
    gaps: [{ days: [sun] }]
"""
WEDNESDAY, SUNDAY = "2026-03-18T12:00:00Z", "2026-03-22T12:00:00Z"


async def asked(http: httpx2.AsyncClient, path: str, **query: Any) -> Any:
    """The answer to a question."""
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_who_is_on_call_now_and_in_the_next_days(siren: Siren) -> None:
    """With why, until when, and the times for which nobody is."""
    policy_file(siren.policy.parent, more=SCHEDULES)
    async with http_for(siren.client, siren) as http:
        (found,) = (await asked(http, "/v1/oncall", at=WEDNESDAY))["schedules"]
        assert [duty["person"] for duty in found["on_call"]] == ["ana"]
        assert (found["schedule"], found["gap"]) == ("primary", None)
        assert found["changes"]["at"] == "2026-03-22T00:00:00Z"
        assert [gap["declared"] for gap in found["gaps"]] == [True, True]
        (found,) = (await asked(http, "/v1/oncall", at=SUNDAY, schedule="primary"))["schedules"]
        assert (found["on_call"], found["gap"]) == ([], "declared")
        now = (await asked(http, "/v1/oncall"))["at"]["at"]
        assert abs((datetime.fromisoformat(now) - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize(
    ("path", "query", "status", "said"),
    [
        ("oncall", {"schedule": "primry"}, 404, "there is no schedule primry; there are none"),
        ("oncall", {"from": SUNDAY, "to": WEDNESDAY}, 422, "to: is not after from"),
        ("oncall", {"from": WEDNESDAY, "to": "2199-01-01T00:00:00Z"}, 422, "at most 400 days"),
        ("oncall", {"at": "noon"}, 422, "query.at"),
        ("workloads/anna", {}, 404, "there is no person or channel anna; did you mean ana?"),
    ],
)
async def test_a_wrong_question_says_what_is_wrong(
    http: httpx2.AsyncClient, path: str, query: dict[str, str], status: int, said: str
) -> None:
    """It names the field, or what may have been meant."""
    answer = await http.get(f"/v1/{path}", params=query)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


async def test_a_workload_that_does_not_run_has_nothing(http: httpx2.AsyncClient) -> None:
    """Nobody was paged yet, so nobody has anything on their hands."""
    found = await asked(http, "/v1/workloads/ana")
    assert (found["whom"], found["running"], found["held"]) == ("person:ana", False, [])
    assert (await asked(http, "/v1/workloads"))["workloads"] == []
