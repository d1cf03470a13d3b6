"""Texts in a report or an alert have no effect where Temporal shows them."""

from typing import Any

import httpx2
from temporalio.client import WorkflowHandle

from models.readable import in_a_line
from tests.fakes.hostile import HOSTILE, PICTURE
from tests.scenarios.siren import Siren
from tests.web.conftest import Payload

REPORT = {
    "title": HOSTILE,
    "nature": HOSTILE,
    "affected_systems": [HOSTILE],
    "severity": "SEV1",
    "service": HOSTILE,
    "reporter": "ana",
}
GRAPH = "https://grafana.example.org/d"


async def shown_of(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """Every text that Temporal shows beside a workflow and its events."""
    described = await handle.describe()
    values = [pair.value for pair in described.typed_search_attributes]
    texts = [value for value in values if isinstance(value, str)]
    texts += [str(value) for value in (await described.memo()).values()]
    texts.append(await described.static_summary() or "")
    history = await handle.fetch_history()
    summaries = [event.user_metadata.summary for event in history.events]
    converter = handle._client.data_converter.payload_converter
    return [*texts, *(str(converter.from_payload(said)) for said in summaries if said.data)]


def assert_harmless(texts: list[str]) -> None:
    """One line each, in the order in which it is stored."""
    assert len(texts) > 5
    assert [text for text in texts if text != in_a_line(text)] == []


async def test_a_report_steers_nothing(http: httpx2.AsyncClient, siren: Siren) -> None:
    """That covers summary, memo, search attributes, timers and activities; no picture loads."""
    async with siren.worker():
        answer = await http.post("/v1/incidents", json=REPORT)
        name = answer.json()["incident"]
        assert (await siren.record(name)).report.title == HOSTILE
        texts = await shown_of(siren.client.get_workflow_handle(name))
    assert_harmless(texts)
    captions = [text for text in texts if "evil.example/p.png" in text]
    assert captions
    handle = siren.client.get_workflow_handle(name)
    assert PICTURE not in (await (await handle.describe()).static_summary() or "")


async def test_an_alert_steers_nothing(
    http: httpx2.AsyncClient, payload: Payload, siren: Siren
) -> None:
    """Neither its group nor its incident is affected; its link leads to a web page."""
    body = payload("firing_single")
    alert = body["alerts"][0]
    alert["labels"] |= {"alertname": HOSTILE, "service": HOSTILE}
    alert["annotations"] = {
        "summary": HOSTILE,
        "runbook_url": "javascript:alert(1)",
        HOSTILE: GRAPH,
    }
    alert["generatorURL"] = "https://ana:secret@prom.example.org/graph"
    body["groupLabels"] = {"alertname": HOSTILE}
    async with siren.worker():
        answer = await http.post("/v1/alerts/alertmanager", json=body)
        siren.handle = siren.client.get_workflow_handle(answer.json()["group"])
        name = await siren.opened()
        record = await siren.record(name)
        group = await shown_of(siren.handle)
        texts = await shown_of(siren.client.get_workflow_handle(name))
    assert_harmless([*group, *texts])
    [kept] = record.alerts.values()
    assert kept.alert.link == "https://prom.example.org/graph"
    assert kept.alert.runbook_url is None
    assert [(len(link.name), link.url) for link in kept.alert.links[:1]] == [(40, GRAPH)]
    assert kept.alert.links[0].name == in_a_line(kept.alert.links[0].name)
