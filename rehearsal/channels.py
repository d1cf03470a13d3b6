"""Channels that take every message and let none out."""

from datetime import timedelta

from connectors.channels.directory import ChannelDirectory
from models.message import Message


class RecordingChannel:
    """Takes each message once per key, whatever its name means to the settings."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: dict[str, Message] = {}

    async def send(self, message: Message, *, timeout: timedelta) -> str | None:  # noqa: ARG002 - nothing is waited for
        """Keep the message."""
        self.messages.setdefault(message.key, message)
        return f"{self.name}-{len(self.messages)}"


class RecordingChannels(ChannelDirectory):
    """A directory in which every name is a recording channel."""

    def __init__(self) -> None:
        super().__init__({})
        self.named: dict[str, RecordingChannel] = {}

    def channel(self, name: str) -> RecordingChannel:
        """The channel `name`, made when it is first asked for."""
        return self.named.setdefault(name, RecordingChannel(name))
