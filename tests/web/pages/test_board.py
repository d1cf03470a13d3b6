"""The board: the open incidents, the soonest due first, and who is on call."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from incidents.schedules.overrides import book_of
from tests.patience import PATIENCE_SECONDS
from tests.web.conftest import TOKEN
from tests.web.pages.browser import Browser, words
from tests.web.pages.conftest import Desk
from web.pages.board import rows


@pytest.fixture
async def ana(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    """Ana's browser, for which every reading is new."""
    monkeypatch.setattr(rows, "FRESH_SECONDS", 0.0)
    async with desk.browser() as browser:
        await browser.logs_in("ana", TOKEN)
        yield browser


async def board_with(browser: Browser, said: str, path: str = "/") -> str:
    """The board once it says something: lists follow the incidents after a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            page = (await browser.opens(path)).text
            if said in page:
                return page
            await asyncio.sleep(0.1)


async def test_the_board_shows_each_open_incident_in_one_line(desk: Desk, ana: Browser) -> None:
    """Severity, what, where it stands, who leads, and the way to its page."""
    incident = await desk.reports(service="checkout")
    page = await board_with(ana, "<span>checkout</span>")
    assert f'href="/incidents/{incident}"' in page
    assert "Checkout &lt;b&gt;fails&lt;/b&gt;" in page
    shown = words(page)
    for said in ("SEV1", "reported", "nobody leads", "checkout"):
        assert said in shown
    assert page.count("<script") == page.count("<script src=")
    assert "style=" not in page


async def test_the_board_says_who_is_on_call(ana: Browser) -> None:
    """By each schedule of the policy."""
    shown = words((await ana.opens("/")).text)
    assert "On call now primary ana for" in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"severity": "SEV2"}, True),
        ({"severity": "SEV1"}, False),
        ({"state": "reported", "service": "search", "severity": ""}, True),
        ({"state": "assessment"}, False),
        ({"state": "nonsense"}, True),
        ({"breached": "true"}, False),
    ],
)
async def test_the_board_is_filtered_by_its_form(
    desk: Desk,
    ana: Browser,
    query: dict[str, Any],
    found: bool,  # noqa: FBT001 - a claim
) -> None:
    """An empty field filters nothing; the filters stay in the form and in the links."""
    incident = await desk.reports(title="Search is slow", service="search", severity="SEV2")
    await board_with(ana, incident)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (incident in (await ana.http.get("/", params=query)).text) is not found:
            await asyncio.sleep(0.1)
    part = await ana.http.get("/parts/board", params=query)
    assert (incident in part.text) is found
    assert "<html" not in part.text


async def test_an_incident_that_is_over_leaves_the_board(desk: Desk, ana: Browser) -> None:
    """Nobody has to look at it any more."""
    incident = await desk.reports(title="A short one")
    await board_with(ana, incident)
    await desk.siren.do(incident, "resolve")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while incident in (await ana.opens("/")).text:
            await asyncio.sleep(0.1)


async def test_a_part_that_lost_its_session_loads_the_whole_page(browser: Browser) -> None:
    """And that leads to the login."""
    answer = await browser.http.get("/parts/board", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


async def test_a_board_without_temporal_says_so(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a page with the reason, never a traceback."""

    async def away(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(rows, "find", away)
    page = await ana.opens("/")
    assert page.status_code == 503
    assert "Temporal cannot be reached" in words(page.text)


async def test_the_board_keeps_utc_on_the_way_to_other_pages(desk: Desk, ana: Browser) -> None:
    """Without it, times are in the zone of the policy."""
    incident = await desk.reports()
    page = await ana.opens("/")
    assert re.search(r"As of \S+ \S+ CES?T", words(page.text))
    assert 'href="/?utc=true">Show them in UTC' in page.text
    utc = await ana.opens("/?utc=true")
    assert re.search(r"As of \S+ \S+ UTC", words(utc.text))
    assert f'href="/incidents/{incident}?utc=true"' in utc.text
    assert 'href="/oncall?utc=true"' in utc.text
    assert 'href="/">Show them in Europe/Berlin' in utc.text
    calendar = await ana.opens("/oncall?utc=true")
    assert "In UTC" in words(calendar.text)
    assert "Local time of Europe/Berlin" in words((await ana.opens("/oncall")).text)


async def test_who_is_on_call_is_shown_while_temporal_is_away(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the policy and the overrides known last; the page says that it cannot list them."""
    assert (await ana.opens("/oncall")).status_code == 200

    async def away(*_: object) -> None:
        raise RuntimeError("Not connected to 10.1.2.3:7233")

    monkeypatch.setattr("web.api.overrides.read_overrides", away)
    monkeypatch.setattr("incidents.schedules.overrides.read_overrides", away)
    book_of(desk.siren.client).forget()
    page = await ana.opens("/oncall")
    shown = words(page.text)
    assert page.status_code == 200
    assert "Now ana" in shown
    assert "The overrides cannot be listed now: Temporal cannot be reached" in shown
    assert "10.1.2.3" not in page.text
    board = await ana.opens("/")
    assert "On call now primary ana for" in words(board.text)
