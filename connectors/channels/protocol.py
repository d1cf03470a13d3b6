"""What every channel does."""

from datetime import timedelta
from typing import Protocol

from models.message import Message
from models.readable import in_a_line


class Channel(Protocol):
    """Carries a message, in one attempt."""

    @property
    def name(self) -> str:
        """The name by which a policy knows it."""

    async def send(self, message: Message, *, timeout: timedelta) -> str | None:
        """Hand over `message` within `timeout`; returns the channel's own reference for it.

        Sending the same key again is harmless where the other side honours keys. Raises
        PermanentError or RetryableError, and nothing else.
        """


def one_line(text: str, limit: int = 500) -> str:
    """`text` on one line, without what steers a terminal, cut to `limit` characters."""
    return in_a_line(text).strip()[:limit]
