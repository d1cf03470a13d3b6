"""Channels that record instead of sending: scenario tests end at them."""

import asyncio
from datetime import timedelta

from connectors.channels.directory import ChannelDirectory
from connectors.errors import ConnectorError
from connectors.signed_links import Links
from models.messages.message import Message
from models.messages.reference import Reference
from rehearsal.engine import channels as recording


class RecordingChannel(recording.RecordingChannel):
    """Takes each message once per key; fails as often as a test says."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.attempts = 0
        self.failures: list[ConnectorError] = []
        self.gate: asyncio.Event | None = None

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        respond_url: str | None = None,
    ) -> Reference | None:
        """Records the message, or raises what the test asked for."""
        self.attempts += 1
        if self.gate:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        return await super().send(
            message, timeout=timeout, first_message=first_message, respond_url=respond_url
        )


class RecordingChannels(ChannelDirectory):
    """A directory in which every name is a recording channel."""

    def __init__(self, links: Links | None = None) -> None:
        super().__init__({}, links=links)
        self.named: dict[str, RecordingChannel] = {}

    def channel(self, name: str) -> RecordingChannel:
        """The channel `name`; the first call creates it."""
        if name not in self.named:
            self.named[name] = RecordingChannel(name)
        return self.named[name]
