"""Tokens of an OpenID provider: which of them say who asks."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from models.alert import GroupingPolicy
from models.intake import Identities, IntakeRules, LabelSeverity, ReportingRule
from models.proof import Proof
from runtime.openid import OpenId
from tests.fakes.issuer import AUDIENCE, DISCOVERY, Issuer, rsa, signed
from tests.fakes.webhook_sink import Answer, WebhookSink
from web.http.errors import Refused, unavailable
from web.identity.oidc import provider
from web.identity.oidc.connect import OpenIdConnect
from web.identity.oidc.fetching import LARGEST_BYTES
from web.identity.oidc.people import SCOPES

RULES = IntakeRules(
    grouping=GroupingPolicy(),
    severity=LabelSeverity(severities=("SEV1",), default="SEV1"),
    reporting=ReportingRule(),
    identities=Identities(addresses={"ana@example.com": "ana"}, listed={"7": "bo"}),
)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """A provider."""
    async with WebhookSink() as sink:
        yield Issuer(sink)


@pytest.fixture
def connect(issuer: Issuer) -> OpenIdConnect:
    """The web server's view of it."""
    return connected(issuer)


def connected(issuer: Issuer, claim: str = "email") -> OpenIdConnect:
    """A web server's view of a provider that knows people by a claim."""
    openid = OpenId(issuer.address, claim, timedelta(hours=1), audience=AUDIENCE)
    return OpenIdConnect(openid, lambda: RULES)


async def refused(connect: OpenIdConnect, token: str) -> Refused:
    """Why a token does not count."""
    with pytest.raises(Refused) as caught:
        await connect.asker(token)
    assert token not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", rsa("one")),
        ("PS256", rsa("one")),
        ("ES256", ECKey.generate_key("P-256", {"kid": "one"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "one"})),
    ],
)
async def test_a_token_says_who_asks(issuer: Issuer, algorithm: str, key: Any) -> None:
    """By each way to sign that counts; people report, read and command."""
    issuer.key = key
    issuer.publish(key)
    asker = await connected(issuer).asker(issuer.token(header={"alg": algorithm}))
    assert (asker.name, asker.proof, asker.scopes) == ("ana", Proof.OIDC, SCOPES)
    assert set(asker.scopes) == {"report", "read", "command"}


async def test_a_subject_says_who_asks_if_the_settings_say_so(issuer: Issuer) -> None:
    """A policy lists it among the identities of a person."""
    asker = await connected(issuer, "sub").asker(issuer.token())
    assert asker.name == "bo"


def encoded(said: Any) -> str:
    """A part of a token."""
    return urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def by_public_key(issuer: Issuer) -> str:
    """A token signed with what everybody can read, taken for a shared secret."""
    first = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(issuer.claims())}"
    mark = hmac.new(rsa("one").as_pem(private=False), first.encode(), sha256).digest()
    return f"{first}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def altered(issuer: Issuer) -> str:
    """A token whose claims somebody changed."""
    head, _, signature = issuer.token().split(".")
    return f"{head}.{encoded(issuer.claims(email='bo@example.com'))}.{signature}"


def nested(_: Issuer) -> str:
    """A header that is deeper than a parser can go."""
    deep = '{"a":' + "[" * 9000
    return f"{urlsafe_b64encode(deep.encode()).rstrip(b'=').decode()}.e30.e30"


WRONG: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "issuer": (lambda i: i.token(iss="https://evil.example"), "another issuer"),
    "audience": (lambda i: i.token(aud="another-api"), "another audience"),
    "audiences": (lambda i: i.token(aud=["one", "two"]), "another audience"),
    "no audience": (lambda i: i.token(aud=None), "another audience"),
    "expired": (lambda i: i.token(exp=1), "has expired"),
    "never expires": (lambda i: i.token(exp=None), "has expired"),
    "no time": (lambda i: i.token(exp="tomorrow"), "has expired"),
    "not yet": (lambda i: i.token(nbf=4_000_000_000), "does not count yet"),
    "nobody": (lambda i: i.token(sub=None), "lacks"),
    "unsigned": (
        lambda i: f"{encoded({'alg': 'none', 'kid': 'one'})}.{encoded(i.claims())}.",
        "not signed in a way that counts",
    ),
    "public key as secret": (by_public_key, "not signed in a way that counts"),
    "altered": (altered, "not signed by the OpenID provider"),
    "no signature": (lambda i: i.token().rpartition(".")[0] + ".", "not signed by"),
    "other key of the name": (
        lambda i: signed({"alg": "RS256", "kid": "one"}, i.claims(), rsa("other")),
        "not signed by the OpenID provider",
    ),
    "key of nobody": (lambda i: i.token(header={"kid": "two"}), "does not have"),
    "key in the token": (
        lambda i: signed(
            {"alg": "RS256", "kid": "x", "jwk": rsa("x").as_dict(private=False)},
            i.claims(),
            rsa("x"),
        ),
        "does not have",
    ),
    "what nobody understands": (
        lambda _: f"{encoded({'alg': 'RS256', 'kid': 'one', 'crit': ['x'], 'x': 1})}.e30.e30",
        "not signed by",
    ),
    "other purpose": (lambda i: i.token(header={"typ": "logout+jwt"}), "another purpose"),
    "bound to a key": (lambda i: i.token(cnf={"jkt": "x"}), "bound to a key"),
    "deep": (nested, "cannot be read"),
    "too long": (lambda i: i.token(more="x" * 20_000), "cannot be read"),
    "no object": (lambda _: f"{encoded(['alg'])}.e30.e30", "cannot be read"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_token_that_does_not_count_says_why(
    issuer: Issuer, connect: OpenIdConnect, case: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without a word of the token itself."""
    make, why = WRONG[case]
    token = make(issuer)
    told = await refused(connect, token)
    assert (told.status, why in str(told)) == (401, True), str(told)
    assert token not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"email": "eve@example.com"}, "eve@example.com is no person of the policy"),
        ({"email_verified": False}, "has not verified"),
        ({"email_verified": None}, "has not verified"),
        ({"email": None}, "sent no email"),
        ({"email": ["ana@example.com"]}, "sent no email"),
    ],
)
async def test_whoever_is_no_person_of_the_policy_may_nothing(
    issuer: Issuer, connect: OpenIdConnect, said: dict[str, Any], why: str
) -> None:
    """The token is right, so it is no failed attempt."""
    told = await refused(connect, issuer.token(**said))
    assert (told.status, why in str(told)) == (403, True), str(told)


async def test_new_keys_count_at_once_and_old_ones_no_longer(
    issuer: Issuer, connect: OpenIdConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that nobody knows makes the web server ask again."""
    monkeypatch.setattr(provider, "PAUSE_SECONDS", 0.0)
    old = issuer.token()
    await connect.asker(old)
    issuer.key = rsa("two")
    issuer.publish(issuer.key)
    assert (await connect.asker(issuer.token())).name == "ana"
    assert (await refused(connect, old)).status == 401


async def test_whoever_invents_keys_cannot_make_the_web_server_ask_often(
    issuer: Issuer, connect: OpenIdConnect
) -> None:
    """Those who come at the same time wait for one answer; then there is a pause."""
    await asyncio.gather(*(connect.asker(issuer.token()) for _ in range(5)))
    for number in range(5):
        await refused(connect, issuer.token(header={"kid": f"invented-{number}"}))
    assert len(issuer.sink.to("jwks")) == 1


async def test_while_the_provider_is_away_the_keys_known_last_count(
    issuer: Issuer, connect: OpenIdConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is not known then may be a new one: its sender is to try again."""
    for pause in ("PAUSE_SECONDS", "RETRY_SECONDS", "FRESH_SECONDS"):
        monkeypatch.setattr(provider, pause, 0.0)
    await connect.asker(issuer.token())
    await issuer.sink.stop()
    assert (await connect.asker(issuer.token())).name == "ana"
    told = await refused(connect, issuer.token(header={"kid": "two"}))
    assert (told.status, told.kind) == (503, "OpenIdNotReachable")
    assert told.headers
    assert "Retry-After" in told.headers


TROUBLE: dict[str, tuple[str, Answer, str]] = {
    "large": ("jwks", Answer(body=b" " * (LARGEST_BYTES + 1)), "more than"),
    "many": ("jwks", Answer(body=json.dumps({"keys": [{}] * 101}).encode()), "no list"),
    "none": ("jwks", Answer(body=b"{}"), "no list"),
    "broken": ("jwks", Answer(body=b"<html>"), "without JSON"),
    "deep": ("jwks", Answer(body=b"[" * 100_000), "without JSON"),
    "packed": ("jwks", Answer(headers={"Content-Encoding": "gzip"}), "compressed"),
    "elsewhere": (DISCOVERY, Answer(302, {"Location": "http://127.0.0.1/x"}), "redirect"),
    "failing": (DISCOVERY, Answer(500), "answers 500"),
    "missing": (DISCOVERY, Answer(404, body=b"{}"), "answers 404"),
    "gone": (DISCOVERY, Answer(close=True), "cannot be reached"),
}


@pytest.mark.parametrize("case", TROUBLE)
async def test_a_provider_that_answers_wrongly_is_as_good_as_away(
    issuer: Issuer, connect: OpenIdConnect, case: str
) -> None:
    """Its answers are bounded before they are read."""
    path, answer, why = TROUBLE[case]
    issuer.sink.by_path[path] = answer
    told = await refused(connect, issuer.token())
    assert (told.status, why in str(told)) == (503, True), str(told)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"issuer": "https://evil.example"}, "another issuer"),
        ({"jwks_uri": "http://keys.example/jwks"}, "https://"),
        ({"jwks_uri": "file:///etc/passwd"}, "cannot be used"),
        ({"token_endpoint": "https://user:secret@keys.example"}, "cannot be used"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "cannot be used"),
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_believed(
    issuer: Issuer, connect: OpenIdConnect, said: dict[str, Any], why: str
) -> None:
    """It is the issuer of the settings, and nobody on the way can read what is sent to it."""
    issuer.describe(**said)
    told = await refused(connect, issuer.token())
    assert (told.status, why in str(told)) == (503, True), str(told)


async def test_keys_that_are_too_short_or_for_another_use_do_not_count(issuer: Issuer) -> None:
    """Others of the same provider still do."""
    issuer.key = rsa("short", 1024)
    other = rsa("two").as_dict(private=False, use="enc")
    keys = [issuer.key.as_dict(private=False), other, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": 1}]
    issuer.answers("jwks", {"keys": [*keys, rsa("one").as_dict(private=False)]})
    connect = connected(issuer)
    assert (await refused(connect, issuer.token())).status == 401
    issuer.key = rsa("two")
    assert (await refused(connect, issuer.token())).status == 401
    issuer.key = rsa("one")
    assert (await connect.asker(issuer.token())).name == "ana"


async def test_a_provider_that_only_signs_is_enough_for_the_api(issuer: Issuer) -> None:
    """Such as that of a build server: people cannot log in there."""
    issuer.describe(authorization_endpoint=None, token_endpoint=None)
    assert (await connected(issuer).asker(issuer.token())).name == "ana"


async def test_while_the_policy_is_broken_the_people_known_last_count(issuer: Issuer) -> None:
    """An incident that is open then can still be answered."""
    known: list[IntakeRules] = []

    def rules() -> IntakeRules:
        if not known:
            raise unavailable("PolicyBroken", "the policy cannot be used")
        return known[0]

    openid = OpenId(issuer.address, "email", timedelta(hours=1), audience=AUDIENCE)
    connect = OpenIdConnect(openid, rules)
    assert (await refused(connect, issuer.token())).kind == "PolicyBroken"
    known.append(RULES)
    assert (await connect.asker(issuer.token())).name == "ana"
    known.clear()
    assert (await connect.asker(issuer.token())).name == "ana"


ODD: tuple[Any, ...] = (None, 1, -1, True, [], {}, "", "!", "AQAB", "A" * 5000, "\u00e4", [["RSA"]])


@pytest.mark.parametrize("kind", ["RSA", "EC", "OKP", "oct", "odd"])
async def test_a_broken_key_spoils_no_other(issuer: Issuer, kind: str) -> None:
    """Whatever stands in it."""
    parts = ("kty", "n", "e", "crv", "x", "y", "d", "k", "use", "alg", "kid", "key_ops", "x5c")
    good: dict[str, Any] = {
        "RSA": rsa("two"),
        "EC": ECKey.generate_key("P-256"),
        "OKP": OKPKey.generate_key(),
    }
    plain = good[kind].as_dict(private=False) if kind in good else {"kty": kind}
    broken = [{**plain, part: odd} for part in parts for odd in ODD if part != "use" or odd]
    keys = [rsa("one").as_dict(private=False), *broken]
    found = tuple(provider._keys([*keys[:100]])) + tuple(provider._keys(keys[100:]))
    assert found[0].kid == "one"
    issuer.answers("jwks", {"keys": keys[:100]})
    assert (await connected(issuer).asker(issuer.token())).name == "ana"
