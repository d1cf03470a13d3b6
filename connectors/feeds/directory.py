"""Finds feeds by name and reads them, now or from their last good copy."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import ConnectorError, PermanentError, RetryableError
from connectors.feeds.copies import FeedCopies, KeptReading, place_of
from connectors.feeds.file import FileFeed
from connectors.feeds.ical import FeedEvents
from connectors.feeds.own_process import events_in_own_process
from connectors.feeds.protocol import Feed, FeedCopy
from connectors.feeds.readings import SharedReadings, Unreadable
from connectors.feeds.settings import FeedSettings
from connectors.feeds.turns import QUICK_SECONDS, Read, Turns
from models.addresses import is_loopback, parts_of
from models.people.schedule import FeedEvent

if TYPE_CHECKING:
    import httpx2

FRESH = timedelta(minutes=1)
"""A younger copy is used as it is, so a storm of pages makes one request."""
PATIENCE = timedelta(seconds=30)
"""After a feed fails, it is not asked again for this long, with or without a copy."""
LONGEST_REST = timedelta(minutes=15)
"""A feed whose texts are unreadable or slow to read, each time, rests twice as long each time, up
to this."""
CHECKED_WITHIN = timedelta(seconds=1)
"""A page waits this long for the reading of a new copy, and then uses the old one, if any."""
CHECKING = "what it sent is still being read"
READING = "its copy is still being read"


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What a feed says between two instants, as it stood at `as_of`.

    `trouble` says why this is an older copy, `unkept` why a new copy could not be kept. `left_out`
    lists events that could not be read, `doubts` events that may mean something else.
    """

    events: tuple[FeedEvent, ...]
    as_of: datetime
    trouble: str = ""
    unkept: str = ""
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Known:
    feed: Feed
    place: str
    readings: SharedReadings
    checking: asyncio.Task[None] | None = None
    copy: FeedCopy | None = None
    failure: ConnectorError | None = None
    failed_at: datetime | None = None
    rests_until: datetime | None = None
    strikes: int = 0
    unkept: str = ""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class FeedDirectory:
    """The feeds of one process; it keeps their copies in `copies`. Close it with `aclose`.

    A fetched text becomes the last good copy only if it can be read as a calendar. A process of its
    own (`read`) finds that out.
    """

    def __init__(
        self,
        settings: Mapping[str, FeedSettings],
        copies: Path,
        *,
        fresh: timedelta = FRESH,
        patience: timedelta = PATIENCE,
        read: Read = events_in_own_process,
    ) -> None:
        self._turns = Turns(read)
        self._settings = settings
        self._copies = FeedCopies(copies)
        self._fresh = fresh
        self._patience = patience
        self._known: dict[str, _Known] = {}
        self._clients: dict[bool, httpx2.AsyncClient] = {}

    def unresolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names that no setting resolves, each once, in order."""
        return tuple(dict.fromkeys(name for name in names if name not in self._settings))

    async def read(
        self, name: str, start: datetime, end: datetime, *, timeout: timedelta
    ) -> FeedReading:
        """What the feed says about the time from `start` to `end`.

        If the feed does not answer within `timeout`, reads its last good copy. Raises
        PermanentError if no setting resolves the name, PermanentError or RetryableError if there is
        no copy or it cannot be read in time, and nothing else.
        """
        known = self._feed(name)
        async with known.asking:
            await self._refresh(known, timeout, start, end)
        copy = known.copy
        if copy is None:
            raise known.failure or PermanentError(name, "nothing was fetched")
        found, doubts = await self._said(known, copy.text, start, end, max(timeout, CHECKED_WITHIN))
        trouble = known.failure.reason if known.failure else ""
        told = (*found.doubts, *doubts)
        return FeedReading(found.events, copy.as_of, trouble, known.unkept, found.left_out, told)

    async def read_all(self, start: datetime, end: datetime, *, timeout: timedelta) -> None:
        """Read every feed of the settings, so that no page has to wait. Raises nothing."""

        async def ready(name: str) -> None:
            with suppress(ConnectorError):
                await self.read(name, start, end, timeout=timeout)
            known = self._known.get(name)
            if known and known.checking:
                await asyncio.wait({known.checking})

        await asyncio.gather(*(ready(name) for name in self._settings))

    async def _said(
        self, known: _Known, text: str, start: datetime, end: datetime, within: timedelta
    ) -> tuple[FeedEvents, tuple[str, ...]]:
        """What a copy says, with doubts; if the reading does not end in time, an earlier one."""
        name = known.feed.name
        failure: ConnectorError
        try:
            return await known.readings.of(text, start, end, within=within), ()
        except Unreadable as error:
            failure = PermanentError(name, f"its copy {error}")
        except TimeoutError:
            failure = RetryableError(name, READING)
        except Exception as error:  # noqa: BLE001 - a feed's trouble must not keep the rest from paging
            failure = _unexpected(name, error)
        found = known.readings.at_hand(text, start, end)
        if found is None:
            raise failure
        events, until = found
        return events, (f"what it says is known until {until:%Y-%m-%d}",)

    async def aclose(self) -> None:
        """Close what is open. A later request for a feed opens it again."""
        clients, self._clients = self._clients, {}
        for known in self._known.values():
            if known.checking:
                known.checking.cancel()
            await known.readings.aclose()
        self._known.clear()
        for client in clients.values():
            await client.aclose()

    def _feed(self, name: str) -> _Known:
        if name not in self._known:
            settings = self._settings.get(name)
            if settings is None:
                raise PermanentError(name, "no setting says where this feed is")
            made = self._made(name, settings)
            readings = SharedReadings(self._turns.of(name), partial(self._keep, name))
            self._known[name] = _Known(made, place_of(settings), readings)
        return self._known[name]

    def _keep(self, name: str, reading: KeptReading) -> None:
        """Keep what a feed says about the present, so that no page after a restart waits for it."""
        if reading.since <= datetime.now(UTC) <= reading.until:
            with suppress(OSError):
                self._copies.save_reading(name, reading)

    async def _load(self, known: _Known) -> None:
        """Load the last good copy, and what it says, unless a check found a newer one meanwhile."""
        name = known.feed.name
        kept = await asyncio.to_thread(self._copies.load, name, known.place)
        if kept is None or known.copy:
            return
        read = await asyncio.to_thread(self._copies.load_reading, name, kept.text)
        if known.copy is None:
            known.copy = kept
            if read:
                known.readings.remember(read)

    def _made(self, name: str, settings: FeedSettings) -> Feed:
        """Make the feed. As with channels, addresses on this machine bypass the proxy."""
        if settings.path:
            return FileFeed(name, settings.path)
        # Slow to load, and most installations have no feed.
        from connectors.feeds.web import WebFeed  # noqa: PLC0415
        from connectors.http_clients import made_client  # noqa: PLC0415

        here = is_loopback(getattr(parts_of(settings.url), "hostname", None))
        if here not in self._clients:
            self._clients[here] = made_client(here=here)
        return WebFeed(name, settings, self._clients[here])

    async def _refresh(
        self, known: _Known, timeout: timedelta, start: datetime, end: datetime
    ) -> None:
        """Get a fresh copy, or keep the last good one and note why it is not fresh.

        A fresh copy replaces the other once it is known what it says between `start` and `end`.
        """
        now = datetime.now(UTC)
        if known.copy is None:
            await self._load(known)
        if known.copy and now - known.copy.as_of < self._fresh and not known.failure:
            return
        if known.failed_at and now - known.failed_at < self._patience:
            return
        if known.rests_until and now < known.rests_until:
            return
        try:
            await self._fetch(known, timeout, start, end)
        except ConnectorError as error:
            known.failure, known.failed_at = error, now
        except Exception as error:  # noqa: BLE001 - a feed's trouble must not keep the rest from paging
            known.failure, known.failed_at = _unexpected(known.feed.name, error), now

    async def _fetch(
        self, known: _Known, timeout: timedelta, start: datetime, end: datetime
    ) -> None:
        """Fetch a copy and have it checked; wait only briefly, even if there is no older copy.

        The check goes on after that, and the next caller gets its result.
        """
        if known.checking is None or known.checking.done():
            copy = await known.feed.fetch(known.copy, timeout=timeout)
            known.checking = asyncio.create_task(self._check(known, copy, start, end))
        waiting = CHECKED_WITHIN.total_seconds()
        done, _ = await asyncio.wait({known.checking}, timeout=waiting)
        if not done:
            raise RetryableError(known.feed.name, CHECKING)
        if known.failure:
            raise known.failure

    async def _check(self, known: _Known, copy: FeedCopy, start: datetime, end: datetime) -> None:
        """Take a copy as the last good one if it can be read; otherwise note why it cannot."""
        name, began = known.feed.name, time.monotonic()
        try:
            await known.readings.of(copy.text, start, end)
        except Unreadable as error:
            known.failure = PermanentError(name, f"what it sent {error}")
            known.failed_at = copy.as_of
            self._rests(known, too_dear=True)
            return
        except Exception as error:  # noqa: BLE001 - see above
            known.failure, known.failed_at = _unexpected(name, error), copy.as_of
            return
        known.copy, known.failure, known.failed_at, known.unkept = copy, None, None, ""
        self._rests(
            known, too_dear=self._turns.slow(name) and time.monotonic() - began > QUICK_SECONDS
        )
        try:
            await asyncio.to_thread(self._copies.save, name, known.place, copy)
        except Exception as error:  # noqa: BLE001 - see above
            known.unkept = f"its copy could not be kept ({type(error).__name__})"

    def _rests(self, known: _Known, *, too_dear: bool) -> None:
        """Leave a feed alone for a while if its text cost too much; longer each time."""
        known.strikes = known.strikes + 1 if too_dear else 0
        longest = max(LONGEST_REST, self._patience)
        rest = min(self._patience * 2 ** min(known.strikes - 1, 10), longest) if too_dear else None
        known.rests_until = datetime.now(UTC) + rest if rest is not None else None


def _unexpected(name: str, error: Exception) -> RetryableError:
    """The failure of a feed by an error that nobody foresaw."""
    return RetryableError(name, f"unexpected error ({type(error).__name__})")
