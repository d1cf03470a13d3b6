"""The login of a browser at an OpenID provider: who comes back, and who does not."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from connectors.signed_links import LinkKeys
from runtime.client import connect
from runtime.openid import OpenId
from tests.fakes.issuer import CLIENT, Issuer
from tests.fakes.webhook_sink import Answer, WebhookSink
from tests.scenarios.siren import policy_file
from web.app import create_app
from web.identity.oidc import provider

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
SECRET = "client-secret-nobody-sees"
CODE = "code-nobody-sees"
ACCESS = "access-token-nobody-sees"
BACK = "/login/oidc/callback"


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """A provider."""
    async with WebhookSink() as sink:
        yield Issuer(sink)


@pytest.fixture
async def browser(issuer: Issuer, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before a web server that sends people to the provider."""
    async with await browser_of(issuer, tmp_path) as made:
        yield made


async def browser_of(whose: Issuer, folder: Path, **said: Any) -> httpx2.AsyncClient:
    """A browser before a web server with other settings."""
    policy_file(folder)
    openid = OpenId(
        **{
            "issuer": whose.address,
            "claim": "email",
            "session": timedelta(hours=2),
            "client_id": CLIENT,
            "redirect_uri": f"http://localhost{BACK}",
            **said,
        }
    )
    app = create_app(
        await connect(lazy=True),
        policy_file=folder / "policy.yaml",
        documents=folder,
        task_queue="nobody",
        token=SecretStr("intake-secret"),
        keys=KEYS,
        public_url="http://localhost",
        openid=openid,
    )
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


async def leaves(browser: httpx2.AsyncClient, to: str = "/") -> dict[str, str]:
    """Go to the provider; returns what it is asked."""
    answer = await browser.get("/login/oidc", params={"next": to})
    assert answer.status_code == 303, answer.text
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in asked.items()}


def knows(issuer: Issuer, asked: dict[str, str], **said: Any) -> str:
    """Have the provider know who logged in; returns the token that says it."""
    token = issuer.token(**{"aud": CLIENT, "nonce": asked["nonce"], **said})
    issuer.answers("token", {"id_token": token, "access_token": ACCESS, "token_type": "Bearer"})
    return token


async def comes_back(
    browser: httpx2.AsyncClient, asked: dict[str, str], **said: str
) -> httpx2.Response:
    """Come back from the provider."""
    given = {"state": asked["state"], "code": CODE, **said}
    return await browser.get(BACK, params=given)


async def test_somebody_whom_the_provider_knows_gets_a_session(
    browser: httpx2.AsyncClient, issuer: Issuer, capfd: pytest.CaptureFixture[str]
) -> None:
    """The code counts only with the secret of this attempt; no token is in the log or a cookie."""
    page = await browser.get("/login")
    assert f"Log in with {urlsplit(issuer.address).netloc}" in page.text
    asked = await leaves(browser, "/?severity=SEV1")
    assert asked["redirect_uri"] == f"http://localhost{BACK}"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    token = knows(issuer, asked)
    done = await comes_back(browser, asked)
    assert (done.status_code, done.headers["Location"]) == (303, "/?severity=SEV1")
    session = next(c for c in done.headers.get_list("Set-Cookie") if c.startswith("session="))
    assert "Max-Age=7200" in session
    [sent] = issuer.sink.to("token")
    form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
    digest = sha256(form["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert (form["code"], form["redirect_uri"]) == (CODE, asked["redirect_uri"])
    assert "authorization" not in sent.headers
    assert (await browser.get("/login")).status_code == 303
    said = "".join(capfd.readouterr())
    assert "OpenID identity ana@example.com" in said
    for secret in (token, CODE, ACCESS, asked["state"], form["code_verifier"]):
        assert secret not in said + session


async def test_a_secret_of_the_client_goes_to_the_provider_alone(
    issuer: Issuer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the header, or in the form if the provider takes nothing else."""
    async with await browser_of(issuer, tmp_path, client_secret=SecretStr(SECRET)) as browser:
        asked = await leaves(browser)
        knows(issuer, asked)
        assert (await comes_back(browser, asked)).headers["Location"] == "/"
    assert issuer.sink.to("token")[-1].headers["authorization"].startswith("Basic ")
    issuer.describe(token_endpoint_auth_methods_supported=["client_secret_post"])
    async with await browser_of(issuer, tmp_path, client_secret=SecretStr(SECRET)) as browser:
        asked = await leaves(browser)
        knows(issuer, asked)
        assert (await comes_back(browser, asked)).headers["Location"] == "/"
    assert SECRET in issuer.sink.to("token")[-1].body.decode()
    assert SECRET not in "".join(capfd.readouterr())


async def test_a_login_counts_once_and_in_the_browser_that_began_it(
    browser: httpx2.AsyncClient, issuer: Issuer, tmp_path: Path
) -> None:
    """Whoever replays it, even with the cookie, logs nobody in."""
    asked = await leaves(browser)
    kept = {"Cookie": f"oidc={browser.cookies['oidc']}"}
    knows(issuer, asked)
    async with await browser_of(issuer, tmp_path) as other:
        assert (await comes_back(other, asked)).status_code == 401
    assert (await comes_back(browser, {"state": "another"})).status_code == 401
    assert "oidc" not in browser.cookies
    browser.cookies.clear()
    given = {"state": asked["state"], "code": CODE}
    done = await browser.get(BACK, params=given, headers=kept)
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    browser.cookies.clear()
    assert (await comes_back(browser, asked)).status_code == 401
    browser.cookies.clear()
    answer = await browser.get(BACK, params=given, headers=kept)
    assert (answer.status_code, "is over" in answer.text) == (401, True)
    assert len(issuer.sink.to("token")) == 1


@pytest.mark.parametrize("at", [3, 30, -3])
async def test_an_altered_cookie_is_none(
    browser: httpx2.AsyncClient, issuer: Issuer, at: int
) -> None:
    """Of an attempt as of a session."""
    for name, after in (("oidc", 401), ("session", 303)):
        asked = await leaves(browser)
        knows(issuer, asked)
        if name == "session":
            assert (await comes_back(browser, asked)).status_code == 303
        value = browser.cookies[name]
        other = "A" if value[at] != "A" else "B"
        cookie = f"{name}={value[:at]}{other}{value[at + 1 :] if at != -1 else ''}"
        browser.cookies.clear()
        given = {"state": asked["state"], "code": CODE}
        path = BACK if name == "oidc" else "/"
        answer = await browser.get(path, params=given, headers={"Cookie": cookie})
        assert answer.status_code == after
        assert "session=" not in "".join(answer.headers.get_list("Set-Cookie"))


@pytest.mark.parametrize(
    ("said", "status", "why"),
    [
        ({"nonce": None}, 401, "another login"),
        ({"nonce": "another"}, 401, "another login"),
        ({"aud": "another-client"}, 401, "another audience"),
        ({"aud": [CLIENT, "another-client"]}, 401, "another client"),
        ({"azp": "another-client"}, 401, "another client"),
        ({"iss": "https://evil.example"}, 401, "another issuer"),
        ({"exp": 1}, 401, "has expired"),
        ({"email": "eve@example.com"}, 403, "no person of the policy"),
        ({"email_verified": False}, 403, "has not verified"),
    ],
)
async def test_what_the_provider_says_must_be_for_this_login(
    browser: httpx2.AsyncClient, issuer: Issuer, said: dict[str, Any], status: int, why: str
) -> None:
    """Otherwise there is no session, and the page says why."""
    asked = await leaves(browser)
    token = knows(issuer, asked, **said)
    answer = await comes_back(browser, asked)
    assert (answer.status_code, why in answer.text) == (status, True), answer.text
    assert token not in answer.text
    assert "session" not in browser.cookies


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"error": "access_denied"}, "refused the login (access_denied)"),
        ({"error": "<script>"}, "refused the login (an error)"),
        ({"iss": "https://evil.example"}, "another issuer answered"),
        ({"code": ""}, "log in again"),
    ],
)
async def test_a_login_that_the_provider_refuses_says_so(
    browser: httpx2.AsyncClient, issuer: Issuer, said: dict[str, str], why: str
) -> None:
    """Nothing is asked of the provider then."""
    answer = await comes_back(browser, await leaves(browser), **said)
    assert (answer.status_code, why in answer.text) == (401, True), answer.text
    assert issuer.sink.to("token") == []


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil", "/login"])
async def test_a_login_leads_to_pages_of_this_server_alone(
    browser: httpx2.AsyncClient, issuer: Issuer, to: str
) -> None:
    """Whatever a link to it says."""
    asked = await leaves(browser, to)
    knows(issuer, asked)
    assert (await comes_back(browser, asked)).headers["Location"] == "/"


async def test_what_the_token_leaves_out_is_asked_of_the_provider(
    browser: httpx2.AsyncClient, issuer: Issuer
) -> None:
    """It counts if it is about the same person."""
    issuer.describe(userinfo_endpoint=f"{issuer.address}/userinfo")
    for sub, status in (("8", 403), ("7", 303)):
        known = {"sub": sub, "email": "ana@example.com", "email_verified": True}
        issuer.answers("userinfo", known)
        asked = await leaves(browser)
        knows(issuer, asked, email=None, email_verified=None)
        assert (await comes_back(browser, asked)).status_code == status
    assert issuer.sink.to("userinfo")[-1].headers["authorization"] == f"Bearer {ACCESS}"


async def test_while_the_provider_is_away_the_login_says_so_and_tokens_go_on(
    browser: httpx2.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session goes on, too; the way back tells the same."""
    monkeypatch.setattr(provider, "RETRY_SECONDS", 0.0)
    await issuer.sink.stop()
    answer = await browser.get("/login/oidc")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert 'name="token"' in answer.text
    await issuer.sink.start()
    asked = await leaves(browser)
    knows(issuer, asked)
    assert (await comes_back(browser, asked)).status_code == 303
    await issuer.sink.stop()
    assert (await browser.get("/login")).status_code == 303
    asked = await leaves(browser)
    assert (await comes_back(browser, asked)).status_code == 503


async def test_a_provider_without_a_login_says_so(
    browser: httpx2.AsyncClient, issuer: Issuer
) -> None:
    """It may still sign tokens for the API."""
    issuer.describe(authorization_endpoint=None)
    answer = await browser.get("/login/oidc")
    assert (answer.status_code, "has no login for people" in answer.text) == (503, True)


async def test_a_refused_code_is_a_failed_login(
    browser: httpx2.AsyncClient, issuer: Issuer, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log has it once, without the code."""
    issuer.sink.by_path["token"] = Answer(400, body=b'{"error": "invalid_grant"}')
    answer = await comes_back(browser, await leaves(browser))
    assert (answer.status_code, "refused the login (400)" in answer.text) == (401, True)
    said = "".join(capfd.readouterr())
    assert (said.count("credential.refused"), CODE in said) == (1, False)


@pytest.mark.parametrize(
    "change",
    [{"issuer": "https://other.example"}, {"client_id": "other"}, {"claim": "sub"}],
)
async def test_a_session_ends_if_the_provider_of_the_settings_changes(
    browser: httpx2.AsyncClient, issuer: Issuer, tmp_path: Path, change: dict[str, str]
) -> None:
    """And it ends if the policy no longer says who that is."""
    asked = await leaves(browser)
    knows(issuer, asked)
    assert (await comes_back(browser, asked)).status_code == 303
    assert "Location" in (await browser.get("/login")).headers
    async with await browser_of(issuer, tmp_path, **change) as other:
        other.cookies = browser.cookies
        assert "Location" not in (await other.get("/login")).headers
    policy = tmp_path / "policy.yaml"
    policy.write_text(policy.read_text().replace("ana@example.com", "ann@example.com"))
    assert "Location" not in (await browser.get("/login")).headers


async def test_without_a_client_there_is_no_such_login(issuer: Issuer, tmp_path: Path) -> None:
    """The page does not offer it."""
    async with await browser_of(issuer, tmp_path, client_id=None, audience="api") as browser:
        assert "Log in with" not in (await browser.get("/login")).text
        assert (await browser.get("/login/oidc")).status_code == 404
