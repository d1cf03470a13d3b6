"""Tokens and links that do not count: refused, logged once with the reason, and shown nowhere."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

import pytest
from structlog.testing import capture_logs

from connectors.signed_links import Link, LinkKeys, signed
from models.access import AccessToken, Holder
from tests.scenarios.siren import Siren
from tests.web.conftest import TOKEN, http_for

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
OTHER_KEYS = LinkKeys.read("test:fedcba9876543210fedcba9876543210")
OLD_KEYS = LinkKeys.read("old:0123456789abcdef0123456789abcdef")
MADE = datetime(2026, 1, 1, tzinfo=UTC)
GOOD, EXPIRED, REVOKED = (f"secret-of-{what}-0123456789" for what in ("good", "expired", "revoked"))
ALERTS = "secret-of-alerts-0123456789"


def a_token(name: str, secret: str, **fields: object) -> AccessToken:
    """A token of bo, as the settings or the namespace have it."""
    known = {
        "id": name,
        "name": name,
        "owner": "bo",
        "holder": Holder.PERSON,
        "scopes": ("read", "command"),
        "digest": sha256(secret.encode()).hexdigest(),
        "made_at": MADE,
        "made_by": "root",
    }
    return AccessToken.model_validate({**known, **fields})


TOKENS = {
    "good": a_token("good", GOOD),
    "expired": a_token("expired", EXPIRED, expires_at=MADE + timedelta(days=1)),
    "revoked": a_token("revoked", REVOKED, revoked_at=MADE, revoked_by="root"),
    "alerts": a_token("alerts", ALERTS, scopes=("alerts:alertmanager",)),
}


def link_token(keys: LinkKeys = KEYS, *, days: float = 1, salt: str = "respond") -> str:
    """The token of a link of ana."""
    until = int((datetime.now(UTC) + timedelta(days=days)).timestamp())
    said = Link(incident="INC-1", person="ana", message="a page", until=until, key=keys.first)
    return signed(keys, said, salt)


def altered(token: str) -> str:
    """The token with another person in it, under the same signature."""
    key, _, rest = token.partition("~")
    body, dot, signature = rest.partition(".")
    changed = "B" if body[9] == "A" else "A"
    return f"{key}~{body[:9]}{changed}{body[10:]}{dot}{signature}"


BODIES: dict[str, dict[str, str]] = {"POST": {}}
HEADERS: dict[str, tuple[str, str]] = {
    "revoked after it was stolen": (f"Bearer {REVOKED}", "the token revoked is revoked"),
    "expired": (f"Bearer {EXPIRED}", "the token expired is expired"),
    "altered": (f"Bearer {GOOD[:-1]}0", "this token is not known"),
    "cut": (f"Bearer {GOOD[:-1]}", "this token is not known"),
    "of another installation": ("Bearer inc_0a1b2c3d_elsewhere", "this token is not known"),
    "with a known id": ("Bearer inc_good_elsewhere", "this token is not known"),
    "a link instead of a token": (f"Bearer {link_token()}", "this token is not known"),
    "its digest instead of it": (
        f"Bearer {sha256(GOOD.encode()).hexdigest()}",
        "this token is not known",
    ),
    "replayed as a password": (
        f"Basic {b64encode(f'bo:{GOOD}'.encode()).decode()}",
        "send the header Authorization: Bearer",
    ),
    "empty": ("Bearer ", "this token is not known"),
    "without a scheme": (GOOD, "send the header Authorization: Bearer"),
}


@pytest.mark.parametrize("what", HEADERS)
@pytest.mark.parametrize("path", ["/v1/incidents", "/v1/incidents/INC-1/commands/acknowledge"])
async def test_a_token_that_does_not_count_is_refused(siren: Siren, what: str, path: str) -> None:
    """Once in the log, with the address and the reason; the secret is nowhere."""
    header, why = HEADERS[what]
    method = "POST" if "commands" in path else "GET"
    with capture_logs() as logged:
        async with http_for(siren.client, siren, tokens=TOKENS) as http:
            answer = await http.request(
                method,
                path,
                headers={"Authorization": header},
                json={} if method == "POST" else None,
            )
    assert (answer.status_code, answer.json()["error"]) == (401, "NotAuthenticated")
    assert answer.json()["detail"].startswith(why)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    [line] = [line for line in logged if line["event"] == "credential.refused"]
    assert (line["address"], line["path"]) == ("127.0.0.1", path)
    assert line["why"].startswith(why)
    secret = header.rpartition(" ")[2]
    assert not secret or secret not in f"{logged}{answer.text}{answer.headers}"


@pytest.mark.parametrize(
    ("secret", "method", "path", "says"),
    [
        (ALERTS, "GET", "/v1/incidents", "this token allows alerts:alertmanager; this needs read"),
        (ALERTS, "GET", "/v1/policy", "this needs read"),
        (ALERTS, "GET", "/v1/oncall", "this needs read"),
        (ALERTS, "GET", "/v1/workloads/ana", "this needs read"),
        (ALERTS, "POST", "/v1/incidents/INC-1/commands/acknowledge", "this needs command"),
        (GOOD, "POST", "/v1/incidents", "this needs report"),
        (GOOD, "POST", "/v1/alerts/alertmanager", "this needs alerts:alertmanager"),
    ],
)
async def test_a_token_opens_nothing_beyond_its_scopes(
    siren: Siren, secret: str, method: str, path: str, says: str
) -> None:
    """It is known, so this is no failed attempt."""
    with capture_logs() as logged:
        async with http_for(siren.client, siren, tokens=TOKENS) as http:
            bearer = {"Authorization": f"Bearer {secret}"}
            answer = await http.request(method, path, headers=bearer, json={})
    assert (answer.status_code, says in answer.json()["detail"]) == (403, True), answer.text
    assert not [line for line in logged if line["event"] == "credential.refused"]
    assert secret not in f"{logged}{answer.text}"


LINKS: dict[str, tuple[Callable[[], str], HTTPStatus, str]] = {
    "expired": (lambda: link_token(days=-1), HTTPStatus.GONE, "expired"),
    "altered": (lambda: altered(link_token()), HTTPStatus.NOT_FOUND, "unknown"),
    "cut": (lambda: link_token()[:-3], HTTPStatus.NOT_FOUND, "unknown"),
    "of another installation": (lambda: link_token(OTHER_KEYS), HTTPStatus.NOT_FOUND, "unknown"),
    "of a key that is gone": (lambda: link_token(OLD_KEYS), HTTPStatus.NOT_FOUND, "unknown"),
    "a cookie instead of a link": (
        lambda: link_token(salt="cookie respond"),
        HTTPStatus.NOT_FOUND,
        "unknown",
    ),
    "a token instead of a link": (lambda: GOOD, HTTPStatus.NOT_FOUND, "unknown"),
    "far too long": (lambda: "x" * 5000, HTTPStatus.NOT_FOUND, "unknown"),
}


@pytest.mark.parametrize("what", LINKS)
async def test_a_link_that_does_not_count_is_refused(siren: Siren, what: str) -> None:
    """It sets no cookie, and its token is neither in the log nor on the page."""
    make, status, why = LINKS[what]
    token = make()
    with capture_logs() as logged:
        async with http_for(siren.client, siren, tokens=TOKENS, keys=KEYS) as http:
            answer = await http.get(f"/r/{token}")
            assert "respond" not in http.cookies
    assert answer.status_code == status
    [line] = [line for line in logged if line["event"] == "link.refused"]
    assert (line["address"], why in line["why"] or why == "unknown") == ("127.0.0.1", True)
    assert token not in f"{logged}{answer.text}{answer.headers}"


async def test_the_cookie_of_a_link_opens_no_other_incident_and_no_board(siren: Siren) -> None:
    """Whoever copies it can do what the link can do, and nothing else."""
    async with http_for(siren.client, siren, TOKEN, keys=KEYS) as http:
        del http.headers["Authorization"]
        opened = await http.get(f"/r/{link_token()}")
        assert opened.status_code == 303
        assert (await http.get("/respond/INC-2")).status_code == 401
        for path in ("/", "/incidents/INC-1", "/incidents/INC-2"):
            answer = await http.get(path)
            assert (answer.status_code, "/login" in answer.headers["Location"]) == (303, True)
        for path in ("/v1/incidents", "/v1/incidents/INC-1", "/v1/policy"):
            assert (await http.get(path)).status_code == 401
