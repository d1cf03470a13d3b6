"""Reads the texts of one feed in a process of their own, once for each text and time.

It remembers a text that could not be read, so that nobody tries it again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.feeds.copies import KeptReading, digest_of
from connectors.feeds.ical import FeedEvents
from connectors.feeds.own_process import Unreadable, events_in_own_process
from connectors.feeds.turns import Read

KEPT = 8
"""How many readings of a feed are kept, newest first; the time asked for moves on by months."""
_DAY = timedelta(days=1)

Keep = Callable[[KeptReading], None]
"""Keeps a reading for the next process; it is called in a thread."""
Key = tuple[str, datetime, datetime]


class SharedReadings:
    """The readings of one feed. Callers that want the same reading at once share it."""

    def __init__(self, read: Read = events_in_own_process, keep: Keep | None = None) -> None:
        self._read = read
        self._keep = keep
        self._keeping: set[asyncio.Task[None]] = set()
        self._known: OrderedDict[Key, asyncio.Future[FeedEvents]] = OrderedDict()

    def remember(self, kept: KeptReading) -> None:
        """Take a reading of an earlier process for one of this one."""
        found = asyncio.get_running_loop().create_future()
        found.set_result(kept.said)
        self._known[kept.digest, kept.since, kept.until] = found

    async def of(
        self, text: str, start: datetime, end: datetime, *, within: timedelta | None = None
    ) -> FeedEvents:
        """What a text says about a time. Raises Unreadable, at once if that is known.

        Raises TimeoutError if the reading takes longer than `within`. It goes on, and the next
        caller gets it.
        """
        digest = digest_of(text)
        key = self._covering(digest, start, end) or (digest, *_months(start, end))
        if key not in self._known or _broken(self._known[key]):
            self._known[key] = asyncio.create_task(self._reading(text, key))
            while len(self._known) > KEPT:
                self._known.popitem(last=False)[1].cancel()
        self._known.move_to_end(key)
        task = self._known[key]
        await asyncio.wait({task}, timeout=None if within is None else within.total_seconds())
        if not task.done() or task.cancelled():
            raise TimeoutError
        return _within(task.result(), start, end)

    def at_hand(self, text: str, at: datetime, end: datetime) -> tuple[FeedEvents, datetime] | None:
        """What a text says of the time from `at` on, and how far that was read; None if unread."""
        digest = digest_of(text)
        done = [key for key in self._known if key[0] == digest and _is_done(self._known[key])]
        fits = [key for key in done if key[1] <= at - _DAY and key[2] >= at + _DAY]
        if not fits:
            return None
        key = max(fits, key=lambda key: key[2])
        until = min(end, key[2] - _DAY)
        return _within(self._known[key].result(), at, until), until

    def _covering(self, digest: str, start: datetime, end: datetime) -> Key | None:
        """A reading that is done and covers a time, with a day more on either side."""
        return next(
            (
                (read, since, until)
                for (read, since, until), task in self._known.items()
                if (read, since <= start - _DAY, until >= end + _DAY) == (digest, True, True)
                if _is_done(task)
            ),
            None,
        )

    async def _reading(self, text: str, key: Key) -> FeedEvents:
        digest, start, end = key
        found = await self._read(text, start, end)
        if self._keep:
            kept = KeptReading(digest, start, end, found)
            task = asyncio.create_task(asyncio.to_thread(self._keep, kept))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)
        return found

    async def aclose(self) -> None:
        """Stop the readings that are under way."""
        tasks: list[asyncio.Future[Any]] = [*self._known.values(), *self._keeping]
        self._known.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_done(task: asyncio.Future[FeedEvents]) -> bool:
    return task.done() and not task.cancelled() and not task.exception()


def _broken(task: asyncio.Future[FeedEvents]) -> bool:
    """Whether a reading ended without a result that is the text's own."""
    if not task.done() or task.cancelled():
        return task.cancelled()
    error = task.exception()
    return error is not None and not isinstance(error, Unreadable)


def _months(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Whole months around a time, because a page a minute later asks for the same."""
    first = start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = end.astimezone(UTC).replace(day=28, hour=0, minute=0, second=0, microsecond=0)
    return first - _DAY, last + 6 * _DAY


def _within(read: FeedEvents, start: datetime, end: datetime) -> FeedEvents:
    """The events of a reading that touch a time; for local times, a day more on either side."""
    events = tuple(
        event
        for event in read.events
        if _utc(event.ends) >= start - _slack(event.ends)
        and _utc(event.begins) <= end + _slack(event.begins)
    )
    return replace(read, events=events)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _slack(at: datetime) -> timedelta:
    return timedelta() if at.tzinfo else _DAY


__all__ = ["SharedReadings", "Unreadable"]
