"""An incident as people read it."""

import re
from datetime import datetime

from rich.console import Console, RenderableType

from console.incidents.incident_view import live, render, timeline
from models.alert import Alert, AlertRecord, AlertStatus
from models.answers.view import IncidentView
from models.contracts.notifying import Delivery
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident
from models.time.clock import Stage
from rules.commands.answers import next_steps
from rules.updates.all_clocks import readings_of
from tests.fakes.messages import a_message
from tests.specimens import POLICY, REPORT, START, a_diagnosed_incident, after, an_incident, done


def view_of(incident: Incident, now: datetime, **more: object) -> IncidentView:
    """The view, as the incident would answer it."""
    return IncidentView.model_validate(
        {
            "incident": incident,
            "readings": readings_of(POLICY, incident, now),
            "next": next_steps(POLICY, incident, now),
            "policy_name": POLICY.name,
            "policy_version": POLICY.version,
            "policy_hash": POLICY.policy_hash,
            "now": now,
            **more,
        }
    )


def text_of(human: RenderableType) -> str:
    """The printed text, on a wide terminal without colours."""
    console = Console(width=200, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(human)
    return re.sub(r" +\n", "\n", capture.get())


def section(text: str, heading: str) -> list[str]:
    """The lines below a heading."""
    lines = text.splitlines()
    start = lines.index(heading) + 1
    return lines[start : lines.index("", start) if "" in lines[start:] else len(lines)]


def test_the_head_identifies_the_incident_and_says_how_it_stands() -> None:
    """It has id, title, state, severity and its confirmation, reporter and pinned policy."""
    text = text_of(render(view_of(an_incident(), after(3))))
    assert text.splitlines()[:3] == [
        "INC-260327-TEST  Checkout fails",
        "state reported   severity SEV1 (not confirmed)",
        "reported 2026-03-27 16:50:00Z (3m 00s ago) by monitoring via alerts",
    ]
    assert "affected: checkout" in text
    assert "attributes:" not in text
    assert "policy Specimen policy 1 (000000000000)" in text


def test_the_head_says_what_is_known_of_the_incident() -> None:
    """That is what was reported, and what was set since."""
    policy = POLICY.changed(attributes={"impact": (), "region": ()})
    report = REPORT.changed(attributes={"impact": "team"})
    incident = an_incident(policy, report)
    incident = done(incident, "set_attribute", after(1), policy, attribute="region", value="north")
    incident = done(incident, "set_attribute", after(2), policy, attribute="impact", value="all")
    text = text_of(render(view_of(incident, after(3))))
    assert "attributes: impact=all, region=north" in text


def test_each_clock_shows_its_outcome_or_what_remains() -> None:
    """Met clocks say by how much, running ones what is left, breached ones how late."""
    text = text_of(render(view_of(a_diagnosed_incident(), after(250))))
    rows = {line.split()[0]: " ".join(line.split()) for line in section(text, "Clocks")}
    assert "met on time, 3m 00s to spare" in rows["acknowledge"]
    assert "met on time, 30m 00s to spare" in rows["diagnose"]
    assert "breached late by 10m 00s, still running 4h 00m 4h 10m" in rows["resolve"]


def test_a_paused_clock_shows_what_is_left_of_it() -> None:
    """While it is on hold it has no limit instant."""
    held = done(a_diagnosed_incident(), "hold", after(60), reason="third_party")
    text = text_of(render(view_of(held, after(90))))
    assert "on hold: third_party, since 30m 00s ago" in text
    assert any("paused, 3h 00m left" in line for line in section(text, "Clocks"))


def test_every_stage_of_a_clock_has_words() -> None:
    """No reading lacks an outcome."""
    incident = done(an_incident(), "cancel", after(4), reason="false_alarm")
    view = view_of(incident, after(9))
    assert {reading.stage for reading in view.readings} == {Stage.CANCELLED}
    rows = [line.split() for line in section(text_of(render(view)), "Clocks")[1:]]
    assert {row[1] for row in rows} == {"cancelled"}
    assert not any({"on", "track"} & set(row) for row in rows)


def test_a_clock_that_was_breached_before_it_was_cancelled_says_both() -> None:
    """A cancellation does not take a breach back."""
    incident = done(an_incident(), "cancel", after(9), reason="false_alarm")
    rows = section(text_of(render(view_of(incident, after(20)))), "Clocks")
    (row,) = (" ".join(row.split()) for row in rows if row.startswith("acknowledge"))
    assert "breached late by 4m 00s, then cancelled" in row


def test_next_steps_name_the_command_what_it_lacks_and_who_may() -> None:
    """A blocked trigger lists everything it lacks; an allowed one is ticked."""
    incident = done(an_incident(), "acknowledge", after(2))
    lines = section(text_of(render(view_of(incident, after(3)))), "What can be done now")
    blocked = next(line for line in lines if "begin-diagnosis" in line)
    assert blocked.startswith("✗")
    assert "    missing: severity SEV1 is not confirmed: set_severity" in lines
    assert any(line.startswith("✓ cancel") for line in lines)


def test_the_timeline_marks_what_was_recorded_late() -> None:
    """A backdated entry shows when it happened, and how much later it was recorded."""
    incident = done(an_incident(), "acknowledge", after(10), happened_at=after(4))
    line = next(
        line
        for line in section(text_of(render(view_of(incident, after(11)))), "Timeline")
        if "acknowledge by ana" in line
    )
    assert line.startswith("2026-03-27 16:54:00Z  ana/console")
    assert line.endswith("(recorded 6m 00s later)")


def test_alerts_escalation_and_undelivered_messages_are_shown() -> None:
    """The view shows which alerts fire, how far the paging came, and what is still owed."""
    alert = Alert(fingerprint="f1", name="HighErrors", status=AlertStatus.FIRING, started_at=START)
    alert = alert.changed(runbook_url="https://wiki.example.org/r")
    record = AlertRecord(alert=alert, first_seen_at=START, last_seen_at=START, times_seen=3)
    elsewhere = record.changed(taken_over_by="INC-2")
    alerts = {"f1": record, "f2": elsewhere}
    incident = an_incident().changed(alerts=alerts, truncated_alerts=2)
    owed = Delivery(message=a_message(), channels=("pager",), not_before=after(5))
    progress = EscalationProgress(level=2, pages=2, next_at=after(8))
    view = view_of(incident, after(3), escalation=progress, undelivered=(owed,))
    text = text_of(render(view))
    assert "level 2, paged 2x; next level in 5m 00s" in text
    assert "- page to alice: reported, again in 2m 00s" in text
    assert re.search(r"firing +HighErrors +2026-03-27 16:50:00Z +3 *\n", text)
    assert re.search(r"taken over by INC-2 +HighErrors", text)
    assert "- runbook: https://wiki.example.org/r\n" in text
    assert "and 2 that the sender left out" in text


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    """Escape sequences and markup in a title are shown or dropped, never obeyed."""
    report = an_incident().report.changed(title="[red]x[/red]\x1b]0;owned\x07\x9b2J")
    text = text_of(render(view_of(an_incident().changed(report=report), START)))
    assert "[red]x[/red]" in text
    assert not set(text) & {"\x1b", "\x07", "\x9b"}


def test_text_from_outside_cannot_reverse_text_or_add_a_line() -> None:
    """The text of an update stays on its line, in the order in which it was typed."""
    forged = "we look\u202e\n2026-03-27 16:59:00Z  cy/console  resolve by cy"
    incident = done(an_incident(), "post_update", after(4), text=forged)
    text = text_of(render(view_of(incident, after(5))))
    assert "\u202e" not in text
    assert not any(line.startswith("2026-03-27 16:59:00Z") for line in text.splitlines())


def test_the_live_view_shows_the_newest_entries_first() -> None:
    """A short terminal leaves out the oldest."""
    text = text_of(live(view_of(a_diagnosed_incident(), after(41)), 3))
    story = section(text, "Timeline, newest first")
    assert len(story) == 3
    assert "begin_resolution" in story[0]


def test_a_line_of_the_timeline_names_the_way_in_and_the_proof() -> None:
    """A claim needs no word."""
    incident = done(an_incident(), "acknowledge", after(2), via="web", proof="link")
    incident = done(incident, "add_note", after(3), text="seen")
    text = text_of(timeline(incident, 1)), text_of(timeline(incident))
    assert "ana/console " in text[0]
    assert "ana/web, link " in text[1]
