"""The command /incident, and messages that become notes."""

import json
from typing import Any

import pytest

from connectors.slack.conversations import sealed
from models.proof import Proof
from tests.fakes.counterparts.slack import PLACE
from tests.fakes.slack.server import view_of
from tests.web.callbacks.conftest import ANA, BO, Office
from web.api.commanding import BODIES
from web.callbacks.slack import forms
from web.callbacks.slack.modals import inputs, modal
from web.identity.asker import Asker
from web.pages.incident.forms import forms_for
from web.pages.times import times_of


def words(said: dict[str, Any]) -> str:
    """What somebody reads, who alone sees it."""
    assert said["response_type"] == "ephemeral"
    text: str = said["blocks"][0]["text"]["text"]
    return text


async def test_somebody_reports_and_finds_their_incident(office: Office) -> None:
    """By a form that asks as the policy does; the same form opens one incident."""
    ana = office.user(ANA)
    assert await ana.types("report Mail is down") == {}
    form = office.slack.open_views[-1]
    title = next(b["element"] for b in form["blocks"] if b.get("block_id") == "title")
    assert title["initial_value"] == "Mail is down"
    wrong = await ana.sends_form(title=" ")
    assert set(wrong["errors"]) == {"title"}
    for _ in range(2):
        assert await ana.sends_form(severity="SEV2") == {"response_action": "clear"}
    listed = words(await ana.types("list"))
    (row,) = (line for line in listed.splitlines() if "Mail is down" in line)
    record = await office.record(next(w for w in row.split() if w.startswith("INC-")))
    reporter = record.report.reporter
    assert (reporter.name, reporter.via, reporter.proof) == ("ana", "chat", "chat")


async def test_it_shows_updates_and_explains(office: Office) -> None:
    """Each in plain text, for the person alone."""
    ana, incident = office.user(ANA), await office.reports()
    shown = words(await ana.types(f"show {incident}"))
    assert f"[{incident}] SEV1 Checkout fails" in shown
    assert f"http://localhost/incidents/{incident}" in shown
    posted = words(await ana.types(f"update {incident} We &lt;roll&gt; back"))
    assert "status update to responders: We <roll> back" in posted
    assert "primary: ana" in words(await ana.types("on call"))
    assert "ana" in words(await ana.types(f"why {incident} ana"))
    assert "/incident report" in words(await ana.types("help"))
    assert "/incident report" in words(await ana.types(""))
    assert "there is no incident INC-0" in words(await ana.types("show INC-0"))
    assert await ana.types("", ssl_check="1") == {}


async def test_the_same_line_typed_twice_is_two_updates_and_one_sent_twice_is_one(
    office: Office,
) -> None:
    """Slack gives each its own trigger."""
    ana, incident = office.user(ANA), await office.reports()
    for trigger in ("1.a", "1.a", "2.a"):
        await ana.types(f"update {incident} still down", trigger_id=trigger)
    assert len((await office.record(incident)).updates) == 2


@pytest.mark.parametrize("typed", ["set_severity", "set-severity", "Set Severity"])
async def test_any_command_has_its_form(office: Office, typed: str) -> None:
    """So nobody has to leave Slack for what no button does."""
    ana, incident = office.user(ANA), await office.reports()
    assert await ana.types(f"do {incident} {typed}") == {}
    said = await ana.sends_form(severity="SEV2", note="only some")
    assert said == {"response_action": "clear"}
    assert (await office.record(incident)).severity == "SEV2"


async def test_slack_takes_the_form_of_every_command(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the incident makes it, and also if it does not say in time what may be chosen."""
    incident, asker = await office.reports(), Asker("ana", Proof.CHAT, "a test")
    made = office.app.state.slack[0]._buttons.forms
    view = (await made._parts.reading.seen(incident)).view
    offered = forms_for(view, made._parts.policy.pinned(view), None, times_of(view.time_zone))
    every = (*offered.next, *offered.often, *offered.others)
    assert len(every) >= 15
    for form in every:
        shown = modal("c", form.label, {}, (form.says,), inputs((*form.fields, *form.more)))
        view_of({"view": json.dumps(shown)})
    monkeypatch.setattr(forms, "_READ_WITHIN_SECONDS", 0.0)
    for name in BODIES:
        view_of({"view": json.dumps(await made.command(incident, name, asker))})


async def test_a_command_that_is_none_is_named_with_the_nearest(office: Office) -> None:
    """Internal ones are none, either."""
    ana, incident = office.user(ANA), await office.reports()
    told = words(await ana.types(f"do {incident} acknowlege"))
    assert "did you mean acknowledge?" in told
    for name in ("record_alerts", ""):
        assert "clear" not in str(await ana.types(f"do {incident} {name}"))
    assert "there is no incident INC-0" in words(await ana.types("do INC-0 resolve"))


async def test_a_marked_message_of_the_thread_is_one_note_however_often_it_is_marked(
    office: Office,
) -> None:
    """It says who wrote it; whoever marks it is who adds it."""
    incident = await office.reports()
    root = office.root(incident)
    assert root
    place = office.slack.workspace.conversations[PLACE]
    said = "the db is &lt;full&gt;, see <https://example.org/d|the graph>"
    words = office.slack.workspace.post(place, BO, said, thread_ts=root.ts)
    for user, reaction in ((ANA, "memo"), (BO, "memo"), (ANA, "pencil"), (ANA, "eyes")):
        answer = await office.user(user).marks(PLACE, words.ts, reaction)
        assert answer.status_code == 200, answer.text
    notes = [e for e in (await office.record(incident)).timeline if e.kind == "note.added"]
    assert [note.actor.name for note in notes] == ["ana"]
    assert "bo wrote at" in notes[0].summary
    assert "the db is <full>, see https://example.org/d" in notes[0].summary


async def test_any_message_in_an_incidents_own_channel_can_become_a_note(office: Office) -> None:
    """The channel says for which incident the engine made it; anybody else's says nothing."""
    incident, ana = await office.reports(), office.user(ANA)
    [app] = office.app.state.slack
    purpose = sealed(app.app.slack, incident)
    for number, (said, noted) in enumerate(((purpose, 1), (f"Incident {incident}", 1))):
        place = office.slack.workspace.add_channel(f"own-{number}", purpose=said)
        words = office.slack.workspace.post(place, BO, f"look {number}")
        assert (await ana.marks(place.id, words.ts)).status_code == 200
        notes = [e for e in (await office.record(incident)).timeline if e.kind == "note.added"]
        assert len(notes) == noted


async def test_a_message_outside_of_incidents_is_nobodys_note(office: Office) -> None:
    """People use the sign for other things, too; nobody is told anything."""
    place = office.slack.workspace.conversations[PLACE]
    words = office.slack.workspace.post(place, BO, "lunch?")
    told = len(office.slack.told)
    assert (await office.user(ANA).marks(PLACE, words.ts)).status_code == 200
    assert (await office.user(ANA).marks("C0NOWHERE", "1.1")).status_code == 200
    assert len(office.slack.told) == told
