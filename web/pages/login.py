"""The login of a person with a browser, by a token; and the logout."""

import secrets
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from models.base import Frozen
from web.http.errors import Refused, address_of, log_refusal
from web.identity.cookies import LONGEST_SESSION, Cookies
from web.identity.identified import failed
from web.identity.limits import FailedAttempts
from web.identity.logins import Logins
from web.pages.entry import LOGIN, next_of, redirect
from web.pages.rendering import Pages

log = structlog.get_logger(__name__)

BEFORE = "before"
BOUND = 500
OLD = "this form is too old, or your browser keeps no cookies: try again"


class Before(Frozen):
    """What the cookie says before somebody logs in: that this server gave out the form."""

    once: str = Field(max_length=100)


_BEFORE = TypeAdapter(Before)


class LoginPage:
    """Serves the login."""

    def __init__(
        self, logins: Logins, cookies: Cookies, failures: FailedAttempts, pages: Pages
    ) -> None:
        self._logins = logins
        self._cookies = cookies
        self._failures = failures
        self._pages = pages

    async def show(
        self, request: Request, to: Annotated[str, Query(alias="next", max_length=BOUND)] = "/"
    ) -> Response:
        """Show the form, or go on if there is a session already."""
        try:
            asker = await self._logins.asker(request)
        except Refused as refused:
            log_refusal(refused, request)
            return self._pages.note(refused)
        if asker:
            return redirect(f"{self._pages.base}{next_of(to)}")
        return self.form(next_of(to))

    async def enter(self, request: Request) -> Response:
        """Begin a session."""
        to, name = "/", ""
        try:
            before = self._cookies.kept(request, BEFORE, _BEFORE)
            fields = await self._cookies.form(request, before, OLD)
            to, name = next_of(fields.get("next", "")), fields.get("name", "")[:BOUND]
            answer = redirect(f"{self._pages.base}{to}")
            asker = await self._logins.begin(answer, fields.get("token", "").strip(), name)
        except Refused as refused:
            if refused.status is HTTPStatus.UNAUTHORIZED:
                refused = failed(request, refused, self._failures)
            log_refusal(refused, request)
            return self.form(to, refused, name)
        self._cookies.forget(answer, BEFORE)
        log.info(
            "session.began",
            name=asker.name,
            proof=asker.proof.value,
            source=asker.source,
            address=address_of(request),
        )
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session."""
        try:
            await self._logins.form(request)
        except Refused as refused:
            log_refusal(refused, request)
            return self._pages.note(refused)
        answer = redirect(f"{self._pages.base}{LOGIN}")
        await self._logins.end(request, answer)
        return answer

    @property
    def base(self) -> str:
        """The path below which people reach the server."""
        return self._pages.base

    def form(self, to: str, refused: Refused | None = None, name: str = "") -> Response:
        """The page with the form, and what is wrong so far."""
        answer = Response()
        before = Before(once=secrets.token_urlsafe(12))
        value = self._cookies.signed(BEFORE, before.model_dump())
        self._cookies.keep(answer, BEFORE, value, int(LONGEST_SESSION.total_seconds()))
        page = self._pages.render(
            "login.html",
            HTTPStatus(refused.status) if refused else HTTPStatus.OK,
            {**dict(refused.headers or {})} if refused else None,
            proof=self._cookies.proof(before),
            to=to,
            name=name,
            needs_token=self._logins.needs_token,
            provider=self._logins.provider,
            wrong=str(refused) if refused else "",
        )
        page.headers["Set-Cookie"] = answer.headers["Set-Cookie"]
        return page

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(LOGIN, self.show, methods=["GET"])
        router.add_api_route(LOGIN, self.enter, methods=["POST"])
        router.add_api_route("/logout", self.leave, methods=["POST"])
        return router
