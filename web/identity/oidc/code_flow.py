"""The login of a browser at an OpenID provider: authorization code, PKCE, state and nonce.

A signed cookie remembers the attempt in the browser that began it, and ends after ten minutes.
"""

import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlencode

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from models.base import Frozen
from runtime.openid import OpenId
from web.identity.asker import unknown
from web.identity.cookies import Cookies
from web.identity.oidc.fetching import ProviderAway, ask
from web.identity.oidc.people import People
from web.identity.oidc.provider import Known, Provider
from web.identity.oidc.verifying import LONGEST_TOKEN, Verifier, not_now

COOKIE = "oidc"
ATTEMPT_SECONDS = 600
MOST_USED = 10_000
"""Attempts that are remembered after their end; more push out the oldest."""
LONGEST_PARAMETER = 4000
AGAIN = "log in again"
NO_LOGIN = "has no login for people"
STRANGE = f"this login did not begin in this browser, is over, or is too old: {AGAIN}"
_CODE = re.compile(r"[a-z_]{1,40}")


class Attempt(Frozen):
    """A login that began: what must come back, and where it leads. `until` as in `Login`."""

    state: str = Field(max_length=100)
    nonce: str = Field(max_length=100)
    verifier: str = Field(max_length=100)
    to: str = Field(max_length=1000)
    until: int


_ATTEMPT = TypeAdapter(Attempt)


class CodeFlow:
    """Sends browsers to the provider, and finds out who came back."""

    def __init__(
        self,
        openid: OpenId,
        provider: Provider,
        verifier: Verifier,
        people: People,
    ) -> None:
        self._openid = openid
        self._client = openid.client_id or ""
        self._provider = provider
        self._verifier = verifier
        self._people = people
        self._used: OrderedDict[str, float] = OrderedDict()

    async def begin(self, cookies: Cookies, to: str) -> tuple[str, str]:
        """The address at the provider, and the cookie's value. Raises Refused (503)."""
        known = await self._reached()
        if not known.authorize:
            raise not_now(ProviderAway(NO_LOGIN))
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            to=to,
            until=int(datetime.now(UTC).timestamp()) + ATTEMPT_SECONDS,
        )
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._openid.redirect_uri,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in known.authorize else "?"
        address = f"{known.authorize}{joint}{urlencode(asked)}"
        return address, cookies.signed(COOKIE, attempt.model_dump())

    async def finish(self, request: Request, cookies: Cookies) -> tuple[str, str]:
        """The identity of the person who came back, and where the login leads. Raises Refused."""
        attempt = cookies.kept(request, COOKIE, _ATTEMPT)
        given = {name: request.query_params.get(name, "") for name in ("state", "code", "iss")}
        if attempt is None or datetime.now(UTC).timestamp() >= attempt.until:
            raise unknown(STRANGE)
        if not secrets.compare_digest(attempt.state.encode(), given["state"].encode()):
            raise unknown(STRANGE)
        if not self._first_time(attempt.state):
            raise unknown(STRANGE)
        if given["iss"] and given["iss"] != self._openid.issuer:
            raise unknown(f"another issuer answered: {AGAIN}")
        if error := request.query_params.get("error"):
            said = error if _CODE.fullmatch(error) else "an error"
            raise unknown(f"the OpenID provider refused the login ({said}): {AGAIN}")
        if not 0 < len(given["code"]) <= LONGEST_PARAMETER:
            raise unknown(STRANGE)
        try:
            claims = await self._claims(attempt, given["code"])
        except ProviderAway as away:
            raise not_now(away) from None
        return self._people.identity(claims), attempt.to

    def _first_time(self, state: str) -> bool:
        """Whether an attempt ends for the first time at this server."""
        now = time.monotonic()
        while self._used and (
            len(self._used) >= MOST_USED or next(iter(self._used.values())) <= now
        ):
            self._used.popitem(last=False)
        if state in self._used:
            return False
        self._used[state] = now + ATTEMPT_SECONDS
        return True

    async def _claims(self, attempt: Attempt, code: str) -> dict[str, Any]:
        """What the provider says about the person who came back. Raises Refused, ProviderAway."""
        known = await self._reached()
        said = await self._exchanged(known, attempt, code)
        token = said.get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise unknown(f"the OpenID provider did not say who you are: {AGAIN}")
        claims = await self._verifier.claims(token, self._client, attempt.nonce)
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (party is not None or several) and party != self._client:
            raise unknown(f"the OpenID provider answered for another client: {AGAIN}")
        if self._people.complete(claims) or known.userinfo is None:
            return claims
        return await self._more(known.userinfo, said.get("access_token"), claims)

    async def _exchanged(self, known: Known, attempt: Attempt, code: str) -> dict[str, Any]:
        """The tokens for a code. Raises Refused, ProviderAway."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._openid.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self._client,
        }
        secret, login = self._openid.client_secret, None
        if secret is not None and known.by_form:
            form["client_secret"] = secret.get_secret_value()
        elif secret is not None:
            login = (quote_plus(self._client), quote_plus(secret.get_secret_value()))
        if not known.token:
            raise ProviderAway(NO_LOGIN)
        answer = await ask(known.token, form, login=login)
        if answer.status is not HTTPStatus.OK:
            status = int(answer.status)
            raise unknown(f"the OpenID provider refused the login ({status}): {AGAIN}")
        return answer.said

    async def _more(self, address: str, access: object, claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells of the same person elsewhere. Raises ProviderAway."""
        if not isinstance(access, str) or not 0 < len(access) <= LONGEST_TOKEN:
            return claims
        if not (access.isascii() and access.isprintable()):
            return claims
        answer = await ask(address, bearer=access)
        same = answer.status is HTTPStatus.OK and answer.said.get("sub") == claims["sub"]
        return answer.said if same else claims

    async def _reached(self) -> Known:
        try:
            return await self._provider.known()
        except ProviderAway as away:
            raise not_now(away) from None


def remember(cookies: Cookies, answer: Response, value: str) -> None:
    """Let the browser remember its attempt."""
    cookies.keep(answer, COOKIE, value, ATTEMPT_SECONDS)
