"""Channels that record instead of sending: the edge of the world in scenario tests."""

import asyncio
from datetime import timedelta

from connectors.channels.directory import ChannelDirectory
from connectors.errors import ConnectorError
from models.messages.message import Message
from models.messages.reference import Reference
from rehearsal import channels as recording


class RecordingChannel(recording.RecordingChannel):
    """Takes each message once per key; fails as often as it is told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.attempts = 0
        self.failures: list[ConnectorError] = []
        self.gate: asyncio.Event | None = None

    async def send(
        self, message: Message, *, timeout: timedelta, first_message: Reference | None = None
    ) -> Reference | None:
        """Record it, or raise what the test asked for."""
        self.attempts += 1
        if self.gate:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        return await super().send(message, timeout=timeout, first_message=first_message)


class RecordingChannels(ChannelDirectory):
    """A directory in which every name is a recording channel."""

    def __init__(self) -> None:
        super().__init__({})
        self.named: dict[str, RecordingChannel] = {}

    def channel(self, name: str) -> RecordingChannel:
        """The channel `name`, made when it is first asked for."""
        if name not in self.named:
            self.named[name] = RecordingChannel(name)
        return self.named[name]
