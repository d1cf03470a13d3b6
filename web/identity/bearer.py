"""Recognises bearer tokens: made tokens, and the intake token of the installation."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from fastapi import Request
from pydantic import SecretStr

from incidents.access.changing import PREFIX
from incidents.access.reading import TokenBook
from models.access import AccessToken, Standing
from models.proof import Proof
from rules.access.tokens import standing
from web.http.reaching import reaching_temporal
from web.identity.asker import ANYBODY, Asker, unknown

SCHEME = "bearer"
"""HTTP compares the scheme without regard to case."""
INTAKE_TOKEN = Asker(name=None, proof=Proof.CLAIMED, source="the intake token")
"""It allows everything and says nothing about who asks: each request claims that."""
MISSING = "send the header Authorization: Bearer TOKEN with a token"
WRONG = f"this token is not known: {MISSING}"
_PARTS = 3


def digest_of(token: str) -> str:
    """A digest to compare instead of the token: all are equally long, so timing reveals nothing."""
    return sha256(token.strip().encode()).hexdigest()


class BearerTokens:
    """Recognises who sends a bearer token.

    `settings` are the tokens of the settings by their names. If the server is `local` and has no
    token of the installation, whoever sends none may claim to be anybody.
    """

    def __init__(
        self,
        book: TokenBook,
        intake_token: SecretStr | None,
        settings: Mapping[str, AccessToken] | None = None,
        *,
        local: bool = True,
    ) -> None:
        self._book = book
        self._settings = tuple((settings or {}).values())
        self._intake = digest_of(intake_token.get_secret_value()) if intake_token else None
        self._open = local and not self._settings and self._intake is None

    async def asker(self, request: Request) -> Asker:
        """Who asks. Raises Refused: 401, or 503 while no tokens are known."""
        said = request.headers.get("Authorization")
        if said is None:
            if self._open:
                return ANYBODY
            raise unknown(MISSING)
        scheme, _, given = said.partition(" ")
        digest = digest_of(given)
        if scheme.lower() != SCHEME:
            raise unknown(MISSING)
        if self._intake and secrets.compare_digest(digest, self._intake):
            return INTAKE_TOKEN
        token = await self._known(given, digest)
        if token is None:
            raise unknown(WRONG)
        ended = standing(token, datetime.now(UTC))
        if ended is not Standing.VALID:
            message = f"the token {token.name} is {ended}: take another one"
            raise unknown(message)
        return Asker(
            name=token.owner,
            proof=Proof.TOKEN,
            source=f"token {token.name}",
            scopes=frozenset(token.scopes),
        )

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
