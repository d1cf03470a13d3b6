"""Whose link acknowledged hears of it on their other channels, and how to dispute it."""

from datetime import timedelta
from typing import Any

from incidents.schedules.calendars import with_calendars
from models.base import ENGINE
from models.compiled import Person
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.proof import Proof
from rules.paging.link_used import link_key, messages_of
from rules.record.decision import Decision, TellOfLink
from rules.record.timeline import note
from tests.specimens import POLICY, after, an_incident, done, outcome

ANA = Person(name="ana", channels=("pager", "sms"))
REACHABLE = POLICY.changed(people={**POLICY.people, "ana": ANA})


def paged(channel: str) -> Incident:
    """Ana's page came by this channel."""
    data: dict[str, Any] = {"level": 1, "recipient": "ana", "channel": channel}
    return note(an_incident(), EntryKind.PAGE_SENT, "page", actor=ENGINE, now=after(0), **data)


def acknowledged(
    incident: Incident, policy: Any = REACHABLE, proof: Proof = Proof.LINK
) -> Decision:
    """The decision of ana's acknowledgement at two minutes."""
    answer = outcome(incident, "acknowledge", after(2), policy, via="web", proof=proof)
    assert isinstance(answer, Decision), answer
    return answer


def told(decision: Decision) -> tuple[TellOfLink, ...]:
    """What she hears of it."""
    return tuple(effect for effect in decision.effects if isinstance(effect, TellOfLink))


def test_the_person_hears_of_it_on_the_channels_that_brought_no_link() -> None:
    """What was done, when, and how to dispute it; each message has a key of its own kind."""
    (message,) = told(acknowledged(paged("pager")))
    assert (message.person, message.channels) == ("ana", ("sms", "log"))
    assert "used to acknowledge INC-260327-TEST at 2026-03-27 16:52:00 UTC" in message.text
    in_berlin = with_calendars(REACHABLE.changed(time_zone="Europe/Berlin"), after(0), after(0))
    (there,) = told(acknowledged(paged("pager"), in_berlin))
    assert "at 2026-03-27 17:52:00 CET" in there.text
    assert message.text.endswith("dispute-acknowledgement INC-260327-TEST")
    assert link_key("INC-1", message, "sms") == f"INC-1/link-{message.line}/sms"
    told_by = list(messages_of(message, an_incident(), REACHABLE, after(2)))
    assert [each.message.respond_until for each in told_by] == [after(2) + timedelta(days=7)] * 2


def test_nobody_is_told_of_an_acknowledgement_of_another_kind() -> None:
    """A token or a login is nobody else's."""
    for proof in set(Proof) - {Proof.LINK}:
        assert told(acknowledged(paged("pager"), proof=proof)) == ()


def test_a_person_with_no_other_channel_is_not_told_and_the_timeline_says_so() -> None:
    """The line names them."""
    alone = POLICY.changed(people={"ana": Person(name="ana", channels=("pager",))}, fallbacks={})
    answer = acknowledged(paged("pager"), alone)
    assert told(answer) == ()
    (line,) = (e for e in answer.incident.timeline if e.kind == "acknowledgement.untold")
    assert line.data == {"person": "ana"}


def test_an_answer_by_a_link_is_told_with_the_way_to_ask_again() -> None:
    """It stopped what somebody had asked for by hand, and there is nothing to dispute."""
    taken = done(paged("pager"), "acknowledge", after(1), REACHABLE, actor="bo")
    asked = done(taken, "escalate", after(1), REACHABLE, actor="bo", note="help")
    (message,) = told(acknowledged(asked))
    assert "That answered bo." in message.text
    assert 'escalate INC-260327-TEST --note "that was not me"' in message.text
