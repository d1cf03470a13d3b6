"""What the first message on a live channel shows, for whoever reads it."""

from models.compiled import Audience
from models.messages.reference import FirstMessage, Reference
from rules.paging.live_messages import live_message, shown_by
from rules.paging.messages import facts_for
from rules.record.references import digest_of_facts
from states.lifecycle import State
from tests.specimens import POLICY, START, after, an_incident, done

LIMITED = Audience(name="customers", channels=("chat",), sees=("impact",))
LIVE = POLICY.changed(live=("chat",), audiences=(*POLICY.audiences, LIMITED))
WHERE = Reference(place="C1", message="1.1")


def first(recipient: str, reason: str = "") -> FirstMessage:
    """The first message to somebody."""
    return FirstMessage(channel="chat", recipient=recipient, reference=WHERE, reason=reason)


def test_it_offers_what_people_need_in_each_state() -> None:
    """First to take it on, then to work on it, in the end nothing."""
    incident = an_incident()
    reported = live_message(first("ana"), incident, LIVE, START)
    assert reported.offers == ("acknowledge", "decline", "assign_role", "post_update", "resolve")
    incident = done(incident, "acknowledge", after(1), LIVE)
    assert live_message(first("ana"), incident, LIVE, after(1)).offers[0] == "assign_role"
    ended = incident.changed(state=State.CLOSED)
    assert live_message(first("ana"), ended, LIVE, after(2)).offers == ()


def test_an_audience_sees_no_more_than_in_any_other_message() -> None:
    """Neither the severity in the heading, nor who does what."""
    incident = done(
        an_incident(), "assign_role", after(1), LIVE, role="incident_manager", person="ana"
    )
    told = live_message(first("customers"), incident, LIVE, START)
    assert set(told.facts) <= {"impact"}
    assert "SEV" not in told.heading
    assert "ana" in live_message(first("bo"), incident, LIVE, START).facts["roles"]


def test_a_person_still_reads_why_they_were_paged() -> None:
    """The heading keeps the reason of their first page; that of a place says only what it is."""
    incident = an_incident()
    paged = live_message(first("ana", "no answer"), incident, LIVE, START)
    assert paged.heading.endswith("— no answer")
    told = live_message(first("customers", "reported"), incident, LIVE, START)
    assert "reported" not in told.heading


def test_what_a_message_said_when_it_left_need_not_be_edited() -> None:
    """It has the same facts, and every button; a change of either is to be shown."""
    incident = an_incident()
    facts = facts_for(incident, LIVE, START, None)
    live = live_message(first("ana"), incident, LIVE, START)
    assert shown_by(live) == digest_of_facts(facts)
    assert shown_by(live.changed(offers=("resolve",))) != shown_by(live)
