"""Where a request comes from, if it comes through proxies that the installation trusts."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from models.addresses import is_address

HEADER = b"x-forwarded-for"


class Forwarded:
    """Takes the client's address from X-Forwarded-For, through `hops` proxies and no more.

    Each proxy adds the address that it was asked from, at the end. Whatever stands before those
    of the trusted proxies is what somebody claims.
    """

    def __init__(self, app: ASGIApp, hops: int = 0) -> None:
        self._app = app
        self._hops = hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the address of its client."""
        if self._hops and scope["type"] == "http":
            found = client_of(
                (value for name, value in scope["headers"] if name == HEADER), self._hops
            )
            if found:
                scope = {**scope, "client": (found, 0)}
        await self._app(scope, receive, send)


def client_of(said: Iterable[bytes], hops: int) -> str | None:
    """The address that the first trusted proxy was asked from; None if the headers say none."""
    added = b",".join(said).decode("latin-1").split(",")[-hops:]
    address = _without_port(added[0].strip())
    return address if is_address(address) else None


def _without_port(said: str) -> str:
    if said.startswith("["):
        return said[1:].partition("]")[0]
    host, colon, _ = said.partition(":")
    return host if colon and said.count(":") == 1 else said
