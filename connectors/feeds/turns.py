"""Whose text is read when: a slow feed waits for other slow feeds, no other feed waits for it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime

from connectors.feeds.ical import FeedEvents

Read = Callable[[str, datetime, datetime], Awaitable[FeedEvents]]

AT_ONCE = 4
"""How many texts of quick feeds are read at once; each takes a process of its own."""
SLOW_AT_ONCE = 2
"""How many of slow ones are read at once, beside them."""
QUICK_SECONDS = 3.0
"""A reading that takes longer makes its feed slow until one ends sooner."""


class Turns:
    """The turns of all feeds of a process. Each feed has one reading at a time.

    Nobody knows yet whether a new feed is slow. It begins among the quick ones, and gives its place
    there to the next after `quick_seconds`, even though it is still being read.
    """

    def __init__(self, read: Read, *, quick_seconds: float = QUICK_SECONDS) -> None:
        self._read = read
        self._quick_seconds = quick_seconds
        self._quick = asyncio.Semaphore(AT_ONCE)
        self._slow_ones = asyncio.Semaphore(SLOW_AT_ONCE)
        self._slow: set[str] = set()
        self._own: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def slow(self, feed: str) -> bool:
        """Whether the last reading of a feed took long, or the present one does."""
        return feed in self._slow

    def of(self, feed: str) -> Read:
        """How the texts of one feed are read, each in its turn."""

        async def read(text: str, start: datetime, end: datetime) -> FeedEvents:
            async with self._own[feed]:
                if self.slow(feed):
                    async with self._slow_ones:
                        return await self._timed(feed, self._read(text, start, end))
                return await self._first(feed, self._read(text, start, end))

        return read

    async def _timed(self, feed: str, reading: Awaitable[FeedEvents]) -> FeedEvents:
        began = time.monotonic()
        try:
            return await reading
        finally:
            if time.monotonic() - began <= self._quick_seconds:
                self._slow.discard(feed)

    async def _first(self, feed: str, reading: Awaitable[FeedEvents]) -> FeedEvents:
        """Read among the quick ones; make way for them once it turns out to be slow."""
        async with self._quick:
            task = asyncio.ensure_future(reading)
            try:
                await asyncio.wait({task}, timeout=self._quick_seconds)
            except asyncio.CancelledError:
                task.cancel()
                raise
        if not task.done():
            self._slow.add(feed)
        return await task
