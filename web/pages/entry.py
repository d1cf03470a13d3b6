"""Lets a browser with a session see pages; sends others to the login."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from models.access import Scope
from rules.access.tokens import allows
from web.http.errors import Refused, address_of, log_refusal
from web.identity.asker import Asker
from web.identity.logins import Logins
from web.identity.rates import Rates
from web.pages.rendering import Pages

LOGIN = "/login"
OURS = re.compile(
    r"/(incidents/[A-Za-z0-9._~-]{1,200}|oncall|report)?(\?[A-Za-z0-9._~&=%+-]{0,500})?"
)
"""Where a login may lead to: pages of this server, never another place."""
PART = "HX-Request"
"""The header with which a page asks for a part of itself."""

Show = Callable[["Visitor"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, and what its forms must carry."""

    asker: Asker
    proof: str

    @property
    def name(self) -> str:
        """Who they are, or claim to be."""
        return self.asker.name or ""

    def may(self, scope: Scope) -> bool:
        """Whether the credential has a scope."""
        return allows(self.asker.scopes, scope, None)


def redirect(to: str) -> Response:
    """Send the browser to another page of this server."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER, headers=headers)


def next_of(given: str) -> str:
    """Where a login leads to: what was asked for, if it is a page of ours; else the board."""
    return given if OURS.fullmatch(given) else "/"


class Entry:
    """Finds out who looks at a page."""

    def __init__(self, logins: Logins, pages: Pages, rates: Rates) -> None:
        self._logins = logins
        self._pages = pages
        self._rates = rates

    async def enter(
        self,
        request: Request,
        show: Show,
        scope: Scope = Scope.READ,
        otherwise: Callable[[Refused | None], Response] | None = None,
    ) -> Response:
        """Show a page to people whose credential has the scope; a refusal becomes a page, too.

        `otherwise` makes the page of a refusal; without one, there is no session, which else leads
        to the login.
        """
        try:
            asker = await self._logins.asker(request)
            if asker is None:
                return otherwise(None) if otherwise else self._login(request)
            self._rates.check(asker, address_of(request))
            asker.may(scope)
            return await show(Visitor(asker, self._logins.form_proof(request)))
        except Refused as refused:
            log_refusal(refused, request)
            return otherwise(refused) if otherwise else self._pages.note(refused)

    async def asker(self, request: Request) -> Asker | None:
        """Whose session it is; None without one. Raises Refused."""
        asker = await self._logins.asker(request)
        if asker is not None:
            asker.may(Scope.READ)
        return asker

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that a page of this session sent. Raises Refused."""
        return await self._logins.form(request)

    async def fields(self, request: Request, limit: int) -> tuple[dict[str, str], bool]:
        """The fields of a form, and whether a page of this session sent it. Raises Refused."""
        return await self._logins.fields(request, limit)

    def _login(self, request: Request) -> Response:
        if PART in request.headers:
            # The whole page loads again, and that leads to the login.
            headers = {"HX-Refresh": "true", "Cache-Control": "no-store"}
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers=headers)
        if request.method != "GET":
            return redirect(f"{self._pages.base}{LOGIN}")
        asked = request.url.path.removeprefix(self._pages.base)
        asked += f"?{request.url.query}" if request.url.query else ""
        to = next_of(asked)
        after = "" if to == "/" else f"?next={quote(to, safe='')}"
        return redirect(f"{self._pages.base}{LOGIN}{after}")
