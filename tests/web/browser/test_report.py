"""The page to report, on a phone: the severity follows what is typed, with and without scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from pydantic import SecretStr

from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.browser.test_respond import (
    DEVICES,
    HEIGHT,
    KEYS,
    NARROW,
    PICTURES,
    Device,
    looked_at,
)
from tests.web.conftest import TOKEN
from tests.web.pages.test_report import reporting_policy
from tests.web.serving import serving
from web.app import create_app

PHONES = tuple(device for device in DEVICES if device.width == NARROW)


@pytest.fixture
async def here(siren: Siren) -> AsyncIterator[str]:
    """The address of a web server with a worker, under a policy that decides the severity."""
    policy = reporting_policy(siren.policy.parent)
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
        yield f"http://127.0.0.1:{served.port}"


async def reported(page: Page, device: Device) -> str:
    """Fill in the form, look at it, and send it; returns the page that it leads to."""
    await page.goto("/login?next=%2Freport")
    await page.fill("#token", TOKEN)
    await page.fill("#name", "ana")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_label("Title").fill("Checkout fails")
    await page.get_by_label("Impact").select_option("all")
    await page.get_by_label("Urgency").select_option("high")
    if not device.scripts:
        await page.get_by_role("button", name="Check").click()
    preview = page.locator("#preview")
    await preview.get_by_text("impact all x urgency high").wait_for()
    said = " ".join((await preview.inner_text()).split())
    assert "Severity SEV1" in said
    assert "Still needed: nature, affected systems, region" in said
    assert "Pages at once ana (by name)" in said
    assert await page.get_by_label("Title").input_value() == "Checkout fails"
    if PICTURES and device.scripts:
        await preview.evaluate("each => each.scrollIntoView({ block: 'end' })")
        await page.mouse.wheel(0, 200)
        await page.screenshot(path=Path(PICTURES) / "report.png")
    await page.get_by_label("Nature").fill("Nobody can pay")
    await page.get_by_label("Affected systems").fill(" ")
    await page.get_by_label("Region").select_option("north")
    await page.get_by_role("button", name="Report the incident").press("Enter")
    await page.get_by_role("alert").get_by_role("link", name="Affected systems").click()
    await looked_at(page, device)
    await page.get_by_label("Affected systems").fill("checkout")
    await page.get_by_role("button", name="Report the incident").click()
    await page.wait_for_selector("h1:has-text('Checkout fails')")
    return page.url


async def test_an_incident_is_reported_on_a_phone(here: str, browser: Browser) -> None:
    """With scripts the preview follows; without them, Check shows it."""
    for device in PHONES:
        context = await browser.new_context(
            viewport={"width": device.width, "height": HEIGHT},
            java_script_enabled=device.scripts,
            color_scheme=device.colours,
            base_url=here,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        try:
            url = await reported(await context.new_page(), device)
        finally:
            await context.close()
        assert "/incidents/INC-" in url
