"""The page of who is on call, in a browser: narrow and wide, with and without scripts."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from pydantic import SecretStr
from temporalio.service import RPCError

from incidents.schedules.overrides import book_of
from models.people.schedule_overrides import OVERRIDES_ID
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren, policy_file
from tests.web.browser.test_respond import (
    HEIGHT,
    KEYS,
    NARROW,
    PHONE,
    PICTURES,
    WIDE_PLAIN,
    Device,
    looked_at,
)
from tests.web.conftest import TOKEN
from tests.web.serving import serving
from web.app import create_app

MORE = """\
schedules:
  primary: { rotation: { people: [ana], hand_over: monday 09:00, starts: 2026-01-05 } }
  office:
    zone: Europe/London
    rotation: { people: ana, hand_over: monday 09:00, days: mon-fri, hours: 09:00-17:00 }
  quiet: { rotation: { people: ana, hand_over: daily 09:00, days: mon }, gaps: declared }
"""


async def forgotten(siren: Siren) -> None:
    """No override of another test counts."""
    with suppress(RPCError):
        await siren.client.get_workflow_handle(OVERRIDES_ID).terminate()
    book_of(siren.client).forget()


@pytest.fixture
async def here(siren: Siren) -> AsyncIterator[str]:
    """The address of a web server with a worker, under a policy with ana and bo."""
    policy = policy_file(siren.policy.parent, more=MORE)
    text = policy.read_text()
    policy.write_text(text.replace("people: { ana:", "people: { bo: { email: b@x.org }, ana:"))
    await forgotten(siren)
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
        await forgotten(siren)


@pytest.fixture(params=[PHONE, WIDE_PLAIN], ids=str)
async def page(
    request: pytest.FixtureRequest, here: str, browser: Browser
) -> AsyncIterator[tuple[Page, Device]]:
    """The page, after a login that leads to it."""
    device: Device = request.param
    context = await browser.new_context(
        viewport={"width": device.width, "height": HEIGHT},
        java_script_enabled=device.scripts,
        color_scheme=device.colours,
        base_url=here,
    )
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    try:
        made = await context.new_page()
        await made.goto("/login?next=%2Foncall")
        await made.fill("#token", TOKEN)
        await made.fill("#name", "ana")
        await made.get_by_role("button", name="Log in").click()
        await made.wait_for_selector("h1:has-text('On call')")
        yield made, device
    finally:
        await context.close()


async def test_a_shift_is_taken_and_given_back_on_the_page(page: tuple[Page, Device]) -> None:
    """The calendar shows shifts, gaps and overrides, with who and why."""
    at, device = page
    main = at.locator("main")
    first = at.locator("section").first
    assert "Now ana" in " ".join((await first.inner_text()).split())
    assert await first.locator("ol.days > li").count() == 14
    assert "nobody a gap" in " ".join((await main.inner_text()).split())
    assert "nobody on purpose" in " ".join((await main.inner_text()).split())
    await looked_at(at, device)
    await first.locator("summary").click()
    await at.select_option("#s1-person", "bo")
    await at.select_option("#s1-covers", "ana")
    until = datetime.now(UTC) + timedelta(days=1)
    await at.fill("#s1-until", f"{until:%Y-%m-%dT%H:%M}")
    await at.fill("#s1-reason", "dentist")
    await looked_at(at, device)
    await first.get_by_role("button", name="Put them on call").click()
    await at.wait_for_selector("text=Done: bo covers ana.")
    said = " ".join((await first.inner_text()).split())
    assert "Now bo covers ana (dentist)" in said
    assert "made by ana" in said
    await looked_at(at, device)
    if PICTURES:
        await at.evaluate("window.scrollTo(0, 0)")
        name = "on-call" if device.width == NARROW else "on-call-wide"
        await at.screenshot(path=Path(PICTURES) / f"{name}.png")
    await at.goto("/")
    board = at.locator("#part")
    await board.get_by_role("link", name="On call now").click()
    await first.get_by_role("button", name="End: bo covers ana").click()
    await at.wait_for_selector("text=who takes turns is on call again")
    assert await first.get_by_role("button", name="End: bo covers ana").count() == 0


async def test_a_form_that_is_wrong_says_so_and_keeps_what_was_written(
    page: tuple[Page, Device],
) -> None:
    """Nobody types it twice."""
    at, _ = page
    first = at.locator("section").first
    await first.locator("summary").click()
    await at.select_option("#s1-person", "bo")
    await at.fill("#s1-until", "2026-01-01T09:00")
    await at.fill("#s1-reason", "dentist")
    await first.get_by_role("button", name="Put them on call").click()
    await at.wait_for_selector("[role=alert] >> text=the end lies in the past")
    assert await at.input_value("#s1-reason") == "dentist"
    assert await at.input_value("#s1-person") == "bo"
