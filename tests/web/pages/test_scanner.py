"""A mail scanner that presses buttons: what it does, who hears of it, and how they undo it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from connectors.signed_links import LinkKeys, Links
from models.incident.record import TimelineEntry
from models.proof import Proof
from states.lifecycle import State
from tests.fakes.channels import RecordingChannels
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, TOKEN
from tests.web.pages.browser import Browser, Forms, words
from web.app import create_app

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
REPORT = {"title": "Checkout fails", "reporter": "ana", "severity": "SEV1"}
FIELDS = re.compile(r'<textarea [^>]*name="(\w+)"')


@dataclass
class Inbox:
    """Where the messages to ana arrive: pages by mail, the rest by her phone, too."""

    siren: Siren
    http: Callable[[], httpx2.AsyncClient]
    incident: str = ""

    async def link(self, channel: str, reason: str, count: int = 1) -> str:
        """The link of the newest message to ana for a reason, once so many have come."""
        there = self.siren.channels.channel(channel)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = [
                    key
                    for key, message in there.messages.items()
                    if message.recipient == "ana" and reason in message.reason
                ]
                if len(found) >= count:
                    return there.links[found[-1]]
                await asyncio.sleep(0.02)

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        """The story so far."""
        return (await self.siren.record(self.incident)).timeline

    async def paged(self, person: str, count: int = 1) -> None:
        """Wait until somebody was paged so often."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                lines = [e for e in await self.timeline() if e.kind == "page.sent"]
                if [line.data["recipient"] for line in lines].count(person) >= count:
                    return
                await asyncio.sleep(0.02)

    async def scanned(self, url: str, *, every: bool, text: str = "") -> dict[str, int]:
        """A bot opens a link, follows it, and submits the first form, or every one, at once."""
        async with self.http() as http:
            page = (await http.get(url, follow_redirects=True)).text
            found = [form for form in Forms(page).found if "/respond/" in form.action]
            answers = {}
            for form in found if every else found[:1]:
                own = page.partition(f'action="{form.action}"')[2].partition("</form>")[0]
                said: dict[str, Any] = {**form.fields, **dict.fromkeys(FIELDS.findall(own), text)}
                answer = await http.post(form.action, data=said)
                told = re.search(r"(Done|Not done): ", answer.text)
                assert told, words(answer.text)
                answers[form.action.rpartition("/")[2]] = told[1] == "Done"
            return answers


@pytest.fixture
async def inbox(siren: Siren) -> AsyncIterator[Inbox]:
    """Ana was paged by mail, and also has a phone; bo is on the second level."""
    siren.channels = RecordingChannels(Links(KEYS, "http://localhost"))
    policy = siren.policy.read_text()
    policy = policy.replace(
        "[{ page: ana, wait: 5m }]", "[{ page: ana, wait: 5m }, { page: bo, wait: 5m }]"
    )
    both = "{ email: ana@example.com, page_by: [mail, phone] }, bo: { email: bo@example.com }"
    policy = policy.replace("{ email: ana@example.com }", both)
    policy = policy.replace("{ log: {", "{ mail: { kind: log }, phone: { kind: log }, log: {")
    siren.policy.write_text(policy)
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        token=SecretStr(TOKEN),
        keys=KEYS,
        public_url="http://localhost",
    )
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)

    def http() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost")

    async with siren.worker(), http() as first:
        answer = await first.post("/v1/incidents", json=REPORT, headers=AUTHORISED)
        assert answer.status_code == 201, answer.text
        yield Inbox(siren, http, answer.json()["incident"])
        await siren.dismissed()


async def disputed(inbox: Inbox, page: str) -> str:
    """Ana opens the link of the notice on her phone and presses the one button there."""
    async with inbox.http() as http:
        ana = Browser(http)
        shown = (await ana.opens(page)).text
        assert "Your link was used to acknowledge." in shown
        action = f"/respond/{inbox.incident}/dispute_acknowledgement"
        answer = await ana.sends(shown, action)
        assert "Done: ana disputes the acknowledgement by ana (link)" in words(answer.text)
        return answer.text


async def test_a_scanner_that_presses_the_big_button_acknowledges_and_ana_takes_it_back(
    inbox: Inbox,
) -> None:
    """She hears of it on her phone at once; one tap there, and the escalation goes on."""
    mail = await inbox.link("mail", "new incident")
    assert await inbox.scanned(mail, every=False) == {"acknowledge": True}
    record = await inbox.siren.record(inbox.incident)
    assert record.state is State.ASSESSMENT
    (line,) = (e for e in record.timeline if e.kind == "incident.acknowledged")
    assert (line.actor.name, line.actor.proof) == ("ana", Proof.LINK)
    phone = await inbox.link("phone", "acknowledged with your link")
    after = await disputed(inbox, phone)
    assert f"/respond/{inbox.incident}/acknowledge" in after
    await inbox.paged("ana", 2)
    record = await inbox.siren.record(inbox.incident)
    assert record.state is State.REPORTED
    assert {"acknowledgement.disputed", "escalation.resumed"} <= {e.kind for e in record.timeline}


@pytest.mark.parametrize("text", ["", "scan"])
async def test_a_scanner_that_submits_every_form_acknowledges_and_ana_takes_it_back(
    inbox: Inbox, text: str
) -> None:
    """If it writes something into each field, it also says that ana cannot, and pages bo."""
    mail = await inbox.link("mail", "new incident")
    filled = bool(text)
    assert await inbox.scanned(mail, every=True, text=text) == {
        "acknowledge": True,
        "decline": filled,
        "escalate": filled,
        "add_note": filled,
    }
    if filled:
        await inbox.paged("bo")
    await disputed(inbox, await inbox.link("phone", "acknowledged with your link"))
    kinds = [entry.kind for entry in await inbox.timeline()]
    assert kinds.count("incident.acknowledged") == 1
    assert "acknowledgement.disputed" in kinds


async def test_a_scanner_that_reads_the_notice_too_can_only_take_back(inbox: Inbox) -> None:
    """On the page of the notice the acknowledgement is undone: more people are paged, not fewer."""
    await inbox.scanned(await inbox.link("mail", "new incident"), every=False)
    phone = await inbox.link("phone", "acknowledged with your link")
    answers = await inbox.scanned(phone, every=True)
    assert answers["dispute_acknowledgement"]
    assert "acknowledge" not in answers
    assert (await inbox.siren.record(inbox.incident)).state is State.REPORTED
    await inbox.paged("ana", 2)


async def test_only_the_person_of_the_link_is_asked_whether_it_was_them(inbox: Inbox) -> None:
    """Whoever else was paged sees who acknowledged, and has no such button."""
    mail = await inbox.link("mail", "new incident")
    await inbox.scanned(mail, every=False)
    await inbox.siren.do(inbox.incident, "escalate", note="help")
    await inbox.paged("bo")
    channel = inbox.siren.channels.channel("log")
    url = next(link for key, link in channel.links.items() if key.endswith(":bo"))
    async with inbox.http() as http:
        page = (await Browser(http).opens(url)).text
        assert "acknowledged by ana" in words(page)
        assert "dispute_acknowledgement" not in page
        answer = await http.post(f"/respond/{inbox.incident}/dispute_acknowledgement", data={})
        assert "Not done" in answer.text
