"""The first message that a recipient got over a channel, from which later ones go on.

Everybody who reads the place of a live channel shares one first message there.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.messages.message import Message, Receipt
from models.messages.reference import FirstMessage, Reference

FIRST_MESSAGES_BYTES = 32 * 1024
"""An incident keeps at most this much as JSON. Later references are not kept."""


def reference_of(
    first_messages: Iterable[FirstMessage], channel: str, recipient: str
) -> Reference | None:
    """The reference of the first message to a recipient over a channel."""
    pair = (channel, recipient)
    found = (
        first.reference for first in first_messages if (first.channel, first.recipient) == pair
    )
    return next(found, None)


def reads_place(policy: CompiledPolicy, channel: str, recipient: str) -> bool:
    """Whether a message to this recipient goes to the place of a live channel, for all who read it.

    That is a message to an audience, or to the channel itself; people have messages of their own.
    """
    together = recipient == channel or policy.audience(recipient) is not None
    return channel in policy.live and together


def first_for(
    incident: Incident, policy: CompiledPolicy, channel: str, recipient: str
) -> FirstMessage | None:
    """The first message of a recipient over a channel, or of all who read the same place.

    Once an incident has a place of its own, what stands elsewhere does not count.
    """
    found = [first for first in incident.first_messages if first.channel == channel]
    if not reads_place(policy, channel, recipient):
        return next((first for first in found if first.recipient == recipient), None)
    own = incident.places.get(channel, "")
    shared = [
        first
        for first in found
        if reads_place(policy, channel, first.recipient)
        and (not own or first.reference.place == own)
    ]
    exactly = (first for first in shared if first.recipient == recipient)
    return next(exactly, next(iter(shared), None))


def goes_on_from(
    incident: Incident, policy: CompiledPolicy, channel: str, recipient: str
) -> Reference | None:
    """From what a message goes on: the first one, or else the incident's own place."""
    first = first_for(incident, policy, channel, recipient)
    if first:
        return first.reference
    own = incident.places.get(channel, "")
    return Reference(place=own) if own and reads_place(policy, channel, recipient) else None


def awaits_place(incident: Incident, policy: CompiledPolicy, channel: str) -> bool:
    """Whether nobody knows yet where the own place of an incident on a channel is."""
    return wants_place(incident, policy, channel) and channel not in incident.places


def wants_place(incident: Incident, policy: CompiledPolicy, channel: str) -> bool:
    """Whether an incident is to have a place of its own on a channel, or has one."""
    own = policy.own_places.get(channel)
    return own is not None and (
        incident.severity in own.severities or bool(incident.places.get(channel))
    )


def first_messages_of(incident: Incident, policy: CompiledPolicy) -> tuple[FirstMessage, ...]:
    """The first messages, as a page to a live channel itself finds them."""
    shared = ((name, goes_on_from(incident, policy, name, name)) for name in policy.live)
    found = [FirstMessage(channel=name, recipient=name, reference=at) for name, at in shared if at]
    of_places = {(first.channel, first.recipient) for first in found}
    others = incident.first_messages
    return (*(f for f in others if (f.channel, f.recipient) not in of_places), *found)


def with_first_message(
    incident: Incident, policy: CompiledPolicy, receipt: Receipt, sent: Message
) -> Incident:
    """The record with the reference of a message, if it is the first with one.

    The first reference stays. A full record keeps what it has: if the oldest made room, its thread
    would begin anew with the next message.
    """
    channel, recipient, kept = receipt.channel, sent.recipient, incident.first_messages
    if receipt.reference is None or first_for(incident, policy, channel, recipient):
        return incident
    live = channel in policy.live
    first = FirstMessage(
        channel=channel,
        recipient=recipient,
        reference=receipt.reference,
        key=sent.key if live else "",
        reason=sent.reason if live else "",
        shown=digest_of_facts(sent.facts) if live else "",
        respond_until=sent.respond_until if live else None,
    )
    with_it = (*kept, first)
    if sum(len(message.model_dump_json().encode()) for message in with_it) > FIRST_MESSAGES_BYTES:
        return incident
    return incident.changed(first_messages=with_it)


def digest_of_facts(facts: Mapping[str, str]) -> str:
    """A short digest of what a message shows."""
    return sha256(to_json(dict(facts))).hexdigest()[:16]


def reference_data(receipt: Receipt) -> dict[str, Any]:
    """The reference of a message, for the entry that says it was sent; empty if it has none."""
    said = receipt.reference
    return {"reference": said.model_dump(exclude_none=True)} if said else {}
