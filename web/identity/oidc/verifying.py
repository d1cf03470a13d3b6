"""Verifies the tokens of an OpenID provider: who signed them, for whom, and until when."""

import json
import re
import warnings
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jwt
from joserfc.errors import ClaimError, JoseError, SecurityWarning
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from runtime.openid import OpenId
from web.http.errors import Refused, unavailable
from web.identity.asker import unknown
from web.identity.oidc.fetching import ProviderAway
from web.identity.oidc.provider import ALGORITHMS, Provider

LONGEST_TOKEN = 16 * 1024
LONGEST_HEADER = 4 * 1024
LEEWAY_SECONDS = 30
"""How far the clocks of the provider and of this machine may differ."""
KINDS = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
"""What a token may call itself: tokens for another purpose do not count."""
_JWT = re.compile(r"ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
_CLAIMS = {
    "iss": "is from another issuer",
    "aud": "is for another audience",
    "exp": "has expired",
    "nbf": "does not count yet",
    "iat": "was made in the future",
    "nonce": "belongs to another login",
}
LACKS = "lacks iss, aud, exp or sub"


def is_jwt(given: str) -> bool:
    """Whether a credential looks like a token of an OpenID provider."""
    return bool(_JWT.fullmatch(given))


def not_now(away: ProviderAway) -> Refused:
    """Refuse for now, because the provider is away."""
    message = f"the OpenID provider {away}: use a token, or try again"
    return unavailable("OpenIdNotReachable", message)


class Verifier:
    """Verifies tokens."""

    def __init__(self, openid: OpenId, provider: Provider) -> None:
        self._openid = openid
        self._provider = provider
        self._registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        self._registry.max_header_length = LONGEST_HEADER

    async def claims(self, token: str, audience: str, nonce: str | None = None) -> dict[str, Any]:
        """What a token says. Raises Refused: 401, or 503 if the provider never gave its keys.

        With a `nonce`, it must be the token of that login.
        """
        algorithm, name = _header(token)
        try:
            key = await self._provider.key(name, algorithm)
        except ProviderAway as away:
            raise not_now(away) from None
        if key is None:
            raise _wrong("is signed with a key that the OpenID provider does not have")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)
                claims = jwt.decode(token, key, registry=self._registry).claims
            self._required(audience, nonce).validate(claims)
        except ClaimError as error:
            raise _wrong(_CLAIMS.get(str(error.claim), LACKS)) from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _wrong("is not signed by the OpenID provider") from None
        if "cnf" in claims:
            raise _wrong("is bound to a key, and nothing proves who has that")
        return claims

    def _required(self, audience: str, nonce: str | None) -> JWTClaimsRegistry:
        options: dict[str, ClaimsOption] = {
            "iss": {"essential": True, "value": self._openid.issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        if nonce is not None:
            options["nonce"] = {"essential": True, "value": nonce}
        return JWTClaimsRegistry(None, LEEWAY_SECONDS, **options)


def _header(token: str) -> tuple[str, str | None]:
    """The algorithm and the name of the key that a token claims. Raises Refused."""
    if len(token) > LONGEST_TOKEN or not is_jwt(token):
        raise _wrong("cannot be read")
    first = token.partition(".")[0]
    try:
        said = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError):
        raise _wrong("cannot be read") from None
    if not isinstance(said, dict):
        raise _wrong("cannot be read")
    algorithm, name, kind = said.get("alg"), said.get("kid"), said.get("typ")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _wrong(f"is not signed in a way that counts: {', '.join(ALGORITHMS)}")
    if name is not None and not isinstance(name, str):
        raise _wrong("cannot be read")
    if kind is not None and (not isinstance(kind, str) or kind.lower() not in KINDS):
        raise _wrong("is for another purpose")
    return algorithm, name


def _wrong(what: str) -> Refused:
    return unknown(f"this token {what}: take another one")
