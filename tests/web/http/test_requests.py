"""What the web server accepts, and its answers to misplaced requests."""

import gzip
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, JSON, Payload
from web.app import create_app
from web.http.endpoints import REFUSALS

URL = "/v1/alerts/alertmanager"
REPORTS = "/v1/incidents"
INCIDENT = "/v1/incidents/{incident}"
COMMANDS = f"{INCIDENT}/commands/"


@pytest.mark.parametrize(
    "given",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "application/json; charset=utf-16",
        "text/plain; application/json",
        "application/json, text/plain",
    ],
)
async def test_only_json_is_accepted(http: httpx2.AsyncClient, given: str | None) -> None:
    """A web page may send other types to any address without asking."""
    headers = {"Content-Type": given} if given else {}
    for url in (URL, REPORTS):
        answer = await http.post(url, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (415, "UnsupportedMediaType")
        assert "application/json" in answer.json()["message"]


@pytest.mark.parametrize("given", ["application/json", 'Application/JSON; charset="UTF-8"'])
async def test_json_may_have_any_of_its_media_types(
    http: httpx2.AsyncClient, payload: Payload, given: str
) -> None:
    """Upper or lower case is fine, and so is its only encoding."""
    body = httpx2.Request("POST", "http://x", json=payload("firing_single")).content
    answer = await http.post(URL, content=body, headers={"Content-Type": given})
    assert answer.status_code == 202


async def test_a_compressed_body_is_not_unpacked(http: httpx2.AsyncClient) -> None:
    """A few bytes of it can be as large as the memory."""
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await http.post(URL, content=bomb, headers=headers)).status_code == 415
    twice = [*headers.items(), ("Content-Encoding", "identity")]
    for said in (twice, twice[::-1]):
        assert (await http.post(URL, content=bomb, headers=said)).status_code == 415


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
async def test_a_foreign_name_that_points_here_is_refused(
    http: httpx2.AsyncClient, payload: Payload, host: str
) -> None:
    """A page of that name could call us from inside: on every path, with or without a token."""
    for path in (URL, "/readyz", "/openapi.json", "/nowhere"):
        answer = await http.request(
            "POST" if path == URL else "GET", path, headers={"Host": host}, json={}
        )
        assert (answer.status_code, answer.json()["error"]) == (421, "UnknownHost")
        assert "INCIDENT_WEB_NAMES" in answer.json()["message"]


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8000",
        "LOCALHOST",
        "127.0.0.1:8000",
        "[::1]:8000",
        "10.1.2.3",
        "Incidents.example.org:80",
    ],
)
async def test_the_web_server_knows_its_own_names_and_addresses(siren: Siren, host: str) -> None:
    """Nobody else can have a page there."""
    names = ("incidents.example.org",)
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        names=names,
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.get("/healthz", headers={"Host": host})).status_code == 200


async def test_any_name_is_accepted_if_the_setting_says_so(siren: Siren) -> None:
    """The setting is for a proxy that checks names."""
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        names=("*",),
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://any.example") as http:
        assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/", 404),
        ("POST", "/v1/alerts", 404),
        ("POST", f"{URL}/", 404),
        ("GET", URL, 405),
    ],
)
async def test_a_request_for_a_missing_endpoint_hears_which_exist(
    http: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    """The answer lists each endpoint with what it takes."""
    answer = await http.request(method, path)
    assert answer.status_code == status
    assert f"POST {URL} (alerts: Alertmanager's webhook, version 4)" in answer.json()["message"]
    told = {each["path"] for each in answer.json()["endpoints"]}
    described = (await http.get("/openapi.json")).json()["paths"]
    others = {path for path in described if not path.startswith(COMMANDS)}
    assert told == {*others, f"{COMMANDS}NAME", "/openapi.json"}
    assert {URL, REPORTS, INCIDENT} <= others
    assert answer.headers.get("Allow") == ("POST" if status == 405 else None)


async def test_a_sender_of_another_format_hears_which_exist(
    http: httpx2.AsyncClient,
) -> None:
    """One example is a Grafana alert at the endpoint of Alertmanager."""
    answer = await http.post(URL, json={"receiver": "x", "orgId": 1, "state": "alerting"})
    assert answer.status_code == 422
    endpoints = answer.json()["endpoints"]
    takes = {each["path"]: each["takes"] for each in endpoints if each["method"] == "POST"}
    assert takes[URL] == "alerts: Alertmanager's webhook, version 4"
    assert takes[REPORTS] == "a report, by people or tools"


@pytest.mark.parametrize(
    "body",
    [
        '{"version": "4", "version": "4", "groupKey": "k", "alerts": []}',
        '{"version": "4", "groupKey": "k", "alerts": [], "extra": {"a": 1, "a": 2}}',
        '{"version": "4", "groupKey": "k", "alerts": [], "extra": NaN}',
        '{"version": "4", "groupKey": "k", "alerts": [], "extra": [-Infinity]}',
        '{"version": "4", "groupKey": "k", "alerts": [], "extra": ' + "9" * 5000 + "}",
        '{"version": "4", "groupKey": "k", "extra": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    ],
)
async def test_a_text_that_two_readers_could_read_differently_is_no_json(
    http: httpx2.AsyncClient, body: str
) -> None:
    """That is repeated keys, numbers that are none, and endless depth."""
    answer = await http.post(URL, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "Malformed")
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (URL, '{"version":"4","groupKey":"k","alerts":[' + ",".join(["{}"] * 600_000) + "]}"),
        (URL, '{"version":"4","groupKey":"k","alerts":[],"groupLabels":{"a":[' + "1," * 9 + "1]}}"),
        (REPORTS, "{" + ",".join(f'"a{n}":0' for n in range(150_000)) + "}"),
        (REPORTS, '{"reporter":"ana","affected_systems":[' + ",".join(["0"] * 900_000) + "]}"),
        (REPORTS, '{"' + "a" * 2_000_000 + '":1}'),
    ],
)
async def test_an_answer_is_short_however_much_is_wrong(
    http: httpx2.AsyncClient, url: str, body: str
) -> None:
    """A list of a million faults would hold up everybody and fill the memory."""
    answer = await http.post(url, content=body, headers=JSON)
    assert answer.status_code == 422
    assert len(answer.content) < 5000


async def test_text_that_an_answer_repeats_steers_no_terminal(http: httpx2.AsyncClient) -> None:
    """curl shows it as often as a program reads it."""
    answer = await http.post(REPORTS, json={"reporter": "ana", "\u202e\x9b31m": 1})
    assert answer.status_code == 422
    assert answer.content.isascii()


def refs_of(part: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from refs_of(each)


async def test_the_description_resolves_and_lists_every_answer(http: httpx2.AsyncClient) -> None:
    """A client generator finds every name in it."""
    described = (await http.get("/openapi.json")).json()
    found = list(refs_of(described))
    assert found
    for ref in found:
        part = described
        for name in ref.removeprefix("#/").split("/"):
            part = part[name]
    posts = [described["paths"][path]["post"] for path in (URL, REPORTS)]
    for post in posts:
        assert {*map(str, REFUSALS)} - {"404", "409", "410"} <= set(post["responses"])
        assert "$ref" in post["requestBody"]["content"]["application/json"]["schema"]
    assert "202" in posts[0]["responses"]
    assert {"200", "201"} <= set(posts[1]["responses"])
    assert posts[1]["parameters"][0]["name"] == "Idempotency-Key"


async def test_no_token_is_asked_for_if_none_is_set(siren: Siren, payload: Payload) -> None:
    """Requests must still be what no web page can send: JSON, to a name of ours."""
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        body = payload("firing_single")
        assert (await http.post(URL, json=body)).status_code == 202
        simple = {"Content-Type": "text/plain"}
        assert (await http.post(URL, content=b"{}", headers=simple)).status_code == 415
        answer = await http.request("OPTIONS", URL, headers=AUTHORISED)
        assert answer.status_code == 405
        assert not any("access-control" in name.lower() for name in answer.headers)
