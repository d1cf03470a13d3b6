"""The login of a person with a browser, at the OpenID provider of the installation."""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from runtime.openid import CALLBACK
from web.http.errors import Refused, address_of, log_refusal
from web.identity.cookies import Cookies
from web.identity.identified import failed
from web.identity.limits import FailedAttempts
from web.identity.logins import Logins
from web.identity.oidc.code_flow import COOKIE, remember
from web.identity.oidc.connect import OpenIdConnect
from web.pages.entry import next_of, redirect
from web.pages.login import BOUND, LoginPage

log = structlog.get_logger(__name__)

BEGIN = "/login/oidc"


class OpenIdLogin:
    """Sends browsers to the provider and takes them back."""

    def __init__(
        self,
        openid: OpenIdConnect,
        logins: Logins,
        cookies: Cookies,
        failures: FailedAttempts,
        login: LoginPage,
    ) -> None:
        self._openid = openid
        self._flow = openid.flow
        self._logins = logins
        self._cookies = cookies
        self._failures = failures
        self._login = login

    async def begin(
        self, request: Request, to: Annotated[str, Query(alias="next", max_length=BOUND)] = "/"
    ) -> Response:
        """Send the browser to the provider; if that is away, show the login and say so."""
        try:
            address, value = await self._flow.begin(self._cookies, next_of(to))
        except Refused as refused:
            log_refusal(refused, request)
            return self._login.form(next_of(to), refused)
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        answer = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers=headers)
        remember(self._cookies, answer, value)
        return answer

    async def finish(self, request: Request) -> Response:
        """Begin a session for the person whom the provider sends back."""
        try:
            identity, to = await self._flow.finish(request, self._cookies)
            answer = redirect(f"{self._login.base}{next_of(to)}")
            asker = self._logins.begin_openid(answer, self._openid, identity)
        except Refused as refused:
            if refused.status is HTTPStatus.UNAUTHORIZED:
                refused = failed(request, refused, self._failures)
            log_refusal(refused, request)
            shown = self._login.form("/", refused)
            self._cookies.forget(shown, COOKIE)
            return shown
        self._cookies.forget(answer, COOKIE)
        log.info(
            "session.began",
            name=asker.name,
            proof=asker.proof.value,
            source=asker.source,
            address=address_of(request),
        )
        return answer

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(BEGIN, self.begin, methods=["GET"])
        router.add_api_route(CALLBACK, self.finish, methods=["GET"])
        return router
