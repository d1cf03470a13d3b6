"""The protocol of channels."""

from datetime import timedelta
from typing import Protocol, runtime_checkable

from models.messages.live import LiveMessage
from models.messages.message import Message
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference
from models.readable import in_a_line


class Channel(Protocol):
    """Carries a message, in one attempt."""

    @property
    def name(self) -> str:
        """The name that policies use for it."""

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Hand over `message` within `timeout`; returns the channel's reference for it, if any.

        `respond_url` is the recipient's own link to answer. It is a secret: only the recipient may
        see it, so a channel that posts to a place or a log leaves it out.

        `first_message` refers to the first message that this recipient got over this channel for
        this incident: put `message` in its thread, or edit it. If that message is gone, or another
        kind of channel made it, send `message` by itself.

        Sending the same key again is harmless if the other side honours keys; it then returns the
        same reference. Raises only PermanentError or RetryableError.
        """


@runtime_checkable
class Editing(Protocol):
    """A channel that changes messages which it sent."""

    async def edit(
        self,
        live: LiveMessage,
        reference: Reference,
        *,
        timeout: timedelta,
        respond_url: str | None = None,
    ) -> None:
        """Let the first message to a recipient show something else, as often as anybody asks.

        `respond_url` is as in `Channel.send`. Raises only PermanentError or RetryableError.
        """


@runtime_checkable
class KeepsPlaces(Protocol):
    """A channel that makes a place for one incident."""

    async def keep(
        self, wanted: PlaceWanted, kept: KeptPlace | None, *, timeout: timedelta
    ) -> KeptPlace:
        """Make the place, or make `kept` as it is wanted; asked again, it makes no second one.

        Raises only PermanentError or RetryableError.
        """


def one_line(text: str, limit: int = 500) -> str:
    """`text` on one line of at most `limit` characters, without terminal control characters."""
    return in_a_line(text).strip()[:limit]
