"""Which channel a name means. Policies name channels; only the settings know their addresses."""

import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

import httpx2

from connectors.channels.console import ConsoleChannel
from connectors.channels.email import EmailChannel
from connectors.channels.log import LogChannel
from connectors.channels.protocol import Channel
from connectors.channels.settings import ChannelKind, ChannelSettings
from connectors.channels.webhook import WebhookChannel
from connectors.errors import PermanentError

BUILT_IN: Mapping[str, ChannelSettings] = {
    "console": ChannelSettings(kind=ChannelKind.CONSOLE),
    "log": ChannelSettings(kind=ChannelKind.LOG),
}
"""Channels that exist without settings; settings of the same name replace them."""


class ChannelDirectory:
    """The channels of one process. All webhooks share one HTTP client; close it with `aclose`."""

    def __init__(
        self, settings: Mapping[str, ChannelSettings], *, stream: TextIO | None = None
    ) -> None:
        self._settings = {**BUILT_IN, **settings}
        self._stream = stream or sys.stdout
        self._channels: dict[str, Channel] = {}
        self._client: httpx2.AsyncClient | None = None

    def channel(self, name: str) -> Channel:
        """The channel `name`. Raises PermanentError where no setting resolves the name."""
        if name not in self._channels:
            settings = self._settings.get(name)
            if settings is None:
                raise PermanentError(name, "no setting says what this channel is")
            self._channels[name] = self._made(name, settings)
        return self._channels[name]

    def unresolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that no setting resolves, each once, in order."""
        return tuple(dict.fromkeys(name for name in names if name not in self._settings))

    async def aclose(self) -> None:
        """Close what is open. A channel asked for later opens anew."""
        client, self._client = self._client, None
        self._channels.clear()
        if client is not None:
            await client.aclose()

    def _made(self, name: str, settings: ChannelSettings) -> Channel:
        if settings.kind is ChannelKind.WEBHOOK:
            self._client = self._client or httpx2.AsyncClient(follow_redirects=False)
            return WebhookChannel(name, settings, self._client)
        if settings.kind is ChannelKind.EMAIL:
            return EmailChannel(name, settings)
        if settings.kind is ChannelKind.LOG:
            return LogChannel(name, settings.path)
        return ConsoleChannel(name, self._stream)
