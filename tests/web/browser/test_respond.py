"""The page of a link in a browser: narrow and wide, with and without JavaScript, dark and light."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from pydantic import SecretStr

from connectors.signed_links import Link, LinkKeys, signed
from runtime.settings import ROOT
from states.lifecycle import State
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.serving import serving
from web.app import create_app

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
REPORT = {
    "title": "Checkout fails for every customer who pays by card in " + "eu-west-1" * 12,
    "nature": "Nobody can pay. " * 20,
    "affected_systems": ["checkout"],
    "reporter": "ana",
    "severity": "SEV1",
}
DEFAULT = ROOT / "policies" / "default.yaml"
PICTURES = os.environ.get("PICTURES")
"""A folder for pictures of the pages, as the documents show them."""
NARROW, WIDE, HEIGHT = 360, 1280, 740


Colours = Literal["dark", "light"]
COLOURS: tuple[Colours, ...] = ("dark", "light")


@dataclass(frozen=True)
class Device:
    """How somebody looks at a page."""

    width: int
    scripts: bool
    colours: Colours


DEVICES = (
    Device(NARROW, scripts=False, colours="dark"),
    Device(NARROW, scripts=True, colours="light"),
    Device(WIDE, scripts=False, colours="light"),
    Device(WIDE, scripts=True, colours="dark"),
)
PLAIN, PHONE, WIDE_PLAIN, DESKTOP = DEVICES
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe whose answer depends on colours."""


async def looked_at(page: Page, device: Device, *, axe: bool = True) -> None:
    """Look at a page: it fits its width, and axe finds nothing in dark and in light.

    Axe takes most of the time, so a test leaves it out where a page has nothing new. Without
    scripts it cannot run.
    """
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"the page is {wide} px too wide for {device.width}"
    if not (device.scripts and axe):
        return
    assert await axe_finds(page) == []
    other = next(colours for colours in COLOURS if colours != device.colours)
    await page.emulate_media(color_scheme=other)
    assert await axe_finds(page, runOnly=OF_COLOURS) == []
    await page.emulate_media(color_scheme=device.colours)


async def axe_finds(page: Page, **options: Any) -> list[list[str]]:
    """What axe has against a page: rules, each with the first element that breaks it."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    found: list[list[str]] = await page.evaluate(
        "options => axe.run(options).then("
        "found => found.violations.map(each => [each.id, each.nodes[0].html]))",
        {"resultTypes": ["violations"], **options},
    )
    return found


@dataclass
class Responder:
    """Somebody with the link of a page, in front of a browser."""

    page: Page
    siren: Siren
    incident: str
    url: str
    device: Device
    seen: int = 0

    async def opens(self) -> None:
        """Open the link."""
        await self.page.goto(self.url)
        await self.looks()

    async def sends(self, label: str, said: str = "", step: str = "") -> str:
        """Send the form of a command; returns what the page says then."""
        if said:
            form = self.page.locator("details[open]")
            if not await form.count():  # a form that was refused is still open
                await self.page.locator("summary", has_text=label).first.click()
            await form.locator("textarea").fill(said)
            if step:
                await form.get_by_label(step).check()
            await self.looks()
            await form.get_by_role("button", name=label).click()
        else:
            await self.page.get_by_role("button", name=label, exact=True).first.click()
        await self.page.wait_for_selector("text=/Done|Not done|Sent|is over/")
        await self.looks()
        return await self.page.locator("main").inner_text()

    async def acknowledges_by_keyboard(self) -> None:
        """Reach the big button by Tab: the first one leads past the top of the page."""
        tab, focus = self.page.keyboard.press, "document.activeElement"
        await tab("Tab")
        assert await self.page.evaluate(f"{focus}.textContent") == "Skip to the content"
        for _ in range(5):
            await tab("Tab")
            if await self.page.evaluate(f"{focus}.className") == "main":
                break
        await tab("Enter")
        await self.page.wait_for_selector("text=Done")
        await self.looks()

    async def looks(self) -> None:
        """Nobody has to scroll sideways, and axe finds nothing in dark and in light.

        Axe itself is JavaScript; without any, the page is the same.
        """
        self.seen += 1
        await looked_at(self.page, self.device, axe=self.device.width == NARROW)

    async def kinds(self) -> list[str]:
        """The kinds of lines on the timeline that this person wrote."""
        timeline = (await self.siren.record(self.incident)).timeline
        return [entry.kind for entry in timeline if entry.actor.name == "ana"]


@pytest.fixture(params=DEVICES, ids=str)
async def responder(
    request: pytest.FixtureRequest, siren: Siren, browser: Browser
) -> AsyncIterator[Responder]:
    """The person who was paged, under the default policy."""
    device: Device = request.param
    siren.policy.write_text(DEFAULT.read_text())
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
        keys=KEYS,
        public_url="http://127.0.0.1",
    )
    async with siren.worker(), serving(app) as served:
        here = f"http://127.0.0.1:{served.port}"
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{here}/v1/incidents", json=REPORT, headers=AUTHORISED)
        incident = answer.json()["incident"]
        until = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
        link = Link(incident=incident, person="ana", message="a page", until=until, key="test")
        context = await browser.new_context(
            viewport={"width": device.width, "height": HEIGHT},
            java_script_enabled=device.scripts,
            color_scheme=device.colours,
            base_url=here,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        try:
            page = await context.new_page()
            url = f"{here}/r/{signed(KEYS, link)}"
            yield Responder(page, siren, incident, url, device)
        finally:
            await context.close()


async def test_a_responder_lives_through_a_sev1_of_the_default_policy_with_the_link_alone(
    responder: Responder,
) -> None:
    """Acknowledge, note, escalate, update, and resolve with the step that this requires."""
    await responder.opens()
    assert responder.url not in responder.page.url
    await responder.acknowledges_by_keyboard()
    assert "Done" in await responder.sends("Add a note", "The disk of db-1 is full.")
    assert "The disk of db-1 is full." in await responder.page.locator("ol.timeline").inner_text()
    assert "Done" in await responder.sends("Escalate", "I need somebody who knows db-1.")
    assert "Done" in await responder.sends("Post an update", "Payments fail. We free space.")
    assert "step verify_recovery is not done" in await responder.sends("Resolved", "Freed 200 GB.")
    done = await responder.sends("Resolved", "Freed 200 GB.", step="Verify with a user")
    assert "Done" in done
    kinds = await responder.kinds()
    assert {"incident.acknowledged", "update.posted", "incident.resolved"} <= set(kinds)
    assert (await responder.siren.record(responder.incident)).state is State.REVIEW
