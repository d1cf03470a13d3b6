"""Tokens of an OpenID provider with any JSON in them: the verifier takes or refuses them."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from runtime.openid import OpenId
from web.http.errors import Refused
from web.identity.oidc.provider import Known, Provider
from web.identity.oidc.verifying import Verifier

ISSUER, AUDIENCE = "https://id.example.com", "incidents-api"
KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
GOOD = {"alg": "EdDSA", "kid": "one", "typ": "JWT"}

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    plain | st.integers(min_value=10**300, max_value=10**400),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
headers = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip", "cty", "jwk", "jku", "x5c", "enc"]),
    values,
    max_size=3,
)
claims = st.dictionaries(
    st.sampled_from(["iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "email", "cnf", "typ"]),
    values,
    max_size=3,
)


def verifier() -> Verifier:
    """A verifier whose provider has told its key."""
    openid = OpenId(ISSUER, "email", timedelta(hours=1), audience=AUDIENCE)
    provider = Provider(openid)
    provider._known = Known(None, None, None, by_form=False, keys=(KEY,))
    provider._old_at = provider._ask_at = time.monotonic() + 3600
    return Verifier(openid, provider)


def part(said: object) -> bytes:
    """A part of a token."""
    return urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=")


def token(header: object, said: object) -> str:
    """A token that the provider's key has signed, whatever it says."""
    body = part(header) + b"." + part(said)
    private = KEY.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(body)
    return (body + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def taken(header: object, said: object) -> bool:
    """Whether the token counts; if not, it is refused with 401."""
    try:
        asyncio.run(verifier().claims(token(header, said), AUDIENCE))
    except Refused as refused:
        assert refused.status == 401
        return False
    return True


def right() -> dict[str, Any]:
    """What a right token says."""
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "7", "exp": int(time.time()) + 300}


def test_a_right_token_counts() -> None:
    """Otherwise the cases below would prove nothing."""
    assert taken(GOOD, right())


@pytest.mark.parametrize("kind", [[], ["JWT"], {}, 1, True, "logout+jwt"])
def test_a_header_with_an_odd_kind_is_no_credential(kind: object) -> None:
    """It is refused like every wrong token, and so is counted and logged."""
    assert not taken({**GOOD, "typ": kind}, right())


@given(headers | values)
def test_no_header_breaks_the_verifier(header: object) -> None:
    """Whatever JSON stands in it."""
    taken({**GOOD, **header} if isinstance(header, dict) else header, right())


@given(claims | values)
def test_no_claims_break_the_verifier(said: object) -> None:
    """Whatever JSON stands in them, even if the provider signed it."""
    taken(GOOD, {**right(), **said} if isinstance(said, dict) else said)
