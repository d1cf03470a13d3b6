"""One attempt to deliver a message: what to send, how to name it, and why it failed."""

from temporalio.exceptions import ApplicationError, FailureError

from models.compiled import CompiledPolicy
from models.contracts.notifying import PERMANENT_FAILURE, Delivery, SendNotification
from models.incident.record import Incident
from models.messages.message import DeliveryFailure, MessageKind
from rules.record.references import goes_on_from


def channel_of(delivery: Delivery) -> str:
    """The channel to try now."""
    return delivery.channels[delivery.channel] if delivery.channels else "none"


def sending(
    delivery: Delivery, channel: str, incident: Incident, policy: CompiledPolicy
) -> SendNotification:
    """What to send, and the message from which it goes on.

    A page is never fresh: the activity that pages its level may have tried it.
    """
    sent = delivery.message
    return SendNotification(
        channel=channel,
        message=sent,
        first_message=goes_on_from(incident, policy, channel, sent.recipient),
        fresh=not delivery.rounds and sent.kind is not MessageKind.PAGE,
    )


def failure_of(delivery: Delivery, channel: str, error: FailureError) -> DeliveryFailure:
    """What the channel said, or that it gave no answer."""
    why = "no answer in time"
    if isinstance(error.cause, ApplicationError):
        why = error.cause.message.removeprefix(f"{channel}: ")
    key, permanent = delivery.message.key, is_permanent(error)
    return DeliveryFailure(key=key, channel=channel, error=why, permanent=permanent)


def is_permanent(error: FailureError) -> bool:
    """Whether the channel says that another attempt cannot help."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == PERMANENT_FAILURE


def words_of(delivery: Delivery, channel: str) -> str:
    """The message and its channel in words."""
    sent = delivery.message
    return f"{sent.kind} to {sent.recipient} by {channel}: {sent.reason}"
