"""The files that pages load: of this server alone, and known to the byte."""

import re
from hashlib import sha256
from pathlib import Path

import httpx2

from tests.web.conftest import TOKEN
from tests.web.pages.browser import Browser
from web.pages.rendering import HERE

README = HERE / "static" / "README.md"
OURS = ("live.js",)


def scripts() -> list[Path]:
    """The vendored scripts."""
    return sorted(file for file in (HERE / "static").glob("*.js") if file.name not in OURS)


def test_each_vendored_script_is_what_its_readme_says() -> None:
    """Nobody changes it unseen; its licence lies beside it."""
    said = README.read_text()
    assert scripts()
    for script in scripts():
        assert sha256(script.read_bytes()).hexdigest() in said
        assert script.with_name(f"{script.name.partition('.')[0]}.LICENSE.txt").exists()


async def test_pages_load_their_script_from_this_server(browser: Browser) -> None:
    """It evaluates nothing and adds no styles, as the content security policy asks."""
    page = await browser.logs_in("ana", TOKEN)
    address = page.text.partition('<script src="')[2].partition('"')[0]
    assert address.startswith("/static/htmx.min.js?v=")
    script: httpx2.Response = await browser.http.get(address)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert '"allowEval":false' in page.text
    assert '"includeIndicatorStyles":false' in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


async def test_a_browser_finds_a_picture_for_its_tab(browser: Browser) -> None:
    """Each page names it, and so nobody fills the log with refusals."""
    page = await browser.opens("/login")
    found = re.search(r'<link rel="icon" type="image/svg\+xml" href="([^"]+)">', page.text)
    assert found
    for path in (found[1], "/favicon.ico"):
        answer = await browser.http.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
