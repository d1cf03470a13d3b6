"""Which feed a name means, and what it says: as it is now, or by its last good copy."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.calendars.copies import Copies, place_of
from connectors.calendars.file import FileFeed
from connectors.calendars.ical import NoCalendar, unfolded
from connectors.calendars.protocol import CalendarFeed, Copy
from connectors.calendars.settings import FeedSettings
from connectors.errors import ConnectorError, PermanentError
from models.schedule import FeedEvent

if TYPE_CHECKING:
    import httpx2

FRESH = timedelta(minutes=1)
"""A copy that is no older is not asked for again: a storm of pages is one request."""
PATIENCE = timedelta(seconds=30)
"""So long after it failed, a feed is not asked again while there is a copy of it."""


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What a feed says between two instants, by its state of `as_of`.

    `trouble` says why that is an older copy, `unkept` why a new one could not be kept for later;
    `left_out` which events could not be read.
    """

    events: tuple[FeedEvent, ...]
    as_of: datetime
    trouble: str = ""
    unkept: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Known:
    feed: CalendarFeed
    place: str
    copy: Copy | None = None
    failure: ConnectorError | None = None
    failed_at: datetime | None = None
    unkept: str = ""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class FeedDirectory:
    """The feeds of one process; their copies are kept in `copies`. Close it with `aclose`.

    What has been fetched is the last good copy only if it is a calendar.
    """

    def __init__(
        self,
        settings: Mapping[str, FeedSettings],
        copies: Path,
        *,
        fresh: timedelta = FRESH,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._settings = settings
        self._copies = Copies(copies)
        self._fresh = fresh
        self._patience = patience
        self._known: dict[str, _Known] = {}
        self._client: httpx2.AsyncClient | None = None

    def unresolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that no setting resolves, each once, in order."""
        return tuple(dict.fromkeys(name for name in names if name not in self._settings))

    async def read(
        self, name: str, start: datetime, end: datetime, *, timeout: timedelta
    ) -> FeedReading:
        """What the feed says of the time from `start` to `end`.

        Where it does not answer within `timeout`, by its last good copy. Raises PermanentError
        where no setting resolves the name, PermanentError or RetryableError where there is no copy.
        """
        known = self._feed(name)
        async with known.asking:
            await self._refresh(known, timeout)
        copy = known.copy
        if copy is None:
            raise known.failure or PermanentError(name, "nothing was fetched")
        found = await asyncio.to_thread(unfolded, copy.text, start, end)
        trouble = known.failure.reason if known.failure else ""
        return FeedReading(found.events, copy.as_of, trouble, known.unkept, found.left_out)

    async def aclose(self) -> None:
        """Close what is open. A feed asked for later opens anew."""
        client, self._client = self._client, None
        self._known.clear()
        if client is not None:
            await client.aclose()

    def _feed(self, name: str) -> _Known:
        if name not in self._known:
            settings = self._settings.get(name)
            if settings is None:
                raise PermanentError(name, "no setting says where this feed is")
            self._known[name] = _Known(self._made(name, settings), place_of(settings))
        return self._known[name]

    def _made(self, name: str, settings: FeedSettings) -> CalendarFeed:
        if settings.path:
            return FileFeed(name, settings.path)
        import httpx2  # noqa: PLC0415 - slow to load, and most installations have no feed

        from connectors.calendars.web import WebFeed  # noqa: PLC0415 - see above

        self._client = self._client or httpx2.AsyncClient(follow_redirects=False)
        return WebFeed(name, settings, self._client)

    async def _refresh(self, known: _Known, timeout: timedelta) -> None:
        """Have a copy that is fresh, or the last good one and the reason why it is no other."""
        now = datetime.now(UTC)
        if known.copy is None:
            name = known.feed.name
            known.copy = await asyncio.to_thread(self._copies.load, name, known.place)
        if known.copy and now - known.copy.as_of < self._fresh and not known.failure:
            return
        if known.copy and known.failed_at and now - known.failed_at < self._patience:
            return
        try:
            await self._fetch(known, timeout)
        except ConnectorError as error:
            known.failure, known.failed_at = error, now

    async def _fetch(self, known: _Known, timeout: timedelta) -> None:
        name = known.feed.name
        copy = await known.feed.fetch(known.copy, timeout=timeout)
        if known.copy is None or copy.text != known.copy.text:
            try:
                await asyncio.to_thread(unfolded, copy.text, copy.as_of, copy.as_of)
            except NoCalendar:
                raise PermanentError(name, "what it sent is no calendar") from None
        known.copy, known.failure, known.failed_at, known.unkept = copy, None, None, ""
        try:
            await asyncio.to_thread(self._copies.save, name, known.place, copy)
        except OSError as error:
            known.unkept = f"its copy could not be kept ({type(error).__name__})"
