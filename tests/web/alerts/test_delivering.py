"""POST /v1/alerts/alertmanager, with what a real Alertmanager sends."""

import copy
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from models.incident.record import Incident
from runtime.embedded.server import free_port
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import AUTHORISED, JSON, Payload, http_for

URL = "/v1/alerts/alertmanager"


def changed(body: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A payload whose first alert differs."""
    body = copy.deepcopy(body)
    body["alerts"][0].update(fields)
    return body


async def followed(siren: Siren, answer: httpx2.Response) -> Siren:
    """The siren, with the group that an answer named."""
    assert answer.status_code == 202, answer.text
    siren.handle = siren.client.get_workflow_handle(answer.json()["group"])
    return siren


async def test_a_group_of_firing_alerts_becomes_one_incident(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """It fires, fires with two, resolves partly, then fully: all on one record."""
    async with siren.worker():
        first = await http.post(URL, json=payload("firing_group_2"))
        counts = {"received": 2, "taken": 2, "ignored": 0}
        assert first.json() == {"group": first.json()["group"], **counts}
        assert first.json()["group"].startswith("AG-alertname-HighErrorRatio-service-checkout")
        incident_id = await (await followed(siren, first)).opened()
        for name in ("group_partly_resolved", "resolved"):
            again = await http.post(URL, json=payload(name))
            assert again.json()["group"] == first.json()["group"]
        await siren.until(lambda s: not (s.firing or s.unfed_deliveries or s.feeding))
        record: Incident = await siren.record(incident_id)
    assert record.severity == "SEV1"
    assert record.report.service == "checkout"
    assert record.report.title.startswith("HighErrorRatio: checkout error ratio 42% in")
    assert {r.alert.status for r in record.alerts.values()} == {"resolved"}
    described = await siren.handle.describe()
    assert await described.static_summary() == "alerts: HighErrorRatio, checkout"
    assert described.raw_info.priority.priority_key == 1


async def test_labels_that_are_attributes_decide_the_severity(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """Labels that all alerts share become attributes of the incident and give its severity."""
    bounded = "default: SEV2\n  caps: { environment=staging: SEV2 }"
    whole = siren.policy.read_text().replace("default: SEV2", bounded)
    siren.policy.write_text(whole + "attributes: { environment: [staging], cluster: [north] }\n")
    body = payload("firing_group_2")
    for alert in body["alerts"]:
        alert["labels"] |= {"environment": "staging", "cluster": "nrth"}
    async with siren.worker():
        answer = await http.post(URL, json=body)
        name = await (await followed(siren, answer)).opened()
        record: Incident = await siren.record(name)
    assert record.report.attributes == {"environment": "staging"}
    told = {entry.kind: entry.summary for entry in record.timeline}
    assert told["severity.follows"] == (
        "SEV2: by the labels of its alerts; capped at SEV2 by environment=staging"
    )
    assert told["attribute.left_out"].endswith("cluster cannot be 'nrth'; did you mean north?")


async def test_an_alert_that_the_policy_ignores_starts_nothing(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """The watchdog is ignored because of its label."""
    answer = await http.post(URL, json=payload("watchdog"))
    assert (answer.status_code, answer.json()["received"], answer.json()["ignored"]) == (202, 0, 1)
    with pytest.raises(RPCError):
        await siren.client.get_workflow_handle(answer.json()["group"]).describe()


async def test_fields_that_we_do_not_know_are_ignored(
    http: httpx2.AsyncClient, payload: Payload
) -> None:
    """Newer senders add some, to the group and to its alerts."""
    body = changed(payload("firing_single", notificationReason="repeat"), newField={"a": 1})
    assert (await http.post(URL, json=body)).status_code == 202


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"version": "3"}, "version", "'4'"),
        ({"version": 4}, "version", "'4'"),
        ({"groupKey": ""}, "groupKey", "at least 1"),
        ({"alerts": None}, "alerts", "array"),
        ({"truncatedAlerts": False}, "truncatedAlerts", "integer"),
        ({"truncatedAlerts": -1}, "truncatedAlerts", "greater than or equal to 0"),
    ],
)
async def test_a_group_that_is_wrong_is_refused_by_its_field(
    http: httpx2.AsyncClient, payload: Payload, change: dict[str, Any], field: str, words: str
) -> None:
    """422, and what would be right."""
    answer = await http.post(URL, json=payload("firing_single", **change))
    assert answer.status_code == 422
    assert answer.json()["error"] == "Malformed"
    (wrong,) = answer.json()["fields"]
    assert wrong["field"] == field
    assert words in wrong["problem"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "burning"}, "alerts.0.status"),
        ({"startsAt": "yesterday"}, "alerts.0.startsAt"),
        ({"startsAt": "2026-11-01T12:00:00"}, "alerts.0.startsAt"),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "alerts.0.startsAt"),
        ({"startsAt": 12}, "alerts.0.startsAt"),
        ({"labels": {"a": 1}}, "alerts.0.labels.a"),
        ({"fingerprint": None}, "alerts.0.fingerprint"),
    ],
)
async def test_an_alert_that_is_wrong_is_refused_by_its_field(
    http: httpx2.AsyncClient, payload: Payload, change: dict[str, Any], field: str
) -> None:
    """Types are strict, instants have a zone."""
    answer = await http.post(URL, json=changed(payload("firing_single"), **change))
    assert answer.status_code == 422
    assert [wrong["field"] for wrong in answer.json()["fields"]] == [field]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"version": "4", "groupKey": "\\ud800"}', b"[" * 100_000]
)
async def test_a_body_that_is_no_json_is_a_bad_request(
    http: httpx2.AsyncClient, body: bytes
) -> None:
    """It does not matter what is wrong with it."""
    answer = await http.post(URL, content=body, headers=JSON)
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["message"]


async def test_a_body_that_is_too_large_is_refused(http: httpx2.AsyncClient) -> None:
    """413, with what keeps it smaller."""
    answer = await http.post(URL, content=b" " * (2 * 1024 * 1024 + 1), headers=JSON)
    assert answer.status_code == 413
    assert "max_alerts" in answer.json()["message"]


async def test_a_delivery_of_thousands_of_alerts_goes_through(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """The first are kept in full, of others what matters; beyond 200 firing they are counted."""
    body = payload("firing_single")
    alert = body["alerts"][0]
    alert |= {"annotations": {"summary": "y" * 60}, "generatorURL": ""}
    alert["labels"] = {"alertname": "Many", "severity": "critical"}
    body["alerts"] = [{**alert, "fingerprint": f"{n:016x}"} for n in range(6000)]
    async with siren.worker():
        answer = await http.post(URL, json=body)
        incident_id = await (await followed(siren, answer)).opened()
        record = await siren.record(incident_id)
    assert (answer.json()["received"], answer.json()["taken"]) == (6000, 200)
    assert (len(record.alerts), record.truncated_alerts) == (200, 5800)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic aW50YWtl", "Bearer é"])
async def test_nothing_is_accepted_without_the_token(
    http: httpx2.AsyncClient, payload: Payload, header: str
) -> None:
    """401, on every route that takes something; the token is not in the answer."""
    given = {b"Authorization": header.encode()}
    for url in (URL, "/v1/incidents"):
        answer = await http.post(url, json=payload("firing_single"), headers=given)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "intake-secret" not in answer.text
    assert (await http.get("/healthz", headers=given)).is_success


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(
    http: httpx2.AsyncClient, payload: Payload, scheme: str
) -> None:
    """HTTP allows that; the token must match exactly."""
    header = AUTHORISED["Authorization"].replace("Bearer", scheme)
    answer = await http.post(URL, json=payload("firing_single"), headers={"Authorization": header})
    assert answer.status_code == 202
    shouted = {"Authorization": AUTHORISED["Authorization"].upper()}
    assert (await http.post(URL, json={}, headers=shouted)).status_code == 401


async def test_monitoring_that_may_not_report_is_refused(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """The answer is 403 for good, with the reason."""
    policy_file(siren.policy.parent, who="people")
    answer = await http.post(URL, json=payload("firing_single"))
    assert answer.status_code == 403
    assert "reporting" in answer.json()["message"]


async def test_a_broken_policy_asks_the_sender_to_come_back(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """503 until it is mended."""
    whole = siren.policy.read_text()
    siren.policy.write_text("policy: [")
    answer = await http.post(URL, json=payload("firing_single"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["error"] == "PolicyBroken"
    assert (await http.get("/readyz")).status_code == 503
    siren.policy.write_text(whole)
    assert (await http.post(URL, json=payload("firing_single"))).status_code == 202
    assert (await http.get("/readyz")).status_code == 200


async def test_while_temporal_is_away_the_sender_is_asked_to_come_back(
    payload: Payload, siren: Siren, tmp_path: Path
) -> None:
    """503 on what needs it; the web server itself lives."""
    away = await Client.connect(
        f"127.0.0.1:{free_port()}", lazy=True, data_converter=pydantic_data_converter
    )
    async with http_for(away, siren) as http:
        for answer in (
            await http.post(URL, json=payload("firing_single")),
            await http.post("/v1/incidents", json={"title": "a", "reporter": "ana"}),
            await http.get("/readyz"),
        ):
            assert answer.status_code == 503, answer.text
            assert answer.json()["error"] == "TemporalNotReachable"
            assert int(answer.headers["Retry-After"]) > 0
        assert (await http.get("/healthz")).status_code == 200


async def test_an_unknown_route_has_the_shape_of_every_refusal(http: httpx2.AsyncClient) -> None:
    """404 and 405 as well."""
    assert (await http.get("/nowhere")).json()["error"] == "NotFound"
    assert (await http.get(URL)).json()["error"] == "MethodNotAllowed"
