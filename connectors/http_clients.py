"""HTTP clients that keep nothing of an answer."""

from functools import cache
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    import httpx2


class _NoCookies(CookieJar):
    """Takes no cookie and sends none.

    All webhooks, or all feeds, share a client. A cookie of one would go to others of its host: a
    secret to somebody else, and with enough of them each request too long to be accepted.
    """

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Take none."""

    def add_cookie_header(self, request: Any) -> None:
        """Send none."""


def made_client(*, here: bool) -> "httpx2.AsyncClient":
    """A client for addresses on this machine (`here`), which bypass the proxy, or for others.

    It follows no redirects. A proxy from the environment would read the token of a webhook on this
    machine without TLS.
    """
    import httpx2  # noqa: PLC0415 - no setting needs it

    return httpx2.AsyncClient(
        follow_redirects=False,
        trust_env=not here,
        cookies=_NoCookies(),
        verify=_trusted(environment=not here),
    )


@cache
def _trusted(*, environment: bool) -> "ssl.SSLContext":
    """The certificates that this machine trusts; the `environment` may name others.

    All clients share them: to read them takes longer than to make a client.
    """
    import httpx2  # noqa: PLC0415 - no setting needs it

    return httpx2.create_ssl_context(trust_env=environment)
