"""edit_message: lets the first message of an incident show its state."""

import structlog
from temporalio import activity

from activities.send_notification import attempt_timeout
from connectors.channels.directory import ChannelDirectory
from connectors.temporal_failures import channel_failure, delivery_failure
from models.contracts.live import EDIT_MESSAGE, EditMessage

log = structlog.get_logger(__name__)


class EditMessageActivity:
    """Edits through the channels of the worker."""

    def __init__(self, channels: ChannelDirectory) -> None:
        self._channels = channels

    @activity.defn(name=EDIT_MESSAGE)
    async def edit_message(self, request: EditMessage) -> bool:
        """Edit the message; once or often, it shows the same.

        Raises ApplicationError as send_notification does.
        """
        channel, reference, live = request.channel, request.reference, request.live
        try:
            await self._channels.edit(channel, live, reference, timeout=attempt_timeout())
        except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the history typed
            failure = delivery_failure(live.incident_id, channel, error)
            log.warning("message.not_edited", channel=channel, error=failure.error)
            raise channel_failure(failure) from None
        log.info("message.edited", channel=channel, incident=live.incident_id)
        return True
