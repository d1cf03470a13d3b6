"""What stands in a chat and changes with an incident: its first messages, and its own places."""

from models.base import Frozen
from models.messages.live import LiveMessage
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference

EDIT_MESSAGE = "edit_message"
KEEP_PLACE = "keep_place"


class EditMessage(Frozen):
    """Input of edit_message: what the message with this reference is to show from now on."""

    channel: str
    reference: Reference
    live: LiveMessage


class KeepPlace(Frozen):
    """Input of keep_place: how the place of an incident on a channel is to be.

    `kept` is the place as it was made or kept last; None at first.
    """

    channel: str
    wanted: PlaceWanted
    kept: KeptPlace | None = None
