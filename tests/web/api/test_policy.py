"""The policy in force, the kept ones, their documents, and what adopting one would do."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from incidents.kept.policies import in_force_path, policy_path
from tests.scenarios.siren import Siren, policy_file
from tests.web.conftest import http_for

REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}


def kept(documents: Path, text: str, *, in_force: bool = True) -> str:
    """Keeps a policy as an activity does; returns its hash."""
    digest = sha256(text.encode()).hexdigest()
    (documents / "policies").mkdir(exist_ok=True)
    (documents / policy_path(digest)).write_text(text)
    if in_force:
        (documents / in_force_path(digest)).write_text(digest)
    return digest


async def asked(http: httpx2.AsyncClient, path: str, **query: Any) -> Any:
    """The answer to a question."""
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_policy_in_force_says_what_it_is(siren: Siren, http: httpx2.AsyncClient) -> None:
    """With its text, which has the hash that incidents name."""
    found = await asked(http, "/v1/policy")
    source = siren.policy.read_bytes()
    assert (found["name"], found["version"], found["in_force"]) == ("Siren", "1", True)
    assert (found["text"].encode(), found["hash"]) == (source, sha256(source).hexdigest())
    assert found["severities"] == ["SEV1", "SEV2"]


async def test_a_kept_policy_is_found_by_its_hash_or_its_name(
    siren: Siren, http: httpx2.AsyncClient
) -> None:
    """If it came into force, and if its text is still the one that was kept."""
    documents, now = siren.policy.parent, siren.policy.read_text()
    older = now.replace('version: "1"', 'version: "0.9"')
    digest = kept(documents, older)
    for query in ({"hash": digest}, {"version": "0.9"}, {"name": "Siren", "version": "0.9"}):
        found = await asked(http, "/v1/policy", **query)
        assert (found["hash"], found["in_force"]) == (digest, False)
    never = kept(documents, now.replace('version: "1"', 'version: "3"'), in_force=False)
    changed = kept(documents, now.replace('version: "1"', 'version: "0.8"'))
    (documents / policy_path(changed)).write_text(older)
    for query in ({"hash": never}, {"version": "3"}, {"hash": changed}, {"name": "Other"}):
        answer = await http.get("/v1/policy", params=query)
        assert (answer.status_code, answer.json()["error"]) == (404, "UnknownPolicy")


async def test_the_document_of_a_policy_is_markdown(http: httpx2.AsyncClient) -> None:
    """Whoever has it already gets no second one."""
    answer = await http.get("/v1/policy/document")
    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert "Siren" in answer.text
    assert "## " in answer.text
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await http.get("/v1/policy/document", headers=known)).status_code == 304


@pytest.mark.parametrize("path", ["/v1/policy", "/v1/policy/document"])
async def test_a_wrong_hash_is_refused(http: httpx2.AsyncClient, path: str) -> None:
    """It is no path of a document."""
    answer = await http.get(path, params={"hash": "../../etc/passwd"})
    assert answer.status_code == 422


async def test_an_adoption_is_shown_before_somebody_does_it(siren: Siren) -> None:
    """It changes nothing: the incident stays under its policy."""
    async with siren.worker(), http_for(siren.client, siren) as http:
        incident = (await http.post("/v1/incidents", json=REPORT)).json()["incident"]
        at = f"/v1/incidents/{incident}"
        before = (await asked(http, at))["policy_hash"]
        same = (await http.get(f"{at}/adoption")).json()
        assert (same["shifts"], same["refusal"]) == ([], "")
        clock = "clocks: { fix: { from: reported, to: resolved, within: { SEV1: 1h } } }\n"
        policy_file(siren.policy.parent, more=clock)
        found = await asked(http, f"{at}/adoption")
        assert [shift["clock"] for shift in found["shifts"]] == ["fix"]
        assert (found["refusal"], found["policy_hash"] != before) == ("", True)
        assert (await asked(http, at))["policy_hash"] == before
        answer = await http.get(f"{at}/adoption", params={"hash": "0" * 64})
        assert answer.status_code == 404
