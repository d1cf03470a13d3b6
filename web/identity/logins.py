"""Logins of people with a browser: a signed cookie says who somebody is, never their token.

Each request looks the token up again, so a token that is revoked or expires ends its sessions. So
does it with whoever an OpenID provider knows: the policy must still say who that is.
"""

import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from connectors.signed_links import LinkKeys
from models.access import EndedSession
from models.base import Frozen
from models.proof import Proof
from rules.people.naming.names import spelling_flaw
from web.http.errors import Refused
from web.identity.asker import Asker
from web.identity.bearer_tokens import INTAKE_TOKEN, BearerTokens, asker_with
from web.identity.cookies import LONGEST_SESSION, Cookies
from web.identity.oidc.connect import OpenIdConnect
from web.identity.oidc.people import LONGEST

COOKIE = "session"
NAME_BOUND = 200
LOST = "this form does not belong to your session: load the page again"
_INTAKE, _PROVIDER = "intake", "provider"


class Login(Frozen):
    """What the cookie of a session says.

    `token` is the id of a made token, `identity` is how an OpenID provider knows somebody, and
    `provider` a digest of its settings at that time. Without these, `name` is a claim, and `intake`
    is a digest of the intake token at that time. `until` is in seconds since 1970; `once` is
    random, so that each session has forms of its own.
    """

    name: str = Field(max_length=NAME_BOUND)
    token: str = Field(default="", max_length=100)
    intake: str = Field(default="", max_length=100)
    identity: str = Field(default="", max_length=LONGEST)
    provider: str = Field(default="", max_length=100)
    until: int
    once: str = Field(max_length=100)


_LOGIN = TypeAdapter(Login)


class Logins:
    """Begins, reads and ends the sessions of people."""

    def __init__(self, cookies: Cookies, keys: LinkKeys, tokens: BearerTokens) -> None:
        self._cookies = cookies
        self._keys = keys
        self._tokens = tokens
        self._openid = tokens.openid

    @property
    def needs_token(self) -> bool:
        """Whether a name alone is not enough."""
        return self._tokens.needed

    @property
    def provider(self) -> str | None:
        """The OpenID provider at which people can log in; None if there is none."""
        openid = self._openid
        return openid.settings.host if openid and openid.logs_in else None

    async def begin(self, answer: Response, given: str, claimed: str) -> Asker:
        """Let the browser hold a session of a token, or of a name. Raises Refused."""
        token = await self._tokens.holder(given) if given or self.needs_token else None
        name = token.owner if token else _claim(claimed)
        login = Login(
            name=name,
            token=token.id if token else "",
            intake="" if token else self._intake(),
            until=_end_of(LONGEST_SESSION),
            once=secrets.token_urlsafe(12),
        )
        self._keep(answer, login, LONGEST_SESSION)
        return asker_with(token) if token else self._claimed(name)

    def begin_openid(self, answer: Response, openid: OpenIdConnect, identity: str) -> Asker:
        """Let the browser hold a session of whom an OpenID provider knows. Raises Refused."""
        asker = openid.people.asker(identity)
        lasts = min(openid.settings.session, LONGEST_SESSION)
        login = Login(
            name=asker.name or "",
            identity=identity,
            provider=self._provider(openid),
            until=_end_of(lasts),
            once=secrets.token_urlsafe(12),
        )
        self._keep(answer, login, lasts)
        return asker

    async def end(self, request: Request, answer: Response) -> None:
        """Let the browser forget its session, and make copies of its cookie worthless."""
        login = self._held(request)
        if login:
            until = datetime.fromtimestamp(login.until, UTC)
            owner = login.token or (login.name if login.identity else "claimed")
            ended = EndedSession(id=login.once, until=until, owner=owner[:NAME_BOUND])
            await self._tokens.end_session(ended)
        self._cookies.forget(answer, COOKIE)

    async def asker(self, request: Request) -> Asker | None:
        """Who asks; None without a session that still counts. Raises Refused (503)."""
        login = self._held(request)
        if login is None or await self._tokens.session_ended(login.once):
            return None
        if login.identity:
            return self._identified(login)
        if not login.token:
            possible = not self.needs_token or self._tokens.intake_digest
            same = secrets.compare_digest(login.intake, self._intake())
            return self._claimed(login.name) if possible and same else None
        try:
            return asker_with(await self._tokens.with_id(login.token))
        except Refused as refused:
            if refused.status is HTTPStatus.UNAUTHORIZED:
                return None
            raise

    def _identified(self, login: Login) -> Asker | None:
        """Who asks with the session of an OpenID login, if the policy still says so."""
        openid = self._openid
        if openid is None or not openid.logs_in:
            return None
        if not secrets.compare_digest(login.provider, self._provider(openid)):
            return None
        named = openid.people.named(login.identity)
        return openid.people.asker(login.identity) if named == login.name else None

    def form_proof(self, request: Request) -> str:
        """What a form must carry, so that no other page can send it."""
        login = self._held(request)
        return self._cookies.proof(login) if login else ""

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that a page of this session sent. Raises Refused."""
        return await self._cookies.form(request, self._held(request), LOST)

    async def fields(self, request: Request, limit: int) -> tuple[dict[str, str], bool]:
        """The fields of a form, and whether a page of this session sent it. Raises Refused."""
        return await self._cookies.fields(request, self._held(request), limit)

    def _held(self, request: Request) -> Login | None:
        login = self._cookies.kept(request, COOKIE, _LOGIN)
        over = login is None or datetime.now(UTC).timestamp() >= login.until
        return None if over else login

    def _keep(self, answer: Response, login: Login, lasts: timedelta) -> None:
        value = self._cookies.signed(COOKIE, login.model_dump())
        self._cookies.keep(answer, COOKIE, value, int(lasts.total_seconds()))

    def _provider(self, openid: OpenIdConnect) -> str:
        said = openid.settings
        return self._keys.proof_of(f"{said.issuer} {said.client_id} {said.claim}", _PROVIDER)

    def _intake(self) -> str:
        return self._keys.proof_of(self._tokens.intake_digest, _INTAKE)

    def _claimed(self, name: str) -> Asker:
        source = INTAKE_TOKEN.source if self.needs_token else "a claim"
        return Asker(name=name, proof=Proof.CLAIMED, source=source)


def _end_of(session: timedelta) -> int:
    return int((datetime.now(UTC) + session).timestamp())


def _claim(claimed: str) -> str:
    """The name that somebody claims. Raises Refused (422)."""
    name = claimed.strip()
    wrong = "is missing: say who you are" if not name else spelling_flaw(name)
    wrong = f"has more than {NAME_BOUND} characters" if len(name) > NAME_BOUND else wrong
    if wrong:
        message = f"your name {wrong}"
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed", message)
    return name
