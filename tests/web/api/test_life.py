"""A tool runs an incident by the API alone, on a real server with a real worker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.conftest import http_for

WEBHOOKS = (ROOT / "docs" / "webhooks.md").read_text()

REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}


class Tool:
    """A tool with the intake token, at work on one incident."""

    def __init__(self, http: httpx2.AsyncClient, incident: str, service: str) -> None:
        self.http = http
        self.incident = incident
        self.service = service
        self.at = f"/v1/incidents/{incident}"

    async def gives(self, name: str, key: str | None = None, **said: Any) -> httpx2.Response:
        """Give a command as ana."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {"actor": "ana", **said}
        return await self.http.post(f"{self.at}/commands/{name}", json=body, headers=headers)

    async def lists(self, **query: Any) -> dict[str, Any]:
        """Ask which incidents there are."""
        answer = await self.http.get("/v1/incidents", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def asks(self, what: str = "", **query: Any) -> dict[str, Any]:
        """Ask something about the incident."""
        answer = await self.http.get(f"{self.at}{what}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def tool(siren: Siren) -> AsyncIterator[Tool]:
    """A tool that has reported an incident, with a worker that runs it."""
    async with siren.worker(), http_for(siren.client, siren) as http:
        report = {**REPORT, "service": siren.task_queue}
        reported = await http.post("/v1/incidents", json=report)
        assert reported.status_code == 201, reported.text
        yield Tool(http, reported.json()["incident"], siren.task_queue)


async def test_a_tool_lives_the_whole_life_of_an_incident(tool: Tool) -> None:
    """Report, acknowledge, assess, diagnose, resolve; each answer says where it stands."""
    assert (await tool.asks())["incident"]["state"] == "reported"
    said = {
        "acknowledge": {},
        "set_severity": {"severity": "SEV1"},
        "begin_diagnosis": {},
        "post_update": {"text": "We know more."},
        "begin_resolution": {},
        "resolve": {"note": "rolled back"},
    }
    states = []
    for name, own in said.items():
        answer = await tool.gives(name, **own)
        if name == "post_update":
            continue
        assert answer.status_code == 200, answer.text
        states.append(answer.json()["state"])
    assert states == ["assessment", "assessment", "diagnosis", "resolution", "closed"]
    kinds = [entry["kind"] for entry in (await tool.asks("/timeline"))["entries"]]
    assert {"incident.reported", "incident.acknowledged", "incident.resolved"} <= set(kinds)


async def test_a_refused_command_says_what_is_missing_and_who_may(tool: Tool) -> None:
    """As a problem document; the incident stays as it was."""
    answer = await tool.gives("begin_resolution")
    problem = answer.json()
    assert (answer.status_code, problem["error"]) == (409, "TransitionNotAllowed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["state"] == "reported"
    assert "acknowledge" in problem["possible"]
    answer = await tool.gives("set_severity", severity="SEV9")
    assert answer.status_code in {409, 422}
    assert "SEV1" in answer.json()["detail"]
    assert (await tool.asks())["incident"]["state"] == "reported"


async def test_the_same_key_is_the_same_command(tool: Tool) -> None:
    """Whoever got no answer sends it again; another command under the key is refused."""
    first = await tool.gives("acknowledge", key="ticket-1")
    again = await tool.gives("acknowledge", key="ticket-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["command_id"] == "ticket-1"
    other = await tool.gives("resolve", key="ticket-1")
    assert other.status_code == 409
    timeline = (await tool.asks("/timeline"))["entries"]
    assert [e["kind"] for e in timeline].count("incident.acknowledged") == 1


async def test_a_field_that_only_the_api_may_fill_in_is_refused(tool: Tool) -> None:
    """Nobody says by which way, or with which proof, they come."""
    for name in ("via", "proof", "command_id", "sent_at"):
        answer = await tool.gives("acknowledge", **{name: "token"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["fields"][0]["field"] == name


async def test_a_command_names_who_acts(tool: Tool) -> None:
    """The intake token says nothing about it."""
    answer = await tool.http.post(f"{tool.at}/commands/acknowledge", json={})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "actor")


async def test_an_unknown_incident_or_command_is_404(tool: Tool) -> None:
    """The answer for a command lists the endpoints that there are."""
    answer = await tool.http.get("/v1/incidents/INC-000000-none")
    assert (answer.status_code, answer.json()["error"]) == (404, "UnknownIncident")
    answer = await tool.http.post("/v1/incidents/INC-000000-none/commands/acknowledge", json={})
    assert answer.status_code == 422
    answer = await tool.gives("acknowlege")
    assert answer.status_code == 404


async def test_a_timeline_is_read_in_pages(tool: Tool) -> None:
    """Each page says where the next one begins; the last one says that it is the last."""
    await tool.gives("acknowledge")
    whole = (await tool.asks("/timeline"))["entries"]
    seen: list[Any] = []
    after = -1
    while True:
        page = await tool.asks("/timeline", after=after, limit=1)
        seen += page["entries"]
        if page["next"] is None:
            break
        after = page["next"]
    assert [e["seq"] for e in seen][: len(whole)] == [e["seq"] for e in whole]


async def test_whoever_polls_gets_a_body_only_if_something_changed(tool: Tool) -> None:
    """The time that passes is no change."""
    await tool.gives("acknowledge")
    answer = await tool.http.get(f"{tool.at}/next")
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await tool.http.get(f"{tool.at}/next", headers=known)).status_code == 304
    await tool.gives("resolve")
    assert (await tool.http.get(f"{tool.at}/next", headers=known)).status_code == 200


async def test_open_incidents_of_a_severity_are_one_cheap_question(tool: Tool) -> None:
    """A pipeline asks it before it deploys; without a limit, no incident is read at all."""
    both = {"open": "", "service": tool.service}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await tool.lists(**both, limit=0))["count"] != 1:
            await asyncio.sleep(0.02)
    only = await tool.lists(**both, limit=1, severity="SEV1")
    assert [row["id"] for row in only["incidents"]] == [tool.incident]
    assert (only["more"], only["count"]) == (False, 1)
    none = await tool.lists(**both, severity="SEV2")
    assert (none["incidents"], none["count"], none["more"]) == ([], 0, False)
    shown = WEBHOOKS.split('curl -sf "$U?')[1].partition('"')[0]
    answer = await tool.http.get(f"/v1/incidents?{shown}&service={tool.service}")
    assert answer.json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ({"severity": "sev1"}, "query.severity", "did you mean SEV1?"),
        ({"severity": "SEV7"}, "query.severity", "there are: SEV1"),
        ({"manager": "anna"}, "query.manager", "did you mean ana?"),
        ({"person": "anna", "open": "true"}, "query.person", "did you mean ana?"),
        ({"state": "reprted"}, "query.state.0", "'reported'"),
        ({"opn": "true"}, "query.opn", "there is no such field"),
    ],
)
async def test_a_wrong_filter_is_no_empty_list(
    http: httpx2.AsyncClient, query: dict[str, str], field: str, problem: str
) -> None:
    """Or a pipeline that asks for `sev1` would take every day for a quiet one."""
    answer = await http.get("/v1/incidents", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["fields"][0]["field"] == field
    assert problem in answer.json()["fields"][0]["problem"]


async def test_clocks_next_steps_and_why_are_questions_of_their_own(tool: Tool) -> None:
    """Each answers for the incident that it names."""
    assert (await tool.asks("/clocks"))["incident"] == tool.incident
    steps = {step["name"] for step in (await tool.asks("/next"))["next"] if step["allowed"]}
    assert "acknowledge" in steps
    assert (await tool.asks("/why", who="ana"))["incident"] == tool.incident
