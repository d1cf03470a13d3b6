"""Changing what a message shows: the first one of an incident on a live channel."""

from models.base import Frozen
from models.messages.live import LiveMessage
from models.messages.reference import Reference

EDIT_MESSAGE = "edit_message"


class EditMessage(Frozen):
    """Input of edit_message: what the message with this reference is to show from now on."""

    channel: str
    reference: Reference
    live: LiveMessage
