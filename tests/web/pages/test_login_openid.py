"""Somebody logs in at a real OpenID provider, which runs in a process of its own."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from runtime.embedded.server import free_port
from runtime.openid import OpenId
from tests.fakes.issuer import AUDIENCE, Issuer
from tests.fakes.webhook_sink import WebhookSink
from tests.patience import PATIENCE_SECONDS
from tests.web.pages.browser import Browser, words
from tests.web.pages.conftest import REPORT, Desk

PEOPLE = (
    {"sub": "7", "email": "Ana@example.com", "email_verified": True},
    {"sub": "8", "email": "eve@example.com", "email_verified": True},
)


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    """The address of a provider that knows two people."""
    port = free_port()
    known = (part for person in PEOPLE for part in ("--user-claims", json.dumps(person)))
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        yield f"http://127.0.0.1:{port}"
        running.kill()


@pytest.fixture
async def provider(process: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at the provider, once that answers."""
    async with httpx2.AsyncClient(base_url=process, trust_env=False) as client:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await client.get("/.well-known/openid-configuration")
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.1)
        yield client


async def logs_in(browser: Browser, provider: httpx2.AsyncClient, sub: str) -> httpx2.Response:
    """Press the button, log in at the provider, and come back."""
    page = await browser.opens("/")
    assert f"Log in with {provider.base_url.netloc.decode()}" in page.text
    left = await browser.http.get("/login/oidc", params={"next": "/"})
    known = await provider.post(left.headers["Location"], data={"sub": sub})
    assert known.status_code == 302, known.text
    back = urlsplit(known.headers["Location"])
    assert (back.netloc, back.path) == ("localhost", "/login/oidc/callback")
    return await browser.opens(f"{back.path}?{back.query}")


async def test_a_person_logs_in_and_acknowledges(desk: Desk, provider: httpx2.AsyncClient) -> None:
    """The record says how they were known; somebody else of the provider gets no session."""
    address = str(provider.base_url).rstrip("/")
    openid = OpenId(
        address,
        "email",
        timedelta(hours=1),
        client_id="web",
        client_secret=SecretStr("any secret / of the client"),
        redirect_uri="http://localhost/login/oidc/callback",
    )
    incident = await desk.reports()
    async with desk.browser(openid=openid) as browser:
        refused = await logs_in(browser, provider, "8")
        assert refused.status_code == 403
        assert "eve@example.com is no person of the policy" in words(refused.text)
        board = await logs_in(browser, provider, "7")
        assert "You are <strong>ana</strong></span>" in board.text
        at = f"/incidents/{incident}"
        page = await browser.opens(at)
        done = await browser.sends(page.text, f"{at}/acknowledge")
        assert done.status_code == 200, done.text
    assert await proof_of(desk, incident, "incident.acknowledged") == ("ana", "oidc")


async def test_a_tool_with_a_token_of_the_provider_reports_and_commands(desk: Desk) -> None:
    """It delivers no alerts, and nobody can be named beside it."""
    async with WebhookSink() as sink:
        issuer = Issuer(sink)
        openid = OpenId(issuer.address, "email", timedelta(hours=1), audience=AUDIENCE)
        async with desk.browser(openid=openid) as browser:
            bearer = {"Authorization": f"Bearer {issuer.token()}"}
            body = {"title": REPORT["title"], "severity": "SEV1"}
            made = await browser.http.post("/v1/incidents", json=body, headers=bearer)
            assert made.status_code == 201, made.text
            at = f"/v1/incidents/{made.json()['incident']}/commands/acknowledge"
            other = await browser.http.post(at, json={"actor": "bo"}, headers=bearer)
            assert other.status_code == 422
            done = await browser.http.post(at, json={}, headers=bearer)
            assert done.status_code == 200, done.text
            alerts = await browser.http.post("/v1/alerts/alertmanager", json={}, headers=bearer)
            assert alerts.status_code == 403
            stolen = await browser.http.get(
                "/v1/incidents", headers={"Authorization": f"Bearer {issuer.token(exp=1)}"}
            )
            assert (stolen.status_code, stolen.json()["error"]) == (401, "NotAuthenticated")
    found = await proof_of(desk, made.json()["incident"], "incident.acknowledged")
    assert found == ("ana", "oidc")


async def proof_of(desk: Desk, incident: str, kind: str) -> tuple[str, str]:
    """Who did something, and how they were known."""
    async with desk.browser() as browser:
        bearer = {"Authorization": "Bearer intake-secret"}
        shown = await browser.http.get(f"/v1/incidents/{incident}/timeline", headers=bearer)
        [line] = [entry for entry in shown.json()["entries"] if entry["kind"] == kind]
        return line["actor"]["name"], line["actor"]["proof"]
