"""Socket Mode: the web server calls Slack, and gets over that connection what people do.

It is for installations that Slack cannot reach. The client of `slack_sdk` holds the connection and
makes a new one when Slack asks for it; it works in threads, so this hands its messages to the event
loop. What it must not do here, it does not: it reads no answer without a bound, and logs nothing,
because its logs have addresses that are secret.
"""

import asyncio
import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import SecretStr

from connectors.errors import ConnectorError
from connectors.slack.api import Slack
from models.addresses import is_loopback
from web.callbacks.slack.dispatcher import Dispatcher
from web.callbacks.slack.signature import BODY_BOUND
from web.http.errors import Refused

if TYPE_CHECKING:
    from slack_sdk.socket_mode.builtin import SocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger(__name__)

MOST_WAITING = 200
_ANSWER_WITHIN_SECONDS = 10.0
"""An answer takes less than three seconds; this only keeps a thread from waiting for ever."""
_OPEN_WITHIN = timedelta(seconds=10)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0


class Socket:
    """Owns the connection of one app, from `start` to `aclose`."""

    def __init__(self, dispatcher: Dispatcher, app_token: SecretStr) -> None:
        app = dispatcher.app
        self._dispatcher = dispatcher
        self._api = Slack(app.name, app_token, app.client, app.url)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: SocketModeClient | None = None
        self._closed = threading.Event()

    def start(self) -> None:
        """Connect, as soon as Slack can be reached."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._connected, name="slack-socket", daemon=True).start()

    def _connected(self) -> None:
        """Begin; once Slack has named an address, the client itself sees to the connection."""
        client = self._client = self._made()
        pause = FIRST_PAUSE_SECONDS
        while not self._closed.is_set():
            try:
                client.connect()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may help
                log.warning("slack.not_connected", channel=self._api.channel, error=_why(error))
            else:
                return
            self._closed.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _heard(self, _: Any, message: Mapping[str, Any], __: Any = None) -> None:
        if message.get("type") == "hello":
            log.info("slack.connected", channel=self._api.channel)

    def _made(self) -> "SocketModeClient":
        from slack_sdk.socket_mode.builtin import SocketModeClient  # noqa: PLC0415 - few need it

        socket = self

        class Bounded(SocketModeClient):
            """Takes no message that is too large, and none while too many wait."""

            def issue_new_wss_url(self) -> str:
                return socket.address()

            def enqueue_message(self, message: str) -> None:
                if len(message) > BODY_BOUND or self.message_queue.qsize() > MOST_WAITING:
                    log.warning("slack.message_dropped", size=len(message))
                    return
                super().enqueue_message(message)

        silent = logging.getLogger("slack_sdk")
        silent.setLevel(logging.CRITICAL + 1)
        client = Bounded(app_token="", logger=silent)
        client.message_listeners.append(self._heard)
        client.socket_mode_request_listeners.append(self._came)
        return client

    def address(self) -> str:
        """Where to connect to; the address is a secret, and good for one connection.

        Raises ConnectorError.
        """
        asked = self._api.call("apps.connections.open", _OPEN_WITHIN)
        url = str(self._in_loop(asked).get("url") or "")
        secure = url.startswith("wss://")
        if not secure and not is_loopback(url.removeprefix("ws://").partition(":")[0]):
            raise ConnectorError(self._api.channel, "Slack names no address to connect to")
        return url

    def _came(self, client: Any, request: "SocketModeRequest") -> None:
        """Do what a message asks for, and acknowledge it; without that, Slack sends it again."""
        from slack_sdk.socket_mode.response import SocketModeResponse  # noqa: PLC0415 - see above

        said = self._in_loop(self._answer(request.type, request.payload))
        if said is not None:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, said or None))

    async def _answer(self, kind: str, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            match kind:
                case "interactive":
                    return await self._dispatcher.interaction(payload)
                case "slash_commands":
                    form = {name: text for name, text in payload.items() if isinstance(text, str)}
                    return await self._dispatcher.command(form)
                case "events_api":
                    return await self._dispatcher.event(payload)
                case _:
                    return {}
        except Refused as refused:
            log.warning("slack.refused", channel=self._api.channel, error=refused.kind)
            return {}
        except Exception as error:  # noqa: BLE001 - the library would say nothing about it
            log.error("slack.broken", channel=self._api.channel, error=type(error).__name__)
            return None

    def _in_loop(self, work: Any) -> Any:
        """Wait in a thread for what the event loop does."""
        if self._loop is None:
            raise RuntimeError("not started")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(_ANSWER_WITHIN_SECONDS)

    async def aclose(self) -> None:
        """End the connection, and wait for none of its threads: each may take seconds."""
        self._closed.set()
        if self._client is not None:
            threading.Thread(target=self._client.close, daemon=True).start()


def _why(error: Exception) -> str:
    """What went wrong, in our own words: others may have the address in theirs."""
    return error.reason if isinstance(error, ConnectorError) else type(error).__name__


def sockets_of(dispatchers: Iterable[Dispatcher]) -> tuple[Socket, ...]:
    """A socket for each app that has a token for Socket Mode."""
    apps = ((each, each.app.app_token) for each in dispatchers)
    return tuple(Socket(dispatcher, token) for dispatcher, token in apps if token)
