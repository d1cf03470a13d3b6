"""send_notification: sends one message over one channel, in one attempt."""

from datetime import timedelta

import structlog
from temporalio import activity

from connectors.channels.directory import ChannelDirectory
from connectors.temporal_failures import failures_of
from models.contracts.notifying import SEND_NOTIFICATION, SendNotification
from models.messages.message import Receipt

log = structlog.get_logger(__name__)

LONGEST_ATTEMPT = timedelta(seconds=10)
_SHARE_OF_TIMEOUT = 0.9
"""An attempt ends before Temporal's own timeout, so that its reason is known."""


def attempt_timeout() -> timedelta:
    """How long an attempt at a channel may take within this activity."""
    allowed = activity.info().start_to_close_timeout
    return min(allowed * _SHARE_OF_TIMEOUT, LONGEST_ATTEMPT) if allowed else LONGEST_ATTEMPT


class SendNotificationActivity:
    """Sends through the channels of the worker."""

    def __init__(self, channels: ChannelDirectory) -> None:
        self._channels = channels

    @activity.defn(name=SEND_NOTIFICATION)
    async def send_notification(self, request: SendNotification) -> Receipt:
        """Send the message; the receipt has the time at which the attempt started.

        Raises ApplicationError of type PERMANENT_FAILURE or RETRYABLE_FAILURE; its detail is a
        DeliveryFailure.
        """
        message = request.message
        with failures_of(message.key, request.channel, "message.failed"):
            reference = await self._channels.send(
                request.channel,
                message,
                timeout=attempt_timeout(),
                first_message=request.first_message,
                fresh=request.fresh and activity.info().attempt == 1,
            )
        log.info("message.delivered", channel=request.channel, key=message.key)
        return Receipt(
            key=message.key,
            channel=request.channel,
            delivered_at=activity.info().started_time,
            reference=reference,
        )
