"""Where the escalation stood, and what became of a page, by the lines of the timeline alone."""

from typing import Any

from models.incident import Incident
from rules.ledger import note
from rules.page_story import page_lines, severity_at, standing_at
from tests.specimens import ANA, POLICY, after, an_incident, done


def told(incident: Incident, kind: str, minute: float, **data: Any) -> Incident:
    """One more line."""
    return note(incident, kind, kind, actor=ANA, now=after(minute), **data)


def test_a_page_that_was_owed_is_told_with_the_level_that_asked_for_it() -> None:
    """Over which channel it went in the end, and which had failed before."""
    asked = {"level": 2, "target": "role:lead", "recipient": "bo", "key": "k", "reason": "silence"}
    incident = told(an_incident(), "page.failed", 5, channel="pager", **asked)
    incident = told(incident, "page.sent", 7, channel="mail", recipient="bo", key="k")
    incident = told(incident, "page.sent", 8, channel="sms", recipient="cy", key="other")
    _, line, other = page_lines(incident)
    assert (line.level, line.targets, line.tried) == (2, ("role:lead",), ("pager",))
    assert (line.data["channel"], line.data["reason"]) == ("mail", "silence")
    assert (other.level, other.targets, other.tried) == (0, (), ())


def test_where_the_escalation_stood_follows_from_what_stopped_and_resumed_it() -> None:
    """A forgotten acknowledgement goes one level back; a round outside of hours to the first."""
    incident = told(an_incident(), "page.sent", 5, level=2, next_at=after(15).isoformat())
    incident = told(incident, "incident.acknowledged", 6)
    incident = told(incident, "escalation.resumed", 40, level=2)
    incident = told(incident, "escalation.waits", 41, next_at=after(90).isoformat())
    stood = [standing_at(POLICY, incident, after(minute)) for minute in (5, 6, 40, 41)]
    assert [found.level for found in stood] == [2, 2, 1, 0]
    assert [found.next_at for found in stood] == [after(15), after(15), after(40), after(90)]
    assert [bool(found.stopped) for found in stood] == [False, True, False, False]
    assert stood[1].by == (incident.timeline[-3].seq,)
    assert stood[2].by == ()


def test_an_older_page_that_told_no_wait_is_followed_by_that_of_its_level() -> None:
    """From when it was asked for."""
    incident = told(an_incident(), "page.sent", 6, level=2, asked_at=after(5).isoformat())
    assert standing_at(POLICY, incident, after(6)).next_at == after(15)
    incident = told(an_incident(), "page.sent", 6, level=3)
    assert standing_at(POLICY, incident, after(6)).next_at == after(21)
    assert standing_at(POLICY, an_incident(), after(0)).next_at == after(0)


def test_a_severity_counts_from_the_instant_at_which_it_was_set() -> None:
    """As it was then, whatever it became."""
    incident = done(an_incident(), "acknowledge", after(1))
    incident = done(incident, "set_severity", after(10), severity="SEV3", note="less")
    assert [severity_at(incident, after(minute)) for minute in (9, 10)] == ["SEV1", "SEV3"]
