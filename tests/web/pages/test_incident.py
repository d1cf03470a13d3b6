"""The page of an incident: what it needs, its clocks and story, its commands as forms."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx2
import pytest

from models.command import COMMANDS
from models.incident.record import TimelineEntry
from tests.web.conftest import TOKEN
from tests.web.pages.browser import Browser, Forms, words
from tests.web.pages.conftest import Desk
from web.pages.incident import shown


@dataclass
class Responder:
    """Somebody in front of the page of an incident."""

    browser: Browser
    desk: Desk
    incident: str

    async def opens(self, more: str = "") -> str:
        """The page."""
        answer = await self.browser.opens(f"/incidents/{self.incident}{more}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def gives(self, command: str, page: str = "", **said: str | list[str]) -> httpx2.Response:
        """Fill in a form and send it."""
        action = f"/incidents/{self.incident}/{command}"
        return await self.browser.sends(page or await self.opens(), action, follow=True, **said)

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        """The story so far."""
        return (await self.desk.siren.record(self.incident)).timeline


@pytest.fixture
async def ana(desk: Desk, browser: Browser) -> Responder:
    """Ana, and a new incident."""
    await browser.logs_in("ana", TOKEN)
    return Responder(browser, desk, await desk.reports(service="checkout"))


def offered(page: str) -> list[str]:
    """The commands that a page has as forms."""
    actions = (form.action.rpartition("/") for form in Forms(page).found)
    return [command for where, _, command in actions if "/incidents/" in f"{where}/"]


async def test_a_whole_life_goes_by_forms_alone(ana: Responder) -> None:
    """Each answer says what was done; the next page offers what comes next."""
    for command, said in (
        ("acknowledge", {}),
        ("set_severity", {"severity": "SEV1"}),
        ("complete_step", {}),
        ("begin_diagnosis", {"note": "we looked"}),
        ("post_update", {"text": "We know more.\nStay tuned."}),
        ("begin_resolution", {}),
        ("resolve", {"note": "rolled back"}),
    ):
        answer = await ana.gives(command, **said)
        assert answer.status_code == 200, words(answer.text)
        assert "Done: " in answer.text
    line = next(e for e in await ana.timeline() if e.kind == "incident.acknowledged")
    assert (line.actor.name, line.actor.via) == ("ana", "web")
    page = await ana.opens()
    assert "closed" in words(page)
    assert offered(page) == ["reopen"]


async def test_the_page_says_what_is_missing_and_who_may(ana: Responder) -> None:
    """Before somebody sends anything."""
    await ana.gives("acknowledge")
    page = await ana.opens()
    shown = words(page)
    assert "begin diagnosis: missing:" in shown
    assert "Missing: " in shown
    assert "Who may: people (ana)" in shown
    assert "The incident is in diagnosis then." in shown
    assert "Confirm the impact" in shown


async def test_a_refused_command_keeps_what_somebody_wrote(ana: Responder) -> None:
    """In an open form, with the reason in words and the right status."""
    await ana.gives("acknowledge")
    answer = await ana.gives("begin_diagnosis", note="we looked <closely>")
    assert answer.status_code == 409
    assert "Not done: " in answer.text
    assert "we looked &lt;closely&gt;</textarea>" in answer.text
    assert re.search(r"<details open>\s*<summary>Begin diagnosis", answer.text)
    answer = await ana.gives("assign_role", role="incident_manager", person="stranger")
    assert answer.status_code in {403, 409, 422}
    assert "stranger" in words(answer.text)


@pytest.mark.parametrize(
    ("command", "said", "problem"),
    [
        ("post_update", {"text": ""}, "text"),
        ("acknowledge", {"happened_at": "soon"}, "happened_at"),
        ("add_action_item", {"text": "x", "owner": "ana", "due_at": "2026-13-45T00:00"}, "due_at"),
        ("escalate", {"level": "high"}, "level"),
        ("submit_review", {"lead": "ana", "aspects": "no pair"}, "aspects"),
    ],
)
async def test_a_field_that_is_wrong_is_named(
    ana: Responder, command: str, said: dict[str, str], problem: str
) -> None:
    """And nothing is done."""
    answer = await ana.gives(command, **said)
    assert answer.status_code == 422
    assert f"Not done: {problem}" in words(answer.text)
    assert [e.kind for e in await ana.timeline() if e.actor.via == "web"] == []


async def test_a_double_tap_is_one_command(ana: Responder) -> None:
    """The form carries the command's id; each form has another."""
    page = await ana.opens()
    for _ in range(2):
        await ana.gives("add_note", page, text="seen once")
    lines = [e for e in await ana.timeline() if "seen once" in e.summary]
    assert len(lines) == 1
    ids = re.findall(r'name="command_id" value="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


async def test_times_are_in_the_zone_of_the_policy_and_one_link_away_in_utc(
    ana: Responder,
) -> None:
    """An instant is typed as the zone beside its field says; what is no instant is not sent."""
    page = await ana.opens()
    local = ZoneInfo("Europe/Berlin")
    reported_at = (await ana.desk.siren.record(ana.incident)).reported_at
    here = f"{reported_at.astimezone(local):%Y-%m-%d %H:%M:%S} CE"
    assert f"({here}" in words(page)
    assert not re.search(r":\d\d UTC", words(page))
    in_utc = await ana.opens("?utc=true")
    assert f"({reported_at:%Y-%m-%d %H:%M:%S} UTC)" in words(in_utc)
    assert here not in in_utc
    assert "/acknowledge?utc=true" in in_utc
    assert f"/parts/incidents/{ana.incident}?state=reported&amp;utc=true" in in_utc
    zone = {"happened_at.zone": "Europe/Berlin"}
    twice = await ana.gives("acknowledge", happened_at="2026-10-25T02:30", **zone)
    assert twice.status_code == 422
    assert "comes twice in Europe/Berlin: choose beside it which one" in words(twice.text)
    assert '<option value="+02:00">the first (CEST, UTC+02:00)</option>' in twice.text
    typed = f"{reported_at.astimezone(local):%Y-%m-%dT%H:%M:%S}"
    answer = await ana.gives("acknowledge", twice.text, happened_at=typed, note="seen", **zone)
    assert "Done: " in answer.text, words(answer.text)
    record = await ana.desk.siren.record(ana.incident)
    milestone = record.milestone("acknowledged")
    assert milestone
    assert milestone.at == reported_at.replace(microsecond=0)


async def test_every_command_of_the_table_that_makes_sense_is_a_form(ana: Responder) -> None:
    """A command that is added to the table appears by itself; each has a proof of its session."""
    page = await ana.opens()
    names = set(offered(page))
    assert {"acknowledge", "resolve", "cancel", "add_note", "escalate", "link"} <= names
    assert not {"record_alerts", "resume", "accept_handover", "close"} & names
    assert names <= COMMANDS.keys()
    proofs = {form.fields["form"] for form in Forms(page).found}
    assert len(proofs) == 1


async def test_without_the_proof_of_the_session_nothing_is_done(ana: Responder) -> None:
    """Nor with that of another browser."""
    path = f"/incidents/{ana.incident}/acknowledge"
    answer = await ana.browser.http.post(path, data={"form": "0" * 64, "command_id": "x"})
    assert answer.status_code == 403
    async with ana.desk.browser() as other:
        board = await other.logs_in("ana", TOKEN)
        proof = Forms(board.text).found[0].fields["form"]
    answer = await ana.browser.http.post(path, data={"form": proof, "command_id": "x"})
    assert answer.status_code == 403
    assert [e.kind for e in await ana.timeline() if e.actor.via == "web"] == []


async def test_the_timeline_is_newest_first_in_pages(
    ana: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each older page is one link away."""
    monkeypatch.setattr(shown, "LINES", 3)
    for number in range(4):
        await ana.gives("add_note", text=f"note {number}")
    page = await ana.opens()
    notes = re.findall(r"note \d", page.partition('id="timeline"')[2])
    assert notes == sorted(notes, reverse=True)
    older = re.search(r'href="[^"]+(\?before=\d+)"', page)
    assert older
    before = await ana.opens(older[1])
    assert "note 0" in before
    assert "note 3" not in before
    assert "hx-get" not in before


async def test_clocks_have_a_picture_and_its_words(ana: Responder) -> None:
    """The words say all that the picture shows; nothing is inline but markup."""
    page = await ana.opens()
    assert re.search(r'<svg class="bar good"[^>]* role="img" aria-label="[^"]+ left', page)
    assert "style=" not in page
    assert not re.search(r"<script(?! src=)", page)
    assert " on" not in "".join(re.findall(r"<[a-z]+ ([^>]*)>", page)).replace('"on', "")


async def test_the_part_that_changes_comes_alone(ana: Responder) -> None:
    """With the newest lines, and without forms that somebody may be filling in."""
    answer = await ana.browser.http.get(f"/parts/incidents/{ana.incident}")
    assert answer.status_code == 200
    assert "<form" not in answer.text
    assert 'id="timeline" hx-swap-oob="innerHTML"' in answer.text


async def test_an_unknown_incident_is_a_page_that_says_so(ana: Responder) -> None:
    """For a browser, never JSON."""
    answer = await ana.browser.opens("/incidents/INC-nobody")
    assert answer.status_code == 404
    assert "There is no such incident" in words(answer.text)


async def test_beyond_this_machine_a_claim_gives_no_command(desk: Desk) -> None:
    """It may read; the page says why not in words."""
    incident = await desk.reports()
    async with desk.browser(local=False) as browser:
        await browser.logs_in("ana", TOKEN)
        page = (await browser.opens(f"/incidents/{incident}")).text
        answer = await browser.sends(page, f"/incidents/{incident}/acknowledge")
        assert answer.status_code == 403
        assert "Not done: " in words(answer.text)
        record = await desk.siren.record(incident)
        assert "incident.acknowledged" not in {e.kind for e in record.timeline}
