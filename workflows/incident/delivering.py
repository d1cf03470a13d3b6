"""One attempt to deliver a message: what to send, how to name it, and why it failed."""

from temporalio.exceptions import ApplicationError, FailureError

from models.contracts.notifying import PERMANENT_FAILURE, Delivery, SendNotification
from models.incident.record import Incident
from models.messages.message import DeliveryFailure, MessageKind
from rules.record.references import reference_of


def sending(delivery: Delivery, channel: str, incident: Incident) -> SendNotification:
    """What to send, and the message from which it goes on.

    A page is never fresh: the activity that pages its level may have tried it.
    """
    sent = delivery.message
    return SendNotification(
        channel=channel,
        message=sent,
        first_message=reference_of(incident.first_messages, channel, sent.recipient),
        fresh=not delivery.rounds and sent.kind is not MessageKind.PAGE,
    )


def failure_of(delivery: Delivery, channel: str, error: FailureError) -> DeliveryFailure:
    """What the channel said, or that it gave no answer."""
    why, permanent = "no answer in time", False
    if isinstance(error.cause, ApplicationError):
        why = error.cause.message.removeprefix(f"{channel}: ")
        permanent = error.cause.type == PERMANENT_FAILURE
    key = delivery.message.key
    return DeliveryFailure(key=key, channel=channel, error=why, permanent=permanent)


def words_of(delivery: Delivery, channel: str) -> str:
    """The message and its channel in words."""
    sent = delivery.message
    return f"{sent.kind} to {sent.recipient} by {channel}: {sent.reason}"
