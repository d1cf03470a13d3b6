"""No rule forgets anything when lines leave the record: anybody can write lines."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.base import ENGINE, Actor
from models.incident.record import Incident, RoleHolder, TimelineSegment
from models.incident.timeline import EntryKind
from models.people.workload import ToldRole
from models.time.clock import FiredThreshold
from rules.clocks.recorded_breaches import breaches
from rules.people.roles.roles_at_once import assigned_by
from rules.record.carried import moved_out
from rules.record.facts_of_lines import acted_between
from rules.record.timeline import note, with_fired
from tests.rules.staffed import refused, reported, staffed
from tests.specimens import ANA, START, after, done

POLICY = staffed("approvals: { post_update: { by: cy } }\n")
RULES = Path(__file__).parents[3] / "rules"
THEIR_OWN = {
    "rules/record/steps.py": "the line that the command has just written",
    "rules/record/notes_and_reasons.py": "the lines that the command has just written",
    "rules/record/timeline.py": "it writes lines",
    "rules/record/carried.py": "it moves lines out",
    "rules/record/facts_of_lines.py": "it keeps what rules read",
    "rules/clocks/recorded_breaches.py": "with what the record kept of it",
    "rules/people/naming/people_meant.py": "with what the record kept of it",
    "rules/people/permission/requests.py": "the number of a line",
    "rules/people/roles/roles_at_once.py": "with what the record kept of it",
    "rules/commands/judging/refusals.py": "words whose line is gone are kept again",
    "rules/commands/answers.py": "it shows the newest lines",
    "rules/incident_reports/document.py": "it gets all lines",
    "rules/paging/declining.py": "with what the record kept of it",
    "rules/paging/shown_in_chats.py": "with what the record kept of it",
    "rules/record/unseen_lines.py": "gives lines to whoever follows them, and decides nothing",
    "rules/paging/link_used.py": "without the line a person hears of it on one channel more",
    "rules/paging/why/story.py": "it gets all lines",
    "rules/paging/why/why_paged.py": "it gets all lines",
}


def shortened(incident: Incident) -> Incident:
    """The record without all the lines that it has."""
    first, last = incident.timeline[0].seq, incident.timeline[-1].seq
    segment = TimelineSegment(uri="file:///s", sha256="0" * 64, first_seq=first, last_seq=last)
    return moved_out(incident, segment)


def said(incident: Incident, at: float, kind: EntryKind = EntryKind.INCIDENT_HELD) -> Incident:
    """The record with one more line."""
    return note(incident, kind, "on hold", actor=ANA, now=after(at))


def test_only_these_rules_read_lines_and_each_has_a_reason() -> None:
    """A rule that decides by lines would decide otherwise once they are gone."""
    reading = {
        str(path.relative_to(RULES.parent))
        for path in RULES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "timeline"
        and isinstance(node.ctx, ast.Load)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }
    assert reading <= THEIR_OWN.keys()


@pytest.mark.parametrize("cut", [False, True])
def test_a_request_that_people_have_in_mind_is_not_forgotten(cut: bool) -> None:  # noqa: FBT001 - a case
    """Nobody approves another text because the first request has left the record."""
    first = refused(reported(POLICY), "post_update", 10, POLICY, text="All is well.").leaves
    assert first is not None
    between = shortened(first.incident) if cut else first.incident
    second = refused(between, "post_update", 11, POLICY, text="We were hacked.").leaves
    assert second is not None
    answer: dict[str, Any] = {"command": "post_update", "actor": "cy"}
    blind = refused(second.incident, "approve", 12, POLICY, **answer)
    assert blind.missing == ("request",)
    assert done(second.incident, "approve", after(42), POLICY, **answer).requests[0].approvals


@pytest.mark.parametrize("flood", [(), (9.1, 9.4, 9.7, 9.99)])
def test_a_command_is_dated_back_if_the_incident_acted_meanwhile_whatever_lines_it_has(
    flood: tuple[float, ...],
) -> None:
    """Nobody can say that no worker ran by writing until the lines are gone."""
    incident = said(reported(POLICY), 4)
    for at in flood:
        incident = said(incident, at)
    of = refused(incident, "hold", 10, POLICY, reason="x", sent_at=after(1))
    assert of.missing == ("note",)
    gone = shortened(incident)
    assert gone.timeline == ()
    assert refused(gone, "hold", 10, POLICY, reason="x", sent_at=after(1)).missing == ("note",)
    assert not acted_between(gone, after(4), after(9))


def test_few_instants_are_kept_however_many_lines_there_were() -> None:
    """What is kept is bounded, and exact to some seconds."""
    incident = reported(POLICY)
    for count in range(400):
        incident = said(incident, count / 20)
        if count % 50 == 49:
            incident = shortened(incident)
    assert len(incident.acted_at) <= 7
    assert acted_between(incident, after(18.5), after(18.95))


def test_who_heard_of_a_breach_stays_on_the_record() -> None:
    """Also of those who hear of it after its line has gone."""
    fired = FiredThreshold(
        clock="acknowledge",
        run=1,
        threshold="100%",
        fraction=1.0,
        due_at=after(5),
        fired_at=after(5),
    )
    incident = note(
        with_fired(reported(POLICY), fired),
        EntryKind.CLOCK_BREACHED,
        "acknowledge breached",
        actor=ENGINE,
        now=after(5),
        clock="acknowledge",
        run=1,
        threshold="100%",
        due_at=after(5).isoformat(),
    )

    def heard(record: Incident, who: str) -> Incident:
        why = "acknowledge breached (page)"
        more: dict[str, Any] = {"recipient": who, "channel": "log", "reason": why}
        return note(record, EntryKind.PAGE_SENT, "", actor=ENGINE, now=after(6), **more)

    incident = shortened(heard(incident, "ana"))
    incident = shortened(heard(incident, "bo"))
    incident = heard(incident, "cy")
    assert breaches(incident)[0].told == ("ana (log)", "bo (log)", "cy (log)")


def test_who_gave_somebody_their_role_stays_on_the_record() -> None:
    """They hear of it if the person has too many."""
    incident = reported(POLICY).changed(
        roles=(RoleHolder(role="lead", person="cy", since_at=START),)
    )
    incident = note(
        incident,
        EntryKind.ROLE_ASSIGNED,
        "",
        actor=Actor(name="bo"),
        now=START + timedelta(minutes=1),
        role="lead",
        person="cy",
    )
    about = ToldRole(role="lead", person="cy")
    assert assigned_by(shortened(incident), about, POLICY) == "bo"
