"""The first message that a recipient got over a channel, from which later ones go on."""

from collections.abc import Iterable
from typing import Any

from models.incident.record import Incident
from models.messages.message import Receipt
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


def with_first_message(incident: Incident, receipt: Receipt, recipient: str) -> Incident:
    """The record with the reference of a message, if it is the first with one.

    The first reference stays. A full record keeps what it has: if the oldest made room, its thread
    would begin anew with the next message.
    """
    kept = incident.first_messages
    if receipt.reference is None or reference_of(kept, receipt.channel, recipient):
        return incident
    first = FirstMessage(channel=receipt.channel, recipient=recipient, reference=receipt.reference)
    with_it = (*kept, first)
    if sum(len(message.model_dump_json().encode()) for message in with_it) > FIRST_MESSAGES_BYTES:
        return incident
    return incident.changed(first_messages=with_it)


def reference_data(receipt: Receipt) -> dict[str, Any]:
    """The reference of a message, for the entry that says it was sent; empty if it has none."""
    said = receipt.reference
    return {"reference": said.model_dump(exclude_none=True)} if said else {}
