"""The page to report: what the policy requires of this reporter, and nothing that is typed lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from models.proof import Proof
from runtime.tokens import TokenSettings
from tests.scenarios.siren import policy_file
from tests.web.conftest import TOKEN
from tests.web.pages.browser import Browser, Forms, words
from tests.web.pages.conftest import Desk
from web.api.reports import Opened, Reports
from web.http.errors import unavailable

RULES = """
attributes: { region: [north, south], vendor: [] }
services: { checkout: {}, search: {} }
clocks:
  acknowledge: { from: reported, to: acknowledged, within: { SEV1: 15m, SEV2: 30m } }
communication: { audiences: { staff: { channels: [log], on: [reported] } } }
"""
REPORTING = """reporting:
  who: [people]
  who_at: { SEV1: [platform] }
  channels: [web, api]
  required: [title, nature, affected_systems, region]
"""
TYPED = {
    "title": "Checkout <b>fails</b>",
    "nature": "Nobody can pay",
    "affected_systems": "checkout\nsearch",
    "attributes.region": "north",
    "attributes.impact": "all",
    "attributes.urgency": "high",
}
MATRIX = """severity_rules:
  default: SEV2
  from: { impact: [one, all], urgency: [low, high], matrix: [[SEV2, SEV2], [SEV2, SEV1]] }
"""


def reporting_policy(folder: Path) -> Path:
    """A policy under which only the platform team reports a SEV1, by the pages too."""
    path = policy_file(folder, more=RULES)
    text = path.read_text()
    for pattern, instead in (
        (r"reporting: .*\n", REPORTING),
        (r"people: .*\n", "people: { ana: { teams: [platform] }, bo: { teams: [search] } }\n"),
        (r"severity_rules:(\n  .*)+\n", MATRIX),
    ):
        text, found = re.subn(pattern, instead, text)
        assert found == 1, pattern
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
async def rules(desk: Desk) -> Path:
    """The policy is in force."""
    return reporting_policy(desk.siren.policy.parent)


@dataclass
class Reporter:
    """Somebody in front of the form."""

    browser: Browser
    desk: Desk

    async def sends(self, page: str = "", do: str = "report", **said: str) -> httpx2.Response:
        """Fill in the form, and press one of its buttons."""
        page = page or (await self.browser.opens("/report")).text
        return await self.browser.sends(page, "/report", follow=False, do=do, **said)

    async def part(self, page: str, **said: str) -> httpx2.Response:
        """What the page asks while somebody types."""
        form = next(form for form in Forms(page).found if form.action == "/report")
        return await self.browser.http.post("/parts/report", data={**form.fields, **said})


@pytest.fixture
async def ana(rules: Path, desk: Desk, browser: Browser) -> Reporter:
    """Ana of the platform team, who may report everything."""
    await browser.logs_in("ana", TOKEN)
    return Reporter(browser, desk)


@pytest.fixture
async def bo(rules: Path, desk: Desk) -> AsyncIterator[Reporter]:
    """Bo, who may not report a SEV1."""
    async with desk.browser() as browser:
        await browser.logs_in("bo", TOKEN)
        yield Reporter(browser, desk)


def needed(page: str) -> list[str]:
    """The fields that a browser insists on."""
    tags = re.findall(r"<(?:input|textarea|select) [^>]*>", page)
    return [re.findall(r'name="([^"]*)"', tag)[0] for tag in tags if " required" in tag]


def kept(page: str) -> dict[str, str]:
    """What stands in the texts of the form."""
    found = dict(re.findall(r'<input id="report-[^"]*" name="([^"]*)"[^>]* value="([^"]*)"', page))
    lines = re.findall(r'<textarea id="report-[^"]*" name="([^"]*)"[^>]*>\n([^<]*)<', page)
    return {**found, **dict(lines)}


async def test_the_form_asks_for_what_the_policy_requires_of_this_reporter(
    ana: Reporter, bo: Reporter
) -> None:
    """Everybody must say the same; only the platform team can choose a SEV1."""
    page = (await ana.browser.opens("/report")).text
    assert needed(page) == ["title", "nature", "affected_systems", "attributes.region"]
    assert 'name="attributes.impact"' in page.partition("<details")[0]
    assert 'name="attributes.vendor"' in page.partition("<details")[2]
    assert '<option value="SEV1">SEV1: bad</option>' in page
    other = (await bo.browser.opens("/report")).text
    assert needed(other) == needed(page)
    assert '<option value="SEV1"' not in other
    assert '<option value="SEV2">SEV2: less bad</option>' in other
    assert '<a href="/report">Report</a>' in (await bo.browser.opens("/")).text


async def test_the_severity_follows_while_somebody_types(ana: Reporter) -> None:
    """The same words are not sent again, so that nobody hears them twice."""
    page = (await ana.browser.opens("/report")).text
    assert "Severity SEV2 by default" in words(page)
    found = await ana.part(page, **{"attributes.impact": "all", "attributes.urgency": "high"})
    said = words("<main>" + found.text)
    assert "Severity SEV1 impact all x urgency high" in said
    assert "Still needed: title, nature, affected systems, region" in said
    assert "Pages at once ana (by name)" in said
    assert "acknowledge within 15 min" in said
    assert "Informs staff" in said
    shown = re.findall(r'name="shown" value="([^"]*)"', found.text)[0]
    again = await ana.part(
        page, shown=shown, **{"attributes.impact": "all", "attributes.urgency": "high"}
    )
    assert (again.status_code, again.text) == (204, "")


async def test_check_shows_the_same_without_scripts_and_opens_nothing(ana: Reporter) -> None:
    """It keeps what is typed."""
    checked = await ana.sends(do="check", **{**TYPED, "title": ""})
    assert checked.status_code == 200
    assert "Severity SEV1 impact all x urgency high" in words(checked.text)
    assert "Still needed: title" in words(checked.text)
    assert kept(checked.text)["nature"] == "Nobody can pay"
    assert '<option value="north" selected>' in checked.text


async def test_an_error_stands_at_its_field_and_nothing_is_lost(ana: Reporter) -> None:
    """The list above leads to each field; what would be right is part of it."""
    said = {**TYPED, "nature": " ", "happened_at": "yesterday", "attributes.vendor": "acme"}
    refused = await ana.sends(**said)
    assert refused.status_code == 422
    assert kept(refused.text)["title"] == "Checkout &lt;b&gt;fails&lt;/b&gt;"
    assert kept(refused.text)["happened_at"] == "yesterday"
    assert 'aria-describedby="report-happened_at-says report-happened_at-wrong"' in refused.text
    assert '<a href="#report-happened_at">First noticed</a>' in refused.text
    assert "Nature : is missing" in words(refused.text)
    mended = await ana.sends(refused.text, **{**said, "happened_at": "2200-01-01T00:00"})
    assert "lies in the future" in words(mended.text)
    assert "Nature : is missing; the policy asks for it" in words(mended.text)
    assert kept(mended.text)["attributes.vendor"] == "acme"
    sent = await ana.sends(mended.text, **TYPED)
    assert sent.status_code == 303, words(sent.text)


async def test_a_double_tap_opens_one_incident(ana: Reporter) -> None:
    """Both answers lead to its page; the record says who reported, and how."""
    page = (await ana.browser.opens("/report")).text
    first, second = await asyncio.gather(ana.sends(page, **TYPED), ana.sends(page, **TYPED))
    assert (first.status_code, second.status_code) == (303, 303), words(first.text)
    assert first.headers["location"] == second.headers["location"]
    incident = first.headers["location"].removeprefix("/incidents/")
    report = (await ana.desk.siren.record(incident)).report
    assert (report.reporter.name, report.reporter.via) == ("ana", "web")
    assert report.reporter.proof is Proof.CLAIMED
    assert report.affected_systems == ("checkout", "search")
    assert report.attributes == {"region": "north", "impact": "all", "urgency": "high"}


async def test_another_report_with_the_same_form_is_not_taken_for_the_first(
    ana: Reporter,
) -> None:
    """Somebody went back and changed it: the page names the first, and offers to send it anew."""
    page = (await ana.browser.opens("/report")).text
    first = await ana.sends(page, **TYPED)
    changed = await ana.sends(page, **{**TYPED, "title": "Search fails"})
    assert changed.status_code == 422
    assert first.headers["location"] in changed.text
    assert kept(changed.text)["title"] == "Search fails"
    second = await ana.sends(changed.text, **{**TYPED, "title": "Search fails"})
    assert second.status_code == 303
    assert second.headers["location"] != first.headers["location"]


async def test_who_may_not_report_is_told_who_may_and_leaves_a_trace(
    bo: Reporter, rules: Path, desk: Desk
) -> None:
    """A stranger sees no form; bo cannot send a SEV1, and loses nothing."""
    with capture_logs() as logged:
        refused = await bo.sends(**TYPED)
        async with desk.browser() as browser:
            await browser.logs_in("eve", TOKEN)
            stranger = await browser.opens("/report")
    assert refused.status_code == 403
    assert "does not allow bo to report a SEV1 by web" in words(refused.text)
    assert "Who may: platform" in words(refused.text)
    assert kept(refused.text)["nature"] == "Nobody can pay"
    assert stranger.status_code == 403
    assert "does not allow eve to report by web" in words(stranger.text)
    assert "<form id=" not in stranger.text
    traces = [each for each in logged if each["event"] == "request.refused"]
    assert [(each["path"], each["status"]) for each in traces] == [("/report", 403)] * 2


@pytest.mark.parametrize(("scope", "status"), [("report", 200), ("read", 403)])
async def test_a_token_needs_the_scope_to_report_and_no_other(
    rules: Path, desk: Desk, scope: str, status: int
) -> None:
    """Its owner reports; the page of the incident needs another scope, so a note names it."""
    secret = f"a secret to {scope} with"
    digest = sha256(secret.encode()).hexdigest()
    token = TokenSettings(hash=digest, owner="ana", scopes=(scope,)).token("ana")
    async with desk.browser(tokens={"ana": token}) as browser:
        await browser.logs_in("", secret)
        page = await browser.opens("/report")
        assert page.status_code == status, words(page.text)
        if status == 403:
            assert "this needs report" in words(page.text)
            return
        sent = await browser.sends(page.text, "/report", follow=False, do="report", **TYPED)
    incident = re.findall(r"Reported (INC-\S+)", words(sent.text))[0]
    reporter = (await desk.siren.record(incident)).report.reporter
    assert (reporter.name, reporter.proof) == ("ana", Proof.TOKEN)


async def test_a_form_of_a_session_that_is_over_keeps_its_words(ana: Reporter) -> None:
    """After another login, the form can be sent again; no other page can send it."""
    page = (await ana.browser.opens("/report")).text
    ana.browser.http.cookies.clear()
    part = await ana.part(page, **TYPED)
    assert "Your session is over" in part.text
    assert "HX-Refresh" not in part.headers
    over = await ana.sends(page, **TYPED)
    assert over.status_code == 401
    await ana.browser.logs_in("ana", TOKEN)
    foreign = await ana.sends(over.text, **TYPED)
    assert foreign.status_code == 403
    assert "Nothing is sent" in words(foreign.text)
    back = await ana.sends(over.text, do="check")
    assert kept(back.text)["title"] == "Checkout &lt;b&gt;fails&lt;/b&gt;"
    assert (await ana.sends(back.text, **TYPED)).status_code == 303


async def test_a_report_that_may_have_arrived_keeps_its_id(
    ana: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal did not answer in time: sending it again counts once."""
    page = (await ana.browser.opens("/report")).text

    async def late(self: Reports, *said: Any) -> Opened:
        await opens(self, *said)
        raise unavailable("TemporalNotReachable", "Temporal did not answer within 4 seconds")

    opens = Reports.open
    with monkeypatch.context() as patched:
        patched.setattr(Reports, "open", late)
        unsure = await ana.sends(page, **TYPED)
    assert unsure.status_code == 503
    assert "it counts once, even if it has arrived" in words(unsure.text)
    first, second = await ana.sends(page, **TYPED), await ana.sends(unsure.text, **TYPED)
    assert first.status_code == 303
    assert first.headers["location"] == second.headers["location"]


async def test_a_policy_that_breaks_while_somebody_types_loses_nothing(
    ana: Reporter, rules: Path
) -> None:
    """What they typed waits in a form until the policy can be used again."""
    page, text = (await ana.browser.opens("/report")).text, rules.read_text()
    rules.write_text("policy: [")
    part, broken = await ana.part(page, **TYPED), await ana.sends(page, **TYPED)
    rules.write_text(text)
    assert "the policy policy.yaml cannot be used" in part.text
    assert broken.status_code == 503
    assert "Nobody can pay" in words(broken.text)
    again = await ana.sends(broken.text, do="check")
    assert kept(again.text)["nature"] == "Nobody can pay"


async def test_a_long_report_in_any_script_fits_into_the_form(ana: Reporter) -> None:
    """A letter can take nine characters on its way; only what is longer is refused."""
    long = {**TYPED, "nature": "障" * 8000}
    assert (await ana.sends(**long)).status_code == 303
    longer = await ana.sends(**{**long, "title": "x" * 301})
    assert longer.status_code == 422
    assert "Title : String should have at most 300 characters" in words(longer.text)
    assert len(kept(longer.text)["title"]) == 301
