"""The names by which clients may reach the web server.

A page in a browser on this machine can reach the web server by a name of its own that points here
("DNS rebinding"). That name is then in the header Host, which a page cannot change.
"""

from collections.abc import Iterable
from http import HTTPStatus

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.hosts import ANY, Hosts
from web.http.errors import Refused, answer

log = structlog.get_logger(__name__)


class KnownHosts:
    """Passes a request on if its Host is an IP address, localhost, or one of `names`."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = Hosts(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or self._hosts.know(_hosts_of(scope)):
            await self._app(scope, receive, send)
            return
        refused = Refused(
            HTTPStatus.MISDIRECTED_REQUEST,
            "UnknownHost",
            "the header Host has a name that the web server does not accept: use its IP address or "
            f"localhost, or list its names in INCIDENT_WEB_NAMES ({ANY} means any name)",
        )
        client = scope.get("client")
        log.warning(
            "host.unknown",
            address=client[0] if client else "unknown",
            hosts=[host[:200] for host in _hosts_of(scope)[:3]],
        )
        await answer(refused)(scope, receive, send)


def _hosts_of(scope: Scope) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
