"""Board and incident in a browser: they follow what happens, and everything works by forms."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page
from pydantic import SecretStr

from connectors.signed_links import Link, signed
from states.lifecycle import State
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import REVIEW, Siren, policy_file
from tests.web.browser.test_respond import (
    DESKTOP,
    HEIGHT,
    KEYS,
    NARROW,
    PHONE,
    PICTURES,
    WIDE_PLAIN,
    Device,
    looked_at,
)
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.pages.conftest import MORE
from tests.web.serving import serving
from web.app import create_app

REPORT: dict[str, Any] = {
    "title": "Checkout fails for every customer who pays by card",
    "nature": "Nobody can pay since the deployment of 10:02.",
    "affected_systems": ["checkout"],
    "service": "checkout",
    "reporter": "ana",
    "severity": "SEV1",
}
NEW_FORMS = frozenset({"assign_role", "resolve"})
"""After these commands the page offers forms that it did not have before."""


@dataclass
class Desk:
    """Somebody who has logged in, in front of a browser."""

    page: Page
    http: httpx2.AsyncClient
    siren: Siren
    device: Device

    async def reports(self) -> str:
        """A new incident."""
        answer = await self.http.post("/v1/incidents", json=REPORT, headers=AUTHORISED)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["incident"])

    async def reports_by_page(self) -> str:
        """Ana reports an incident by the form, and goes to the board."""
        await self.page.get_by_role("link", name="Report").click()
        await self.page.fill("#report-title", REPORT["title"])
        await self.page.select_option("#report-severity", REPORT["severity"])
        await self.page.get_by_role("button", name="Report the incident").click()
        await self.page.wait_for_url("**/incidents/INC-*")
        incident = self.page.url.rpartition("/")[2]
        await self.page.get_by_role("link", name="Board").click()
        await self.page.wait_for_selector("h1:has-text('Open incidents')")
        return incident

    async def somebody_else(self, incident: str, command: str, **said: Any) -> None:
        """Bo does something elsewhere."""
        path = f"/v1/incidents/{incident}/commands/{command}"
        answer = await self.http.post(path, json={"actor": "bo", **said}, headers=AUTHORISED)
        assert answer.status_code == 200, answer.text

    async def logs_in(self) -> None:
        """Log in as ana, with the intake token."""
        await self.page.goto("/login")
        await self.page.fill("#token", TOKEN)
        await self.page.fill("#name", "ana")
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_selector("h1:has-text('Open incidents')")

    async def sees(self, text: str) -> None:
        """Wait until the page says something; without scripts, it has to be loaded again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while text not in await self.page.locator("main").inner_text():
                if not self.device.scripts:
                    await self.page.reload()
                await asyncio.sleep(0.1)

    async def looks(self, name: str = "") -> None:
        """The page fits its width, and axe finds nothing; keep a picture for the documents."""
        await looked_at(self.page, self.device, axe=True)
        if PICTURES and name and self.device.scripts and self.device.width == NARROW:
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    async def gives(self, command: str, **said: str) -> None:
        """Fill in the form of a command and send it."""
        form = self.page.locator(f"form[action$='/{command}']").last
        summary = form.locator("xpath=ancestor::details[1]/summary")
        if not await summary.is_visible():
            await self.page.locator("summary", has_text="All other commands").click()
        await summary.click()
        for name, value in said.items():
            field = form.locator(f"[name={name}]").first
            if await field.evaluate("each => each.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        async with self.page.expect_navigation():
            await form.locator("> button").click()
        told = await self.page.locator(".sheet").first.inner_text()
        assert told.startswith("Done"), told
        await looked_at(self.page, self.device, axe=command in NEW_FORMS)


@pytest.fixture
async def desk(
    request: pytest.FixtureRequest, siren: Siren, browser: Browser
) -> AsyncIterator[Desk]:
    """A web server, a worker, and a browser with a session."""
    device: Device = request.param
    people = "people: { bo: { email: bo@example.com }, ana:"
    policy = policy_file(siren.policy.parent, more=MORE + REVIEW.replace("SEV2", "SEV1"))
    text = policy.read_text().replace("people: { ana:", people)
    policy.write_text(text.replace("page: ana, wait", "page: [ana, bo], wait"))
    app = create_app(
        siren.client,
        policy_file=policy,
        documents=policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
        keys=KEYS,
        public_url="http://127.0.0.1",
    )
    async with siren.worker(), serving(app) as served:
        here = f"http://127.0.0.1:{served.port}"
        context = await browser.new_context(
            viewport={"width": device.width, "height": HEIGHT},
            java_script_enabled=device.scripts,
            color_scheme=device.colours,
            base_url=here,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        async with httpx2.AsyncClient(base_url=here, trust_env=False) as http:
            try:
                made = Desk(await context.new_page(), http, siren, device)
                await made.logs_in()
                yield made
            finally:
                await context.close()
                await siren.dismissed()


@pytest.mark.parametrize("desk", [PHONE, WIDE_PLAIN], ids=str, indirect=True)
async def test_a_whole_life_goes_by_the_forms_of_the_page(desk: Desk) -> None:
    """Report, acknowledge, progress, resolve, review, close: narrow, wide, without scripts."""
    incident = await desk.reports_by_page()
    await desk.sees(REPORT["title"])
    await desk.looks("board")
    await desk.page.locator(f"#open-{incident}").click()
    await desk.page.wait_for_selector("h2:has-text('Clocks')")
    await desk.looks("incident")
    await desk.gives("acknowledge")
    await desk.gives("assign_role", role="incident_manager", person="bo")
    await desk.gives("set_severity", severity="SEV1")
    await desk.page.get_by_role("button", name="Done: Confirm the impact").click()
    await desk.page.wait_for_selector("h2:has-text('Steps done')")
    await desk.gives("begin_diagnosis")
    await desk.gives("begin_resolution")
    await desk.gives("resolve", note="rolled back")
    await desk.gives("submit_review", lead="ana")
    await desk.gives("close")
    record = await desk.siren.record(incident)
    assert record.state is State.CLOSED
    assert {e.actor.via for e in record.timeline if e.actor.name == "ana"} == {"web"}


@pytest.mark.parametrize("desk", [DESKTOP], ids=str, indirect=True)
async def test_a_page_follows_what_somebody_else_does_and_disturbs_nobody_who_writes(
    desk: Desk,
) -> None:
    """The state and the timeline change; what somebody writes, and where, stays as it is."""
    incident = await desk.reports()
    page = desk.page
    await page.evaluate("window.loaded = 'once'")
    await desk.sees(REPORT["title"])
    await desk.somebody_else(incident, "acknowledge")
    await desk.sees("assessment")
    assert await page.evaluate("window.loaded") == "once"
    await page.locator(f"#open-{incident}").click()
    await page.wait_for_selector("h2:has-text('Clocks')")
    await page.evaluate("window.loaded = 'twice'")
    await page.locator("summary:has-text('Add note')").first.click()
    await page.fill("#add_note-text", "half a sent")
    await desk.somebody_else(incident, "add_note", text="The disk of db-1 is full.")
    await desk.sees("The disk of db-1 is full.")
    await desk.somebody_else(incident, "set_severity", severity="SEV1")
    await desk.somebody_else(incident, "complete_step", step="confirm_impact")
    await desk.somebody_else(incident, "begin_diagnosis")
    await desk.sees("The incident is in diagnosis now. Load the page again")
    assert await page.input_value("#add_note-text") == "half a sent"
    assert await page.evaluate("document.activeElement.id") == "add_note-text"
    assert await page.evaluate("window.loaded") == "twice"
    assert await page.locator("[aria-live], [role=timer], [role=log]").count() == 0
    await desk.looks("incident-live")


@pytest.mark.parametrize("desk", [PHONE], ids=str, indirect=True)
async def test_the_page_of_a_link_shows_who_acknowledged_meanwhile(desk: Desk) -> None:
    """And its session follows no other incident."""
    incident = await desk.reports()
    other = await desk.reports()
    said = {"incident": incident, "person": "ana", "message": "a page", "key": "test"}
    await desk.page.goto("about:blank")  # the board leaves by itself once its session has ended
    await desk.page.context.clear_cookies()
    await desk.page.goto(f"/r/{signed(KEYS, Link(**said, until=2**40))}")
    await desk.somebody_else(incident, "acknowledge")
    await desk.sees("acknowledged by bo")
    await desk.looks()
    for path in (f"/respond/{other}/events", f"/parts/incidents/{incident}/events"):
        answer = await desk.page.request.get(path)
        assert answer.status == 401
