"""An OpenID provider on loopback that signs whatever a test asks for, with real keys."""

import json
import time
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.fakes.webhook_sink import Answer, WebhookSink

AUDIENCE, CLIENT = "incidents-api", "incidents-web"
DISCOVERY = ".well-known/openid-configuration"
Key = RSAKey | ECKey | OKPKey


@cache
def rsa(name: str, bits: int = 2048) -> RSAKey:
    """An RSA key."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return RSAKey.generate_key(bits, {"kid": name})


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A token with any header, by any algorithm."""
    registry = JWSRegistry(algorithms=list(JWSRegistry.algorithms), strict_check_header=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.encode(header, claims, key, registry=registry)


class Issuer:
    """Publishes its keys at `sink`, which a test can stop, or let answer something else."""

    def __init__(self, sink: WebhookSink) -> None:
        self.sink = sink
        self.address = f"http://127.0.0.1:{sink.port}"
        self.key: Key = rsa("one")
        self.describe()
        self.publish(self.key)

    def answers(self, path: str, said: Mapping[str, Any]) -> None:
        """Answer a path with JSON from now on."""
        self.sink.by_path[path] = Answer(body=json.dumps(said).encode())

    def describe(self, **said: Any) -> None:
        """Describe itself, with what a test says instead."""
        endpoints = {
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
        }
        self.answers(DISCOVERY, {"issuer": self.address, **endpoints, **said})

    def publish(self, *keys: Key) -> None:
        """Have these keys from now on."""
        self.answers("jwks", {"keys": [key.as_dict(private=False) for key in keys]})

    def claims(self, **said: Any) -> dict[str, Any]:
        """What a token says about ana; a claim that is None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": "7",
            "iat": now,
            "exp": now + 300,
            "email": "ana@example.com",
            "email_verified": True,
            **said,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, *, header: Mapping[str, Any] | None = None, **said: Any) -> str:
        """A token of this issuer."""
        named = {"alg": "RS256", "kid": self.key.kid, "typ": "JWT", **(header or {})}
        return signed(named, self.claims(**said), self.key)
