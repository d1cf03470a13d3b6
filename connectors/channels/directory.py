"""Finds channels by name. Policies name channels; only the settings know their addresses."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from connectors.channels.kind import ChannelSettings, Repeat, Tools
from connectors.channels.kinds import KINDS, channel_settings
from connectors.channels.protocol import Channel, Editing, KeepsPlaces
from connectors.channels.share import Share
from connectors.channels.webhook import WebhookSettings
from connectors.errors import PermanentError
from connectors.http_clients import made_client
from connectors.signed_links import Links
from models.addresses import is_loopback, parts_of
from models.messages.live import LiveMessage
from models.messages.message import Message
from models.messages.place import KeptPlace, PlaceWanted
from models.messages.reference import Reference

if TYPE_CHECKING:
    import httpx2

BUILT_IN: Mapping[str, ChannelSettings] = {
    "console": channel_settings({"kind": "console"}),
    "log": channel_settings({"kind": "log"}),
}
"""Channels that exist without settings; settings of the same name replace them."""


class ChannelDirectory:
    """The channels of one process. Webhooks share HTTP clients; close them with `aclose`."""

    def __init__(
        self,
        settings: Mapping[str, ChannelSettings],
        *,
        stream: TextIO | None = None,
        links: Links | None = None,
    ) -> None:
        self._settings = {**BUILT_IN, **settings}
        self._links = links
        self._stream = stream or sys.stdout
        self._channels: dict[str, Channel] = {}
        self._clients: dict[bool, httpx2.AsyncClient] = {}
        self._share = Share()

    def channel(self, name: str) -> Channel:
        """The channel `name`. Raises PermanentError if no setting resolves the name."""
        if name not in self._channels:
            settings = self._settings.get(name)
            if settings is None:
                raise PermanentError(name, "no setting says what this channel is")
            self._channels[name] = self._made(name, settings)
        return self._channels[name]

    def prepare(self) -> None:
        """Make every channel of the settings, so that no page waits for what a channel imports."""
        for name in self._settings:
            self.channel(name)

    async def send(
        self,
        name: str,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,
        fresh: bool = False,
    ) -> Reference | None:
        """Send a message over the channel `name`, with its own link if it has one.

        A `fresh` message was never tried before. Raises as a channel does, and PermanentError if no
        setting resolves the name.
        """
        channel = self.channel(name)
        new = {"fresh": fresh} if self._looks(name) else {}
        with self._share.of(name) if message.event else nullcontext():
            return await channel.send(
                message,
                timeout=timeout,
                first_message=first_message,
                respond_url=self._links.of(message) if self._links else None,
                **new,
            )

    async def edit(
        self, name: str, live: LiveMessage, reference: Reference, *, timeout: timedelta
    ) -> None:
        """Let an earlier message of the channel `name` show something else.

        Raises as a channel does, and PermanentError if this one cannot.
        """
        channel = self.channel(name)
        if not isinstance(channel, Editing):
            raise PermanentError(name, "this kind of channel changes no message")
        link = self._links.of(live) if self._links else None
        await channel.edit(live, reference, timeout=timeout, respond_url=link)

    async def keep(
        self, name: str, wanted: PlaceWanted, kept: KeptPlace | None, *, timeout: timedelta
    ) -> KeptPlace:
        """See to the place of an incident on the channel `name`.

        Raises as a channel does, and PermanentError if this one makes no places.
        """
        channel = self.channel(name)
        if not isinstance(channel, KeepsPlaces):
            raise PermanentError(name, "this kind of channel makes no place for an incident")
        return await channel.keep(wanted, kept, timeout=timeout)

    def unresolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names that no setting resolves, each once, in order."""
        return tuple(dict.fromkeys(name for name in names if name not in self._settings))

    def unsigned(self, names: Iterable[str]) -> tuple[str, ...]:
        """The webhooks among the names whose settings have no secret, so that no event leaves."""
        known = ((name, self._settings.get(name)) for name in dict.fromkeys(names))
        return tuple(n for n, of in known if isinstance(of, WebhookSettings) and not of.secrets)

    async def aclose(self) -> None:
        """Close what is open. A later request for a channel opens it again."""
        clients, self._clients = self._clients, {}
        self._channels.clear()
        for client in clients.values():
            await client.aclose()

    def kind_of(self, name: str) -> str | None:
        """The kind that the settings give a channel; None if no setting resolves the name."""
        settings = self._settings.get(name)
        return settings.kind if settings else None

    def _looks(self, name: str) -> bool:
        kind = self.kind_of(name)
        return kind is not None and KINDS[kind].repeat is Repeat.FINDS_EARLIER

    def _made(self, name: str, settings: ChannelSettings) -> Channel:
        pages = self._links.public_url if self._links else None
        tools = Tools(self._stream, self._client_for, pages)
        return KINDS[settings.kind].make(name, settings, tools)

    def _client_for(self, url: str | None) -> "httpx2.AsyncClient":
        """The HTTP client for an address: one for this machine, one for all others."""
        parts = parts_of(url)
        here = parts is not None and is_loopback(parts.hostname)
        if here not in self._clients:
            self._clients[here] = made_client(here=here)
        return self._clients[here]
