"""Recognises bearer tokens: made ones, the intake token, and those of an OpenID provider."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request
from pydantic import SecretStr

from incidents.access.changing import PREFIX, digest_of
from incidents.access.reading import TokenBook
from models.access import AccessToken, EndedSession, Standing
from models.proof import Proof
from rules.access.tokens import standing
from web.http.calling_temporal import reaching_temporal
from web.identity.asker import ANYBODY, Asker, unknown
from web.identity.oidc.connect import OpenIdConnect
from web.identity.oidc.verifying import is_jwt

SCHEME = "bearer"
"""HTTP compares the scheme without regard to case."""
INTAKE_TOKEN = Asker(name=None, proof=Proof.CLAIMED, source="the intake token")
"""It allows everything and says nothing about who asks: each request claims that."""
MISSING = "send the header Authorization: Bearer TOKEN with a token"
WRONG = f"this token is not known: {MISSING}"
_PARTS = 3


class BearerTokens:
    """Recognises who sends a bearer token.

    `settings` are the tokens of the settings by their names; the workers of `task_queue` keep the
    others. `openid` is the provider that knows people. If the server is `local` and has none of
    these and no intake token, whoever sends nothing may claim to be anybody.
    """

    def __init__(
        self,
        book: TokenBook,
        intake_token: SecretStr | None,
        settings: Mapping[str, AccessToken] | None = None,
        *,
        task_queue: str = "",
        local: bool = True,
        openid: OpenIdConnect | None = None,
    ) -> None:
        self.openid = openid
        self._book = book
        self._task_queue = task_queue
        self._settings = tuple((settings or {}).values())
        self._intake = digest_of(intake_token.get_secret_value()) if intake_token else None
        self._open = local and not self._settings and self._intake is None and openid is None

    @property
    def needed(self) -> bool:
        """Whether somebody without a token is refused."""
        return not self._open

    @property
    def intake_digest(self) -> str:
        """A digest of the intake token; empty if there is none."""
        return self._intake or ""

    async def asker(self, request: Request) -> Asker:
        """Who asks. Raises Refused: 401, or 503 while no tokens or keys are known.

        Somebody whom an OpenID provider knows, but the policy does not, gets 403.
        """
        said = request.headers.get("Authorization")
        if said is None:
            if self._open:
                return ANYBODY
            raise unknown(MISSING)
        scheme, _, given = said.partition(" ")
        if scheme.lower() != SCHEME:
            raise unknown(MISSING)
        if self.openid and is_jwt(given):
            return await self.openid.asker(given)
        token = await self.holder(given)
        return asker_with(token) if token else INTAKE_TOKEN

    async def holder(self, given: str) -> AccessToken | None:
        """The token with this secret; None for the intake token.

        Raises Refused: 401, or 503 while no tokens are known.
        """
        digest = digest_of(given)
        if self._intake and secrets.compare_digest(digest, self._intake):
            return None
        token = await self._known(given, digest)
        if token is None:
            raise unknown(WRONG)
        return _valid(token)

    async def with_id(self, token_id: str) -> AccessToken:
        """The token with an id, for somebody who has shown it before. Raises as `holder` does."""
        token = next((kept for kept in self._settings if kept.id == token_id), None)
        if token is None:
            async with reaching_temporal():
                token = await self._book.find(token_id)
        if token is None:
            raise unknown(WRONG)
        return _valid(token)

    async def session_ended(self, session: str) -> bool:
        """Whether somebody ended a session before its time. Raises nothing."""
        return await self._book.session_ended(session)

    async def end_session(self, ended: EndedSession) -> None:
        """End a session, here and in every other process. Raises nothing."""
        await self._book.end_session(self._task_queue, ended)

    async def _known(self, given: str, digest: str) -> AccessToken | None:
        """The token with this secret; None if there is none. Raises Refused (503)."""
        for kept in self._settings:
            if secrets.compare_digest(kept.digest, digest):
                return kept
        parts = given.strip().split("_", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != PREFIX:
            return None
        async with reaching_temporal():
            token = await self._book.find(parts[1])
        if token is None or not secrets.compare_digest(token.digest, digest):
            return None
        await self._book.used(token)
        return token


def _valid(token: AccessToken) -> AccessToken:
    """The token, if it still counts. Raises Refused (401)."""
    ended = standing(token, datetime.now(UTC))
    if ended is not Standing.VALID:
        message = f"the token {token.name} is {ended}: take another one"
        raise unknown(message)
    return token


def asker_with(token: AccessToken) -> Asker:
    """Who asks with a made token."""
    return Asker(
        name=token.owner,
        proof=Proof.TOKEN,
        source=f"token {token.name}",
        scopes=frozenset(token.scopes),
    )
