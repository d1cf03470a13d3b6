"""edit_message, keep_place: what stands in a chat shows how an incident stands."""

import structlog
from temporalio import activity

from activities.send_notification import attempt_timeout
from connectors.channels.directory import ChannelDirectory
from connectors.temporal_failures import failures_of
from models.contracts.live import EDIT_MESSAGE, KEEP_PLACE, EditMessage, KeepPlace
from models.messages.place import KeptPlace

log = structlog.get_logger(__name__)


class LiveMessagesActivity:
    """Edits messages and keeps places through the channels of the worker."""

    def __init__(self, channels: ChannelDirectory) -> None:
        self._channels = channels

    @activity.defn(name=EDIT_MESSAGE)
    async def edit_message(self, request: EditMessage) -> bool:
        """Edit the message; once or often, it shows the same.

        Raises ApplicationError as send_notification does.
        """
        channel, reference, live = request.channel, request.reference, request.live
        with failures_of(live.incident_id, channel, "message.not_edited"):
            await self._channels.edit(channel, live, reference, timeout=attempt_timeout())
        log.info("message.edited", channel=channel, incident=live.incident_id)
        return True

    @activity.defn(name=KEEP_PLACE)
    async def keep_place(self, request: KeepPlace) -> KeptPlace:
        """Make the place of an incident, or make it as it is to be; a repeat makes no second one.

        Raises ApplicationError as send_notification does.
        """
        channel, wanted = request.channel, request.wanted
        with failures_of(wanted.incident_id, channel, "place.not_kept"):
            kept = await self._channels.keep(
                channel, wanted, request.kept, timeout=attempt_timeout()
            )
        log.info("place.kept", channel=channel, incident=wanted.incident_id)
        return kept
