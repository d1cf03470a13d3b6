"""What an OpenID provider says about itself, and the keys with which it signs."""

import asyncio
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from runtime.openid import OpenId
from web.identity.oidc.fetching import ProviderAway, ask, usable

log = structlog.get_logger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
FRESH_SECONDS = 600.0
"""After this the keys are asked for again, while those known still count."""
PAUSE_SECONDS = 30.0
"""A key that nobody knows makes us ask again at most this often."""
RETRY_SECONDS = 5.0
"""The pause after an answer that could not be used."""
MOST_KEYS = 100
SHORTEST_RSA = 2048
LONGEST_NAME = 500
ALGORITHMS = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
"""The ways to sign that count, each with its kind of key and its curve: those with two keys, of
which only the provider has the one that signs."""

PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Known:
    """The provider as it described itself last; one that only signs has no login."""

    authorize: str | None
    token: str | None
    userinfo: str | None
    by_form: bool
    keys: tuple[PublicKey, ...]

    def key(self, name: str | None, algorithm: str) -> PublicKey | None:
        """The key with this name that fits; without a name, the only one that fits."""
        kind, curve = ALGORITHMS[algorithm]
        fitting = [
            key
            for key in self.keys
            if key.key_type == kind
            and key.alg in {None, algorithm}
            and (curve is None or getattr(key, "curve_name", None) == curve)
        ]
        if name is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((key for key in fitting if key.kid == name), None)


class Provider:
    """The provider of the settings, asked no more often than needed.

    If it is away, what it said last goes on to count.
    """

    def __init__(self, openid: OpenId) -> None:
        self._openid = openid
        self._known: Known | None = None
        self._old_at = 0.0
        self._ask_at = 0.0
        self._trouble = ""
        self._asking: asyncio.Task[None] | None = None

    async def known(self) -> Known:
        """What is known of the provider. Raises ProviderAway if it never answered."""
        if self._known is None:
            await self._asked()
        elif time.monotonic() >= self._old_at:
            self._begin()
        if self._known is None:
            raise ProviderAway(self._trouble)
        return self._known

    async def key(self, name: str | None, algorithm: str) -> PublicKey | None:
        """The key with this name; None if the provider has none. Raises ProviderAway."""
        found = (await self.known()).key(name, algorithm)
        if found is None:
            await self._asked()
            found = (await self.known()).key(name, algorithm)
        if found is None and self._trouble:
            raise ProviderAway(self._trouble)
        return found

    async def _asked(self) -> None:
        """Ask, but not twice within a moment; callers meanwhile wait for the same answer."""
        if asking := self._begin():
            await asyncio.shield(asking)

    def _begin(self) -> asyncio.Task[None] | None:
        if self._asking is None and time.monotonic() >= self._ask_at:
            self._asking = asyncio.create_task(self._ask())
        return self._asking

    async def _ask(self) -> None:
        pause = RETRY_SECONDS
        try:
            self._known = await self._described()
            self._trouble, pause = "", PAUSE_SECONDS
            self._old_at = time.monotonic() + FRESH_SECONDS
        except ProviderAway as away:
            self._trouble = str(away)
            log.warning("openid.away", issuer=self._openid.issuer, why=str(away))
        finally:
            self._ask_at = time.monotonic() + pause
            self._asking = None

    async def _described(self) -> Known:
        said = await _got(f"{self._openid.issuer.rstrip('/')}{DISCOVERY}")
        if said.get("issuer") != self._openid.issuer:
            raise ProviderAway("says that it is another issuer than INCIDENT_OIDC_ISSUER")
        found = await _got(usable(said.get("jwks_uri"), plain=self._openid.plain))
        methods = said.get("token_endpoint_auth_methods_supported")
        named = methods if isinstance(methods, list) else []
        return Known(
            authorize=self._named(said, "authorization_endpoint"),
            token=self._named(said, "token_endpoint"),
            userinfo=self._named(said, "userinfo_endpoint"),
            by_form="client_secret_post" in named and "client_secret_basic" not in named,
            keys=tuple(_keys(found.get("keys"))),
        )

    def _named(self, said: dict[str, Any], endpoint: str) -> str | None:
        """An address that the provider names, if it does. Raises ProviderAway."""
        address = said.get(endpoint)
        return usable(address, plain=self._openid.plain) if address else None


async def _got(address: str) -> dict[str, Any]:
    answer = await ask(address)
    if answer.status is not HTTPStatus.OK:
        raise ProviderAway(f"answers {int(answer.status)}")
    return answer.said


def _keys(given: object) -> Iterable[PublicKey]:
    """The keys that can prove a signature. Raises ProviderAway if that is no list of keys."""
    if not isinstance(given, list) or len(given) > MOST_KEYS:
        raise ProviderAway(f"has no list of at most {MOST_KEYS} keys")
    for each in given:
        if isinstance(each, dict) and each.get("use", "sig") == "sig" and (key := _key(each)):
            yield key


def _key(given: dict[str, Any]) -> PublicKey | None:
    """A public key; None if it is of another kind, broken, or too short to count."""
    name = given.get("kid")
    if name is not None and not (isinstance(name, str) and len(name) <= LONGEST_NAME):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            key = import_key(given)
            short = isinstance(key, RSAKey) and key.public_key.key_size < SHORTEST_RSA
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, OverflowError):
        return None
    return key if isinstance(key, (RSAKey, ECKey, OKPKey)) and not short else None
