"""What the first message on a live channel shows, for whoever reads it."""

from models.compiled import Audience, CompiledPolicy, OwnPlace
from models.incident.record import Incident
from models.messages.place import KeptPlace, Member, PlaceWanted
from models.messages.reference import FirstMessage, Reference
from rules.paging.messages import facts_for
from rules.paging.shown_in_chats import as_it_is, live_message, place_wanted, shown_by
from rules.record.references import awaits_place, digest_of_facts, first_messages_of, goes_on_from
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


OWN = LIVE.changed(own_places={"chat": OwnPlace(severities=("SEV1", "SEV2"))})


def wanted(
    incident: Incident, policy: CompiledPolicy = OWN, *, closed: bool = False
) -> PlaceWanted:
    """How the place of an incident is to be."""
    found = place_wanted("chat", incident, policy, closed=closed)
    assert found
    return found


def test_a_place_has_whoever_works_on_the_incident_and_says_how_it_stands() -> None:
    """Who was paged, who has a role; nobody whom the policy does not know."""
    incident = an_incident(OWN)
    assert wanted(incident).members == ()
    incident = done(incident, "assign_role", after(1), OWN, role="incident_manager", person="ana")
    said = wanted(incident.changed(paged=("bo", "stakeholders")))
    assert [member.name for member in said.members] == ["bo", "ana"]
    assert said.topic == "SEV1, reported, led by ana: Checkout fails"


def test_a_place_follows_until_it_is_closed() -> None:
    """It never loses anybody; a closed one stays as it is, and none is made at the end."""
    incident = an_incident(OWN)
    said = wanted(incident)
    kept = KeptPlace(place="C1", name="#inc-1", topic=said.topic, invited=("bo",))
    assert as_it_is(kept, said)
    assert not as_it_is(None, said)
    assert not as_it_is(kept, said.changed(topic="SEV2, reported"))
    assert not as_it_is(kept, said.changed(members=(Member(name="ana"),)))
    assert not as_it_is(kept, wanted(incident, closed=True))
    closed = kept.changed(closed=True)
    assert as_it_is(closed, wanted(incident, closed=True))
    assert as_it_is(None, wanted(incident, closed=True))


def test_only_severities_of_the_policy_have_a_place_and_a_place_stays() -> None:
    """A lower severity takes nobody their channel away."""
    incident = an_incident(OWN).changed(severity="SEV3")
    assert place_wanted("chat", incident, OWN, closed=False) is None
    assert place_wanted("mail", an_incident(OWN), OWN, closed=False) is None
    assert wanted(incident.changed(places={"chat": "C1"}))
    failed = incident.changed(places={"chat": ""})
    assert place_wanted("chat", failed, OWN, closed=False) is None


def test_messages_go_to_the_incidents_own_place_and_wait_until_it_is_known() -> None:
    """What stands elsewhere is no first message there; if none can be made, all go on as usual."""
    audience = OWN.audiences[0].name
    there = FirstMessage(channel="chat", recipient=audience, reference=WHERE)
    incident = an_incident(OWN).changed(first_messages=(there,))
    assert awaits_place(incident, OWN, "chat")
    own = incident.changed(places={"chat": "C2"})
    assert not awaits_place(own, OWN, "chat")
    assert goes_on_from(own, OWN, "chat", audience) == Reference(place="C2")
    assert goes_on_from(own, OWN, "chat", "ana") is None
    assert [f.reference.place for f in first_messages_of(own, OWN)] == ["C1", "C2"]
    none = incident.changed(places={"chat": ""})
    assert goes_on_from(none, OWN, "chat", audience) == WHERE
