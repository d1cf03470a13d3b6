"""POST /v1/incidents: what people and tools report."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from incidents.reopening import reopen_incident
from incidents.reporting import REPEATED_DAYS
from models.incident.record import Incident
from rules.record.ids import incident_id, is_incident_id
from tests.scenarios.siren import Siren, policy_file
from web.http.keys import IDEMPOTENCY

URL = "/v1/incidents"
REPORT = {
    "title": "Checkout fails",
    "nature": "Customers cannot pay",
    "affected_systems": ["checkout"],
    "severity": "SEV1",
    "service": "checkout",
    "reporter": "ana",
}


async def test_a_report_opens_an_incident(http: httpx2.AsyncClient, siren: Siren) -> None:
    """The answer is 201 with its id, and the record has what was said."""
    async with siren.worker():
        answer = await http.post(URL, json=REPORT)
        assert answer.status_code == 201
        name = answer.json()["incident"]
        record: Incident = await siren.record(name)
    assert is_incident_id(name)
    assert (record.report.title, record.severity) == ("Checkout fails", "SEV1")
    assert (record.report.reporter.name, record.report.reporter.via) == ("ana", "api")


async def test_the_same_idempotency_key_finds_the_same_incident(
    http: httpx2.AsyncClient,
) -> None:
    """Also where the first was reported before midnight; another key opens another."""
    key = {"Idempotency-Key": f"k-{datetime.now(UTC).timestamp()}"}
    first = await http.post(URL, json=REPORT, headers=key)
    again = await http.post(URL, json=REPORT, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "started": False}
    other = await http.post(
        URL, json=REPORT, headers={"Idempotency-Key": "other" + key.popitem()[1]}
    )
    assert other.json()["incident"] != first.json()["incident"]


@pytest.mark.parametrize(
    "change", [{"title": "Search fails"}, {"severity": "SEV2"}, {"reporter": "bo"}]
)
async def test_a_key_that_was_used_for_another_report_is_refused(
    http: httpx2.AsyncClient, siren: Siren, change: dict[str, Any]
) -> None:
    """422 names the first incident; with 200, the present report would be lost."""
    key = {"Idempotency-Key": f"k-{siren.task_queue}"}
    first = await http.post(URL, json=REPORT, headers=key)
    answer = await http.post(URL, json={**REPORT, **change}, headers=key)
    assert answer.status_code == 422
    said = answer.json()
    assert (said["error"], said["incident"]) == ("KeyReused", first.json()["incident"])
    assert [wrong["field"] for wrong in said["fields"]] == ["Idempotency-Key"]
    assert (await http.post(URL, json=REPORT, headers=key)).status_code == 200


async def test_a_key_is_known_after_its_incident_was_reopened(
    http: httpx2.AsyncClient, siren: Siren
) -> None:
    """Each run of an incident knows its report."""
    key = {"Idempotency-Key": f"k-{siren.task_queue}"}
    async with siren.worker():
        name = (await http.post(URL, json=REPORT, headers=key)).json()["incident"]
        handle = siren.client.get_workflow_handle(name)
        await handle.execute_update("resolve", {"actor": "ana"})
        await handle.result()
        await reopen_incident(siren.client, name, {"actor": "ana"}, "again", siren.task_queue)
    assert (await http.post(URL, json=REPORT, headers=key)).json()["incident"] == name
    other = await http.post(URL, json={**REPORT, "title": "Search fails"}, headers=key)
    assert other.status_code == 422


@pytest.mark.parametrize("days", [1, 3, REPEATED_DAYS, REPEATED_DAYS + 1])
async def test_a_report_repeated_within_two_weeks_is_the_same_report(
    http: httpx2.AsyncClient, siren: Siren, days: int
) -> None:
    """An id contains its day, but a key holds for longer."""
    key = f"k-{siren.task_queue}"
    name = incident_id(f"api/{key}", datetime.now(UTC) - timedelta(days=days))
    await siren.client.start_workflow("Incident", id=name, task_queue=siren.task_queue)
    answer = await http.post(URL, json=REPORT, headers={"Idempotency-Key": key})
    known = answer.json()["incident"] == name
    assert (answer.status_code, known) == ((200, True) if days <= REPEATED_DAYS else (201, False))


def test_the_description_of_the_api_says_for_how_long_a_key_counts() -> None:
    """The same number as the code."""
    assert f"a report for {REPEATED_DAYS} days" in IDEMPOTENCY["description"]


async def test_a_refusal_lists_everything_that_is_missing(
    http: httpx2.AsyncClient, siren: Siren
) -> None:
    """That includes what the policy asks for and what else is wrong."""
    whole = siren.policy.read_text()
    siren.policy.write_text(whole.replace("[title]", "[title, nature, affected_systems]"))
    answer = await http.post(URL, json={"reporter": "ana", "severity": "SEV9"})
    assert answer.status_code == 422
    problems = {wrong["field"]: wrong["problem"] for wrong in answer.json()["fields"]}
    assert set(problems) == {"severity", "title", "nature", "affected_systems"}
    assert problems["severity"] == "the policy has no severity 'SEV9'; there are: SEV1, SEV2"


async def test_a_misspelt_field_is_refused_with_the_one_that_was_meant(
    http: httpx2.AsyncClient,
) -> None:
    """The words are those of the policy's checks."""
    answer = await http.post(URL, json={"titel": "Checkout fails", "x": 1})
    assert answer.status_code == 422
    assert {wrong["field"]: wrong["problem"] for wrong in answer.json()["fields"]} == {
        "titel": "there is no such field; did you mean title?",
        "x": (
            "there is no such field; there are: title, nature, affected_systems, severity, "
            "service, reporter, happened_at, attributes"
        ),
    }


async def test_the_attributes_of_a_report_decide_its_severity(
    http: httpx2.AsyncClient, siren: Siren
) -> None:
    """They give the severity; an attribute that the policy lacks is refused by its field."""
    asking = siren.policy.read_text().replace("[title]", "[title, severity, impact]")
    matrix = (
        "from: { impact: [one, all], urgency: [low, high], matrix: [[SEV2, SEV2], [SEV2, SEV1]] }"
    )
    siren.policy.write_text(asking.replace("default: SEV2", f"default: SEV2\n  {matrix}"))
    said = {"title": "x", "reporter": "ana"}
    wrong = await http.post(URL, json={**said, "attributes": {"impct": "all", "urgency": "hgh"}})
    assert wrong.status_code == 422
    assert {p["field"]: p["problem"] for p in wrong.json()["fields"]} == {
        "attributes.impct": "the policy has no attribute 'impct'; did you mean impact?",
        "attributes.urgency": "urgency cannot be 'hgh'; did you mean high?",
        "severity": "is missing; the policy asks for it",
        "attributes.impact": "is missing; the policy asks for it",
    }
    async with siren.worker():
        known = {**said, "attributes": {"impact": "all", "urgency": "high"}}
        name = (await http.post(URL, json=known)).json()["incident"]
        record: Incident = await siren.record(name)
    assert record.severity == "SEV1"
    assert record.report.attributes == {"impact": "all", "urgency": "high"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": 1}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"affected_systems": "checkout"}, "affected_systems"),
        ({"reporter": ""}, "reporter"),
        ({"reporter": " "}, "reporter"),
        ({"title": " "}, "title"),
        ({"reporter": None}, "reporter"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "0001-01-01T00:00:00Z"}, "happened_at"),
        ({"happened_at": "1999-01-01T00:00:00+01:00"}, "happened_at"),
        ({"sevrity": "SEV1"}, "sevrity"),
        ({"affected_systems": ["x" * 501]}, "affected_systems.0"),
        ({"affected_systems": ["checkout", "x" * 17_000]}, "affected_systems.1"),
    ],
)
async def test_a_report_that_is_wrong_is_refused_by_its_field(
    http: httpx2.AsyncClient, change: dict[str, Any], field: str
) -> None:
    """The answer is 422; a misspelt field is not ignored silently."""
    answer = await http.post(URL, json={**REPORT, **change})
    assert answer.status_code == 422
    assert [wrong["field"] for wrong in answer.json()["fields"]] == [field]


async def test_a_person_who_may_not_report_is_refused(
    http: httpx2.AsyncClient, siren: Siren
) -> None:
    """403, and who may."""
    policy_file(siren.policy.parent, who="people")
    assert (await http.post(URL, json=REPORT)).status_code == 201
    answer = await http.post(URL, json={**REPORT, "reporter": "eve"})
    assert answer.status_code == 403
    assert answer.json()["may"] == ["people"]


async def test_an_idempotency_key_has_bounds(http: httpx2.AsyncClient) -> None:
    """A key that says nothing, or too much, is refused."""
    for key in ("", "x" * 201):
        answer = await http.post(URL, json=REPORT, headers={"Idempotency-Key": key})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "happened_at",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1900-01-01T00:00:00Z", "now", 0],
)
async def test_an_instant_out_of_reach_is_refused_by_its_field(
    http: httpx2.AsyncClient, happened_at: object
) -> None:
    """Neither calendar nor zone nor type matters."""
    answer = await http.post(URL, json={**REPORT, "happened_at": happened_at})
    assert answer.status_code == 422
    assert [wrong["field"] for wrong in answer.json()["fields"]] == ["happened_at"]


async def test_a_key_is_accepted_only_once_in_a_request(http: httpx2.AsyncClient) -> None:
    """A proxy on the way might read the other one."""
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await http.post(URL, json=REPORT, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "Idempotency-Key"


PREVIEW = f"{URL}/preview"


async def test_a_preview_says_what_a_report_would_do_and_opens_nothing(
    http: httpx2.AsyncClient, siren: Siren
) -> None:
    """No worker has to run; what the report lacks is named, and who may send it."""
    policy_file(siren.policy.parent, who="people")
    found = (await http.post(PREVIEW, json=REPORT)).json()
    assert (found["accepted"], found["severity"], found["fields"]) == (True, "SEV1", [])
    assert found["paged"] == ["ana (by name)"]
    assert found["policy"] == "Siren 1"
    answer = await http.post(PREVIEW, json={"reporter": "eve", "severity": "SEV9"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["accepted"], found["missing"], found["may"]) == (False, ["title"], ["people"])
    assert "does not allow eve" in found["not_allowed"]
    problems = {each["field"]: each["problem"] for each in found["fields"]}
    assert problems["title"] == "is missing; the policy asks for it"
    assert "the policy has no severity 'SEV9'" in problems["severity"]
    begun = await siren.client.count_workflows(f"TaskQueue = '{siren.task_queue}'")
    assert begun.count == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, 200),
        ({"happened_at": "9999-12-31T23:59:59-14:00"}, 200),
        ({"happened_at": "now"}, 422),
        ({"service": "nowhere", "attributes": {"no": "such"}}, 200),
        ({"title": "x" * 301}, 422),
        ({"sevrity": "SEV1"}, 422),
        ({"reporter": None}, 422),
    ],
)
async def test_a_preview_of_a_strange_report_is_an_answer(
    http: httpx2.AsyncClient, change: dict[str, Any], status: int
) -> None:
    """What can be read is judged; what cannot is refused by its field."""
    answer = await http.post(PREVIEW, json={**REPORT, **change})
    assert answer.status_code == status, answer.text
    wrong = {each["field"] for each in answer.json()["fields"]}
    assert wrong & change.keys() or "attributes.no" in wrong, answer.text
