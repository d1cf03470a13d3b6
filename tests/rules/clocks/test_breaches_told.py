"""Where people can read about a breach, with who heard of it and who corrected it."""

from typing import Any

import pytest

from models.base import ENGINE
from models.incident.timeline import EntryKind
from rules.clocks.clocks import read_clocks
from rules.clocks.recorded_breaches import breaches
from rules.commands.answers import status_markdown
from rules.incident_reports.document import incident_report_markdown
from rules.record.timeline import note
from tests.rules.breached import fired
from tests.specimens import POLICY, after, an_incident, done


def test_a_breach_names_the_people_who_were_told() -> None:
    """It is read from the lines about the breach's own messages, and no others."""
    incident = fired(an_incident(), after(5))
    about = {"recipient": "stakeholders", "channel": "log", "reason": "acknowledge breached"}
    lines: tuple[tuple[str, dict[str, Any]], ...] = (
        ("notification.sent", about),
        ("notification.delayed", about | {"recipient": "executives"}),
        ("page.sent", {"recipient": "bo", "channel": "pager", "reason": "no acknowledgement"}),
    )
    for kind, told in lines:
        incident = note(incident, EntryKind(kind), "sent", actor=ENGINE, now=after(5.1), **told)
    breach = next(b for b in breaches(incident) if b.clock == "acknowledge")
    assert breach.told == ("stakeholders (log)",)
    assert breach.actions == ("notify stakeholders",)


@pytest.mark.parametrize("words", ["1 of them corrected since", "met after correction"])
def test_the_report_shows_a_corrected_breach(words: str) -> None:
    """In its head and in the row of the clock."""
    incident = fired(an_incident(), after(5.5))
    incident = done(incident, "acknowledge", after(20), happened_at=after(4), note="in the call")
    text = incident_report_markdown(
        incident, POLICY, read_clocks(POLICY, incident, after(20)), after(20)
    )
    assert words in text
    assert "2026-03-27 17:10:00 by ana (console) with acknowledge: in the call" in text
    assert "breached, corrected by ana: acknowledge" in status_markdown(POLICY, incident, after(20))
