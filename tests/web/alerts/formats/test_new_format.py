"""A new format is one file and one line, and then works over HTTP and in rehearsals."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.testing import WorkflowEnvironment

from models.alert import AlertBatch
from models.incident.record import Incident
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.rehearsed_engine import RehearsedEngine
from rehearsal.scenarios.load import load_scenario
from rehearsal.scenarios.payloads import payload_file
from runtime.settings import ROOT
from tests.fakes.event_format import FORMAT
from tests.rehearsal.plays import STARTS, after
from tests.scenarios.siren import Siren
from tests.web.conftest import Payload, http_for
from web.alerts.formats.table import FORMATS

SMALL = ROOT / "tests" / "scenarios" / "files" / "policies" / "small.yaml"
URL = "/v1/alerts/events"


@pytest.fixture(autouse=True)
def _listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line."""
    monkeypatch.setitem(FORMATS, FORMAT.name, FORMAT)


@pytest.fixture
def http(siren: Siren) -> httpx2.AsyncClient:
    """A web server that starts after the format is listed."""
    return http_for(siren.client, siren)


async def test_the_alerts_of_the_format_become_incidents(
    http: httpx2.AsyncClient, siren: Siren, task_queue: str
) -> None:
    """Each group has its own; a repeat without an instant is the same firing, an ack is ignored."""
    key = f"db1/disk {task_queue}"
    trigger = {"action": "trigger", "key": key, "summary": "97% full", "severity": "critical"}
    other = {"action": "trigger", "key": f"db2/disk {task_queue}", "summary": "96% full"}
    headers = {"Content-Type": "application/events+json", "X-Region": "eu"}
    async with siren.worker():
        body: list[dict[str, Any]] = [trigger, other, {"action": "ack", "key": key}]
        answer = await http.post(URL, content=json.dumps(body), headers=headers)
        assert answer.status_code == 202, answer.text
        first, second = answer.json()["groups"]
        assert answer.json() == {
            "group": first,
            "groups": [first, second],
            "received": 2,
            "taken": 2,
            "ignored": 0,
        }
        siren.handle = siren.client.get_workflow_handle(first)
        name = await siren.opened()
        again = await http.post(URL, json=[trigger])
        assert again.json() == {"group": first, "received": 1, "taken": 1, "ignored": 0}
        state = await siren.until(lambda s: s.firing[key].times_seen == 2)
        assert (state.source, state.urgent) == ("events", False)
        await http.post(URL, json=[{"action": "resolve", "key": key}])
        await siren.until(lambda s: not (s.firing or s.unfed_deliveries or s.feeding))
        record: Incident = await siren.record(name)
    (known,) = record.alerts.values()
    assert (record.severity, record.report.title) == ("SEV1", f"{key}: 97% full")
    assert (known.alert.source, known.alert.labels["region"]) == ("events", "none")
    assert known.alert.ended_at is not None
    assert known.alert.started_at == state.firing[key].alert.started_at < known.alert.ended_at
    assert (await siren.handle.describe()).raw_info.memo.fields["source"].data == b'"events"'


async def test_content_that_is_no_alert_is_still_accepted(
    http: httpx2.AsyncClient,
) -> None:
    """There is no group to name in the answer."""
    answer = await http.post(URL, json=[{"action": "ack", "key": "a"}])
    assert answer.status_code == 202
    assert answer.json() == {"received": 0, "taken": 0, "ignored": 0}


async def test_a_sender_at_the_wrong_address_hears_the_right_one(
    http: httpx2.AsyncClient, payload: Payload
) -> None:
    """Both formats do so; a body of no format is answered as before."""
    wrong = await http.post("/v1/alerts/alertmanager", json=[{"action": "ack", "key": "a"}])
    assert wrong.status_code == 422
    assert "this is a list of events: send it to /v1/alerts/events" in wrong.json()["message"]
    wrong = await http.post(URL, json=payload("firing_single"))
    assert "send it to /v1/alerts/alertmanager" in wrong.json()["message"]
    assert "send it to" not in (await http.post(URL, json={})).json()["message"]


async def test_too_many_groups_are_refused(http: httpx2.AsyncClient) -> None:
    """Each group is a call to Temporal."""
    body = [{"action": "trigger", "key": f"db{n}"} for n in range(51)]
    answer = await http.post(URL, json=body)
    assert answer.status_code == 422
    assert "51 groups of alerts: send at most 50" in answer.json()["message"]


async def test_the_web_server_says_that_it_takes_it(http: httpx2.AsyncClient) -> None:
    """Its answers to other requests, and OpenAPI, list the format."""
    answer = await http.post("/v1/alerts/nowhere", json={})
    assert {"method": "POST", "path": URL, "takes": "alerts: a list of events"} in (
        answer.json()["endpoints"]
    )
    said = (await http.get("/openapi.json")).json()
    taken = said["paths"][URL]["post"]["requestBody"]["content"]
    assert set(taken) == {"application/json", "application/events+json"}
    assert {"Events", "Webhook"} <= set(said["components"]["schemas"])


async def test_the_format_can_be_rehearsed(
    time_skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    """The file is recognised, and its alerts go the usual way."""
    events = tmp_path / "events.json"
    events.write_text(json.dumps([{"action": "trigger", "key": "db1", "summary": "97% full"}]))
    scenario = tmp_path / "night.yaml"
    scenario.write_text(
        f"scenario: Night\npolicy: {SMALL}\nstarts: 2026-03-27T16:50:00Z\n"
        "events:\n  - { at: 0m, alert: events.json }\n"
    )
    assert load_scenario(scenario).problems == ()
    async with RehearsedEngine(time_skipping.client, RehearsedPolicy(SMALL), tmp_path) as engine:
        await engine.deliver("disk", payload_file(events), STARTS)
        await engine.advance(after(10))
        await engine.deliver("disk", payload_file(events), after(10))
        view = await engine.view(engine.incidents["disk"], after(12))
    (known,) = view.incident.alerts.values()
    assert view.incident.report.title == "db1: 97% full"
    assert (known.alert.source, known.alert.started_at, known.times_seen) == ("events", STARTS, 2)


def test_a_stored_batch_without_a_source_came_from_alertmanager() -> None:
    """It is from before there were other formats."""
    stored = {"group_key": "k", "alerts": [], "received_at": "2026-03-27T16:50:00Z"}
    assert AlertBatch.model_validate(stored).source == "alertmanager"
