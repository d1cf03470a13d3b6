"""Sending one message: what an incident owes, and how an attempt can fail."""

from pydantic import Field

from models.base import Frozen, Instant
from models.messages.message import DeliveryFailure, Message
from models.messages.reference import Reference
from models.people.workload import BindingLimit

SEND_NOTIFICATION = "send_notification"
PERMANENT_FAILURE = "ChannelPermanentError"
RETRYABLE_FAILURE = "ChannelRetryableError"
"""The types of the ApplicationError that send_notification raises."""


class Delivery(Frozen):
    """A message and the channels to try, first to last. The record carries what is undelivered.

    `fell_back` are the permanent failures of this round that the timeline does not show yet.
    `bound` says that the workload must give leave first, `held` that it has not so far,
    `until_answered` that an answer to the escalation withdraws it, `withdraw` why nobody need send
    it any more. `update` is the place, among those on record, of the status update that it brings.
    `clocks` are those whose limits ask for it; `request` is the request that somebody makes by it.
    `failed_at` says when the first attempt of a page failed, in the name of its level.
    """

    message: Message
    channels: tuple[str, ...]
    channel: int = 0
    rounds: int = 0
    not_before: Instant | None = None
    fell_back: tuple[DeliveryFailure, ...] = ()
    bound: BindingLimit | None = None
    held: bool = False
    until_answered: bool = False
    update: int | None = None
    clocks: tuple[str, ...] = ()
    withdraw: str | None = None
    request: str = ""
    failed_at: Instant | None = None


class Unheard(Frozen):
    """A subscriber that takes no event, since when, and how many were given up meanwhile."""

    subscriber: str
    since_at: Instant
    given_up: int = 0


class SendNotification(Frozen):
    """Input of send_notification: one message on one channel.

    `first_message` refers to the first message that its recipient got over the channel. A `fresh`
    message was not tried on any channel before this activity.
    """

    channel: str
    message: Message
    first_message: Reference | None = None
    fresh: bool = Field(default=False, exclude_if=lambda fresh: not fresh)
