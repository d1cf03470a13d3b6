"""The page behind a link: a phone acknowledges, scanners do not, strangers cannot."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pydantic import SecretStr

from connectors.signed_links import Link, LinkKeys, signed
from models.incident.record import TimelineEntry
from tests.scenarios.siren import Siren
from tests.web.conftest import AUTHORISED, TOKEN
from web.api import reading as api_reading
from web.app import create_app
from web.identity.limits import MOST_FAILURES
from web.identity.link_sessions import MOST_SESSIONS
from web.pages import sending

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
REPORT = {"title": "Checkout <b>fails</b>", "reporter": "ana", "severity": "SEV1"}
COMMAND_ID = re.compile(r'name="command_id" value="([^"]+)"')
PROOF = re.compile(r'name="form" value="([^"]+)"')


@dataclass
class Phone:
    """A browser that got a link, and the incident that the link is about."""

    http: httpx2.AsyncClient
    siren: Siren
    incident: str

    def token(self, person: str = "ana", *, until: datetime | None = None) -> str:
        """The token of a link for a person."""
        end = until or datetime.now(UTC) + timedelta(days=1)
        said = {"incident": self.incident, "person": person, "message": "a page", "key": "test"}
        return signed(KEYS, Link(**said, until=int(end.timestamp())))

    async def opens(self, token: str | None = None) -> httpx2.Response:
        """Open a link, and follow it to its page."""
        return await self.http.get(f"/r/{token or self.token()}", follow_redirects=True)

    async def taps(self, page: str, command: str, **fields: str) -> httpx2.Response:
        """Send the form of a command, as the page has it."""
        form = page.partition(f"/respond/{self.incident}/{command}")[2]
        proof, command_id = PROOF.search(form), COMMAND_ID.search(form)
        assert proof, f"the page does not offer {command}"
        assert command_id
        sent = {"form": proof[1], "command_id": command_id[1], **fields}
        return await self.http.post(f"/respond/{self.incident}/{command}", data=sent)

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        """The timeline of the incident."""
        return (await self.siren.record(self.incident)).timeline


@pytest.fixture
async def phone(siren: Siren) -> AsyncIterator[Phone]:
    """A phone, and an incident that a worker runs."""
    async with siren.worker(), calling(siren) as made:
        yield made


@asynccontextmanager
async def calling(siren: Siren) -> AsyncIterator[Phone]:
    """A phone, and a new incident."""
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
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.post("/v1/incidents", json=REPORT, headers=AUTHORISED)
        yield Phone(http, siren, answer.json()["incident"])


async def test_one_tap_acknowledges_for_the_person_of_the_link(phone: Phone) -> None:
    """The timeline says that a link proved it."""
    page = await phone.opens()
    assert page.status_code == 200
    assert "You answer for <strong>ana</strong>" in page.text
    assert "Checkout &lt;b&gt;fails&lt;/b&gt;" in page.text
    done = await phone.taps(page.text, "acknowledge")
    assert "Done: acknowledge" in done.text
    (line,) = [e for e in await phone.timeline() if e.kind == "incident.acknowledged"]
    assert (line.actor.name, line.actor.via, line.actor.proof.value) == ("ana", "web", "link")


async def test_opening_a_link_changes_nothing_however_often(
    phone: Phone, capfd: pytest.CaptureFixture[str]
) -> None:
    """Mail scanners and previews of chats open every link, with any method but POST.

    No log has its token.
    """
    for _ in range(3):
        await phone.opens()
    await phone.http.head(f"/r/{phone.token()}")
    assert (await phone.http.post(f"/r/{phone.token()}")).status_code == 405
    answer = await phone.http.get(f"/respond/{phone.incident}/acknowledge")
    assert answer.status_code == 405
    by_people = [e.kind for e in await phone.timeline() if e.actor.name != "engine"]
    assert by_people == ["incident.reported"]
    assert phone.token()[:40] not in "".join(capfd.readouterr())


async def test_a_link_works_on_two_devices(phone: Phone) -> None:
    """Each has a session of its own, and both act for the person of the link."""
    token = phone.token()
    page = await phone.opens(token)
    async with httpx2.AsyncClient(
        transport=phone.http._transport, base_url="http://localhost"
    ) as http:
        tablet = Phone(http, phone.siren, phone.incident)
        again = await tablet.opens(token)
        assert "Done: " in (await phone.taps(page.text, "acknowledge")).text
        assert "Done: " in (await tablet.taps(again.text, "add_note", text="from the sofa")).text
    names = {(e.actor.name, e.actor.via) for e in await phone.timeline() if e.actor.via == "web"}
    assert names == {("ana", "web")}


async def test_the_token_leaves_the_address_at_once(phone: Phone) -> None:
    """It is in no page, no address of a page, and no referrer."""
    token = phone.token()
    answer = await phone.http.get(f"/r/{token}")
    assert answer.status_code == 303
    assert token not in answer.headers["Location"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = await phone.opens(token)
    assert token not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_a_double_tap_is_one_command(phone: Phone) -> None:
    """The form carries the command's id."""
    page = await phone.opens()
    for _ in range(2):
        await phone.taps(page.text, "escalate", note="please")
    lines = [e for e in await phone.timeline() if e.kind.startswith("escalation.")]
    assert len([e for e in lines if "by ana" in e.summary or e.actor.name == "ana"]) <= 1


async def test_a_form_of_another_page_is_refused(phone: Phone) -> None:
    """Without the proof, or with that of another session."""
    await phone.opens()
    sent = {"form": "0" * 64, "command_id": "x"}
    answer = await phone.http.post(f"/respond/{phone.incident}/acknowledge", data=sent)
    assert "does not belong to your session" in answer.text
    answer = await phone.http.post(f"/respond/{phone.incident}/acknowledge", json=sent)
    assert "Not done" in answer.text
    assert "incident.acknowledged" not in {e.kind for e in await phone.timeline()}


async def test_without_a_link_there_is_no_page(phone: Phone) -> None:
    """Nor for another incident than that of the link."""
    answer = await phone.http.get(f"/respond/{phone.incident}")
    assert (answer.status_code, "Who are you?" in answer.text) == (401, True)
    await phone.opens()
    answer = await phone.http.get("/respond/INC-000000-other")
    assert answer.status_code == 401


async def test_a_link_that_is_altered_or_expired_is_refused_and_logged(
    phone: Phone, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log has no token."""
    expired = phone.token(until=datetime.now(UTC) - timedelta(seconds=1))
    assert (await phone.opens(expired)).status_code == 410
    altered = f"{phone.token()[:-2]}zz"
    assert (await phone.opens(altered)).status_code == 404
    said = "".join(capfd.readouterr())
    assert said.count("link.refused") == 2
    assert expired not in said
    assert altered not in said


async def test_too_many_wrong_links_are_slowed_down_and_a_right_one_never_is(
    phone: Phone,
) -> None:
    """Whoever guesses waits; whoever was paged does not."""
    statuses = [(await phone.opens(f"test~guess{n}")).status_code for n in range(MOST_FAILURES + 1)]
    assert statuses == [404] * MOST_FAILURES + [429]
    assert (await phone.opens()).status_code == 200


async def test_a_phone_answers_for_each_of_many_incidents(phone: Phone) -> None:
    """One cookie holds the newest links and stays small."""
    for number in range(3 * MOST_SESSIONS):
        said = {"incident": f"INC-{number}", "person": "ana", "message": "m" * 300}
        link = Link(**said, key="test", until=int(datetime.now(UTC).timestamp()) + 3600)
        await phone.http.get(f"/r/{signed(KEYS, link)}")
    page = await phone.opens()
    assert page.status_code == 200
    assert sum(len(value) for value in phone.http.cookies.values()) < 4000
    assert "Done: acknowledge" in (await phone.taps(page.text, "acknowledge")).text


async def test_a_cookie_that_somebody_changed_opens_nothing(phone: Phone) -> None:
    """As does one that was signed for something else."""
    await phone.opens()
    said = phone.http.cookies["respond"]
    for wrong in (f"{said[:-2]}zz", phone.token(), "test~", "~", "x" * 5000):
        phone.http.cookies.clear()
        phone.http.cookies.set("respond", wrong)
        answer = await phone.http.get(f"/respond/{phone.incident}")
        assert answer.status_code == 401


async def test_a_link_is_worthless_once_its_incident_is_over(phone: Phone) -> None:
    """It shows nothing and commands nothing; nothing about links is stored."""
    page = await phone.opens()
    await phone.siren.do(phone.incident, "resolve")
    answer = await phone.opens()
    assert answer.status_code == 410
    assert "is over" in answer.text
    answer = await phone.taps(page.text, "add_note", text="much too late")
    assert (answer.status_code, "is over" in answer.text) == (410, True)
    assert "much too late" not in str(await phone.timeline())
    part = await phone.http.get(f"/respond/{phone.incident}/part")
    assert (part.status_code, part.headers["HX-Refresh"]) == (410, "true")
    assert "Checkout" not in part.text
    assert (await phone.http.get(f"/respond/{phone.incident}/events")).status_code == 410


async def test_a_command_that_no_worker_confirmed_is_the_same_command_when_sent_again(
    siren: Siren, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form that follows "Sent" keeps its id and what somebody wrote."""
    monkeypatch.setattr(sending, "PATIENCE", timedelta(seconds=1))
    monkeypatch.setattr(api_reading, "WORKER", timedelta(seconds=1))
    async with calling(siren) as phone:
        async with siren.worker():
            page = await phone.opens()
        sent = await phone.taps(page.text, "add_note", text="the disk is full")
        assert "Sent. No worker has answered yet" in sent.text
        assert "the disk is full</textarea>" in sent.text
        async with siren.worker():
            done = await phone.taps(sent.text, "add_note", text="the disk is full")
            assert "Done: " in done.text
            lines = await phone.timeline()
    assert [line.kind for line in lines].count("note.added") == 1


async def test_two_people_who_acknowledge_at_once_both_get_an_answer(phone: Phone) -> None:
    """One of them acknowledged it; the page says who to the other."""
    page = await phone.opens()
    await phone.siren.do(phone.incident, "acknowledge")
    answer = await phone.taps(page.text, "acknowledge")
    assert answer.status_code == 200
    assert "acknowledged by ana" in answer.text


async def test_two_people_who_tap_at_the_same_moment_acknowledge_it_once(phone: Phone) -> None:
    """Both get a page that says who did it; the timeline has one acknowledgement."""
    text = phone.siren.policy.read_text().replace("page: ana,", "page: [ana, bo],")
    phone.siren.policy.write_text(text.replace("people: { ana:", "people: { bo: {}, ana:"))
    answer = await phone.http.post("/v1/incidents", json=REPORT, headers=AUTHORISED)
    async with httpx2.AsyncClient(
        transport=phone.http._transport, base_url="http://localhost"
    ) as other:
        first = Phone(phone.http, phone.siren, answer.json()["incident"])
        second = Phone(other, phone.siren, first.incident)
        pages = [(await each.opens(each.token(who))).text for each, who in _both(first, second)]
        told = await asyncio.gather(
            first.taps(pages[0], "acknowledge"), second.taps(pages[1], "acknowledge")
        )
    assert sum("Done: acknowledge" in page.text for page in told) == 1
    assert sum("Not done: acknowledge" in page.text for page in told) == 1
    kinds = [entry.kind for entry in await first.timeline()]
    assert kinds.count("incident.acknowledged") == 1


def _both(first: Phone, second: Phone) -> tuple[tuple[Phone, str], tuple[Phone, str]]:
    return (first, "ana"), (second, "bo")


async def test_while_temporal_is_away_the_page_says_what_is_known(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing was done, and why; it shows no traceback, and the link still counts later."""
    page = (await phone.opens()).text

    async def away(*_: object, **__: object) -> None:
        raise RuntimeError("Not connected to 10.1.2.3:7233")

    with monkeypatch.context() as patched:
        patched.setattr("web.api.reading.read_view", away)
        patched.setattr("web.api.commanding.give", away)
        for answer in (await phone.opens(), await phone.taps(page, "acknowledge")):
            assert answer.status_code == 503
            assert "Temporal cannot be reached" in answer.text
            assert "10.1.2.3" not in answer.text
        assert "Not done: Temporal cannot be reached" in answer.text
    assert "Done: acknowledge" in (await phone.taps(page, "acknowledge")).text
