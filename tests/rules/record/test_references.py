"""The message from which a later message goes on."""

from models.compiled import CompiledPolicy
from models.contracts.incident import Carried
from models.incident.record import Incident
from models.messages.message import Receipt
from models.messages.reference import Reference
from rules.deadlines.standing_thresholds import without_story
from rules.record import references
from rules.record.carried import weight
from rules.record.references import (
    FIRST_MESSAGES_BYTES,
    first_for,
    first_messages_of,
    reference_data,
    reference_of,
)
from tests.fakes.messages import a_message
from tests.specimens import POLICY, START, an_incident


def with_first_message(
    incident: Incident, receipt: Receipt, recipient: str, policy: CompiledPolicy = POLICY
) -> Incident:
    """The record after a message to somebody."""
    sent = a_message(recipient=recipient)
    return references.with_first_message(incident, policy, receipt, sent)


def receipt(channel: str = "pager", message: str | None = "m-1") -> Receipt:
    """The receipt of a message, with the channel's reference."""
    reference = Reference(message=message) if message else None
    return Receipt(key="k", channel=channel, delivered_at=START, reference=reference)


def first(incident: Incident, channel: str, recipient: str) -> str | None:
    """The reference of the first message to somebody."""
    found = reference_of(incident.first_messages, channel, recipient)
    return found.message if found else None


def test_the_first_reference_stays() -> None:
    """A later message may have another one, but the thread is that of the first."""
    incident = with_first_message(an_incident(), receipt(), "ana")
    assert first(incident, "pager", "ana") == "m-1"
    assert with_first_message(incident, receipt(message="m-2"), "ana") is incident


def test_each_channel_and_each_recipient_has_its_own() -> None:
    """The same message over two channels makes two threads."""
    incident = an_incident()
    for channel, recipient in (("pager", "ana"), ("pager", "bo"), ("mail", "ana")):
        incident = with_first_message(
            incident, receipt(channel, f"{channel}-{recipient}"), recipient
        )
    assert first(incident, "pager", "bo") == "pager-bo"
    assert first(incident, "mail", "ana") == "mail-ana"
    assert first(incident, "mail", "bo") is None


def test_a_message_without_a_reference_leaves_room_for_one_that_has() -> None:
    """What counts is the first reference, not the first message."""
    incident = an_incident()
    assert with_first_message(incident, receipt(message=None), "ana") is incident
    assert first(with_first_message(incident, receipt(), "ana"), "pager", "ana") == "m-1"


def test_a_full_record_keeps_what_it_has() -> None:
    """With hundreds of recipients, messages beyond the limit stand alone; none is dropped."""
    incident = an_incident()
    for number in range(300):
        incident = with_first_message(
            incident, receipt(message=f"{number} " + "x" * 400), f"p{number}"
        )
    kept = incident.first_messages
    assert [message.recipient for message in kept] == [f"p{n}" for n in range(len(kept))]
    size = sum(len(message.model_dump_json().encode()) for message in kept)
    assert FIRST_MESSAGES_BYTES - 1000 < size <= FIRST_MESSAGES_BYTES
    assert first(incident, "pager", "p0") == "0 " + "x" * 400
    assert first(incident, "pager", "p299") is None


def test_references_take_no_space_from_people_and_no_clock_needs_them() -> None:
    """They have a bound of their own."""
    incident = with_first_message(an_incident(), receipt(message="x" * 400), "ana")
    assert weight(incident) == weight(an_incident())
    assert without_story(incident).first_messages == ()


def test_a_later_run_knows_the_references() -> None:
    """That is a run that continues a long one, or one that reopens a closed incident."""
    incident = with_first_message(an_incident(), receipt(), "ana")
    carried = Carried(incident=incident, policy=POLICY)
    again = Carried.model_validate_json(carried.model_dump_json())
    assert again.incident.first_messages == incident.first_messages


def test_the_line_has_the_channel_s_name_of_the_message() -> None:
    """If the channel gave no reference, the line has none."""
    assert reference_data(receipt()) == {"reference": {"message": "m-1"}}
    assert reference_data(receipt(message=None)) == {}


LIVE = POLICY.changed(live=("chat",))


def test_all_who_read_the_place_of_a_live_channel_share_its_first_message() -> None:
    """People have messages of their own there; on other channels everybody has."""
    audience = LIVE.audiences[0].name
    incident = with_first_message(an_incident(), receipt("chat", "ana"), "ana", LIVE)
    assert first_for(incident, LIVE, "chat", audience) is None
    incident = with_first_message(incident, receipt("chat", "root"), audience, LIVE)
    assert with_first_message(incident, receipt("chat", "page"), "chat", LIVE) is incident
    shared = first_for(incident, LIVE, "chat", "chat")
    assert shared
    assert shared.reference.message == "root"
    assert first_for(incident, POLICY, "chat", "chat") is None
    assert first_for(incident, LIVE, "chat", "bo") is None
    handed = first_messages_of(incident, LIVE)
    assert [each.recipient for each in handed] == ["ana", audience, "chat"]
    assert first_messages_of(incident, POLICY) == incident.first_messages


def test_only_a_live_channel_keeps_what_its_first_message_showed() -> None:
    """Nothing else asks for it."""
    incident = with_first_message(an_incident(), receipt("chat"), "ana", LIVE)
    incident = with_first_message(incident, receipt("mail"), "ana", LIVE)
    chat, mail = incident.first_messages
    assert (chat.reason, bool(chat.shown)) == ("reported", True)
    assert (mail.reason, mail.shown) == ("", "")
