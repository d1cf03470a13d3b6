"""The login: a token becomes a session, and a session ends with its token."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from incidents.access.changing import digest_of
from incidents.access.reading import TokenBook
from models.access import AccessToken, Holder
from tests.patience import PATIENCE_SECONDS
from tests.web.conftest import TOKEN
from tests.web.pages.browser import Browser, Forms, words
from tests.web.pages.conftest import Desk
from web.identity.limits import MOST_FAILURES


async def test_without_a_session_every_page_asks_for_a_login(browser: Browser) -> None:
    """And the login leads back to what was asked for."""
    for path in ("/", "/?severity=SEV1"):
        answer = await browser.http.get(path)
        assert (answer.status_code, answer.headers["Location"][:6]) == (303, "/login")
    page = await browser.opens("/?severity=SEV1")
    assert 'name="next" value="/?severity=SEV1"' in page.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil", "/login"])
async def test_a_login_leads_to_pages_of_this_server_alone(browser: Browser, to: str) -> None:
    """Whatever a link to the login says."""
    page = await browser.http.get("/login", params={"next": to})
    done = await browser.sends(page.text, "/login", follow=False, name="ana", token=TOKEN)
    assert (done.status_code, done.headers["Location"]) == (303, "/")


async def test_the_intake_token_with_a_name_is_a_claim(
    browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    """The cookie and the log do not hold the token."""
    board = await browser.logs_in("ana", TOKEN)
    assert "You are <strong>ana</strong> (a claim)" in board.text
    kept = "".join(browser.http.cookies.values())
    assert TOKEN not in kept + "".join(capfd.readouterr())
    page = await browser.opens("/")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("name", "token", "said"),
    [
        ("", TOKEN, "say who you are"),
        ("engine", TOKEN, "nobody's name"),
        ("ana", "inc_00000000_guessed", "not known"),
        ("ana", "", "not known"),
    ],
)
async def test_a_login_that_does_not_count_says_why(
    browser: Browser, name: str, token: str, said: str
) -> None:
    """The name stays in the form, the token does not."""
    answer = await browser.logs_in(name, token)
    assert answer.status_code in {401, 422}
    assert said in words(answer.text)
    assert not token or token not in answer.text
    assert (await browser.http.get("/")).status_code == 303


async def test_whoever_guesses_tokens_must_wait(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    """The right token still counts; no guess is in the log."""
    async with desk.browser(names=("one",)) as browser:
        for number in range(MOST_FAILURES + 1):
            answer = await browser.logs_in("ana", f"inc_00000000_guess-{number}")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        said = "".join(capfd.readouterr())
        assert "credential.refused" in said
        assert "guess-" not in said
        assert (await browser.logs_in("ana", TOKEN)).status_code == 200


async def test_a_login_of_another_page_is_refused(
    browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    """So nobody is logged in as somebody else without knowing; the log has it once."""
    sent = {"name": "ana", "token": TOKEN, "form": "0" * 64}
    answer = await browser.http.post("/login", data=sent)
    assert answer.status_code == 403
    assert "".join(capfd.readouterr()).count("request.refused") == 1
    await browser.opens("/login")
    answer = await browser.http.post("/login", data=sent)
    assert answer.status_code == 403
    assert (await browser.http.get("/")).status_code == 303


async def test_a_logout_ends_the_session(browser: Browser) -> None:
    """It needs the proof of the page, too."""
    page = await browser.logs_in("ana", TOKEN)
    answer = await browser.http.post("/logout", data={"form": "x"})
    assert answer.status_code == 403
    assert (await browser.http.get("/")).status_code == 200
    await browser.sends(page.text, "/logout")
    assert (await browser.http.get("/")).status_code == 303


async def test_a_logout_ends_copies_of_the_cookie_in_every_process(desk: Desk) -> None:
    """A server that starts later asks who keeps the tokens; other sessions go on."""
    async with desk.browser() as browser, desk.browser() as elsewhere:
        page = await browser.logs_in("ana", TOKEN)
        await elsewhere.logs_in("ana", TOKEN)
        stolen = dict(browser.http.cookies)
        await browser.sends(page.text, "/logout")
        async with desk.browser() as thief:
            thief.http.cookies.update(stolen)
            assert (await thief.http.get("/")).status_code == 303
        assert (await elsewhere.http.get("/")).status_code == 200
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with desk.browser(names=["restarted"]) as thief:
                thief.http.cookies.update(stolen)
                if (await thief.http.get("/")).status_code == 303:
                    break
            await asyncio.sleep(0.05)


async def test_another_intake_token_ends_the_sessions_of_the_one_before(desk: Desk) -> None:
    """The cookie says which one it was, by a digest that only the keys make."""
    async with desk.browser() as before, desk.browser("another-token") as after:
        await before.logs_in("ana", TOKEN)
        after.http.cookies = before.http.cookies
        assert (await before.http.get("/")).status_code == 200
        assert (await after.http.get("/")).status_code == 303


async def test_without_any_token_a_name_is_enough(desk: Desk) -> None:
    """On loopback, where the server listens then."""
    async with desk.browser(None) as browser:
        board = await browser.logs_in("ana", "")
        assert "You are <strong>ana</strong> (a claim)" in board.text


async def test_a_revoked_token_ends_its_session(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request looks the token up again; its scopes count on pages, too."""
    token = AccessToken(
        id="0a1b2c3d",
        name="laptop",
        owner="ana",
        holder=Holder.PERSON,
        scopes=("read",),
        digest=digest_of("inc_0a1b2c3d_secret"),
        made_at=datetime.now(UTC),
        made_by="root",
    )

    async def find(_: TokenBook, token_id: str) -> AccessToken | None:
        return token if token_id == token.id else None

    async def used(_: TokenBook, __: AccessToken) -> None:
        return None

    monkeypatch.setattr(TokenBook, "find", find)
    monkeypatch.setattr(TokenBook, "used", used)
    async with desk.browser() as browser:
        board = await browser.logs_in("", "inc_0a1b2c3d_secret")
        assert "You are <strong>ana</strong></span>" in board.text
        token = token.changed(revoked_at=datetime.now(UTC) - timedelta(seconds=1))
        assert (await browser.http.get("/")).status_code == 303


async def test_over_tls_the_cookies_are_for_this_host_alone(desk: Desk) -> None:
    """The browser sends them by TLS only, and no script reads them."""
    async with desk.browser(public_url="https://localhost") as browser:
        page = await browser.opens("/login")
        assert "max-age" in page.headers["Strict-Transport-Security"]
        done = await browser.sends(page.text, "/login", follow=False, name="ana", token=TOKEN)
        cookie = done.headers.get_list("Set-Cookie")[0]
        assert cookie.startswith("__Host-session=")
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"):
            assert part in cookie


async def test_below_a_path_of_a_proxy_every_address_begins_with_it(desk: Desk) -> None:
    """The proxy takes the path away; forms, links, redirects and cookies have it."""
    incident = await desk.reports()
    async with desk.browser(public_url="http://localhost/inc/") as browser:
        asked = await browser.http.get("/")
        assert asked.headers["location"] == "/inc/login"
        page = (await browser.http.get("/login")).text
        fields = {**Forms(page).found[0].fields, "name": "ana", "token": TOKEN}
        done = await browser.http.post("/login", data=fields)
        assert done.headers["location"] == "/inc/"
        for path in ("/", f"/incidents/{incident}", "/oncall", "/report"):
            found = re.findall(
                r'(?:href|action|src|hx-get|hx-post|data-events)="([^"#]+)',
                (await browser.http.get(path)).text,
            )
            assert len(found) > 5
            assert [each for each in found if not each.startswith("/inc/")] == [], path
