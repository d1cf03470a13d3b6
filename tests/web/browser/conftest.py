"""A real browser on the pages. It needs a Chromium, such as Debian's."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "BROWSER_TESTS"
"""With the value `required`, these tests fail if there is no browser."""


def chromium() -> str:
    """The path of a Chromium; skips the test if there is none, and fails it if it is required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    why = f"no Chromium: none of {', '.join(NAMES)} is installed"
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    path = chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        await launched.close()
