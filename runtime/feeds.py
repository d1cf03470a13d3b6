"""The calendar feeds of this installation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from connectors.feeds.directory import FeedDirectory
from incidents import patience
from runtime.settings import Settings

EVERY = timedelta(hours=1)
AHEAD = timedelta(days=16)
"""As far as a page looks ahead."""


def feeds_of(settings: Settings) -> FeedDirectory:
    """The feeds in the settings; the caller closes them."""
    return FeedDirectory(settings.feeds, settings.feed_copies)


@asynccontextmanager
async def reading_ahead(feeds: FeedDirectory) -> AsyncIterator[None]:
    """Read every feed now and every hour, so that pages find what they ask for."""
    task = asyncio.create_task(_read_again_and_again(feeds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _read_again_and_again(feeds: FeedDirectory) -> None:
    while True:
        now = datetime.now(UTC)
        await feeds.read_all(now, now + AHEAD, timeout=patience.FEED)
        await asyncio.sleep(EVERY.total_seconds())
