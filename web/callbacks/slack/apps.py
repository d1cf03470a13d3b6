"""The Slack apps of the settings: those whose requests count, because something proves them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import SecretStr

from connectors.channels.kind import ChannelSettings
from connectors.channels.posting import posted
from connectors.channels.slack import SlackSettings
from connectors.errors import ConnectorError
from connectors.http_clients import made_client
from connectors.slack.api import Slack
from models.addresses import is_exposed, is_loopback, parts_of

if TYPE_CHECKING:
    import httpx2

log = structlog.get_logger(__name__)

ATTEMPT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class SlackApp:
    """An app: its Web API, and what proves that a request comes from it."""

    slack: Slack
    client: "httpx2.AsyncClient"
    signing_secret: SecretStr | None = None
    app_token: SecretStr | None = None
    url: str = ""

    @property
    def name(self) -> str:
        """The channel of the settings that has the app."""
        return self.slack.channel

    async def tell(self, response_url: str, said: Mapping[str, Any]) -> None:
        """Answer what somebody did, at the address that Slack gave for it. Raises nothing.

        The address is a secret, because it is enough for an answer. Only the memory of this process
        has it.
        """
        parts = parts_of(response_url)
        if parts is None or is_exposed(parts):
            return
        try:
            await posted(
                self.name,
                self.client,
                response_url,
                body=json.dumps(said),
                token=None,
                timeout=ATTEMPT,
            )
        except ConnectorError as error:
            log.warning("slack.not_told", channel=self.name, error=error.reason)


@asynccontextmanager
async def slack_apps(
    channels: Mapping[str, ChannelSettings],
) -> AsyncIterator[tuple[SlackApp, ...]]:
    """The apps behind the channels, each once; closes their connections in the end."""
    found: dict[str, SlackApp] = {}
    async with AsyncExitStack() as clients:
        for name, said in channels.items():
            if not isinstance(said, SlackSettings) or not (said.signing_secret or said.app_token):
                continue
            key = said.token.get_secret_value()
            if key not in found:
                parts = parts_of(said.url)
                here = parts is not None and is_loopback(parts.hostname)
                client = await clients.enter_async_context(made_client(here=here))
                slack = Slack(name, said.token, client, said.url)
                secrets = (said.signing_secret, said.app_token)
                found[key] = SlackApp(slack, client, *secrets, said.url)
        yield tuple(found.values())
