"""Pages that follow what happens: a stream says that something did, and a part is made anew.

A part is made once for all who look: with each event, every page asks for it at the same moment.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response
from sse_starlette.event import ServerSentEvent

from models.access import Scope
from web.api.reading import Reading
from web.events.api import NO_LONGER
from web.events.last_event import EventsQuery, given, line_after
from web.events.open_streams import Reader, Watching
from web.events.story import Event
from web.events.streams import ForPages, beginning, following
from web.events.viewers import Viewer
from web.http.errors import Refused
from web.identity.asker import Asker
from web.pages.board.rows import Board

FRESH_SECONDS = 5.0
"""A part is made anew after this time, also if nothing happened: clocks go on."""
LIST_SECONDS = 2.0
"""So often the list of open incidents is read while somebody looks at the board."""

LOST = "this session is over: load the page again"

Identify = Callable[[], Awaitable[Asker | None]]
Make = Callable[[], Awaitable[Response]]


class SharedParts:
    """Parts of pages that were made a moment ago."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[float, asyncio.Task[Response]]] = {}

    async def part(self, key: str, news_at: float | None, make: Make) -> Response:
        """The part, made after `news_at` (monotonic); without that, it is made for this request.

        Raises what `make` raises.
        """
        if news_at is None:
            return await make()
        now = time.monotonic()
        self._made = {k: made for k, made in self._made.items() if now - made[0] < FRESH_SECONDS}
        known = self._made.get(key)
        if known is None or known[0] <= news_at or _failed(known[1]):
            known = (now, asyncio.ensure_future(make()))
            self._made[key] = known
        return await asyncio.shield(known[1])


def _failed(task: asyncio.Task[Response]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


class BoardNews:
    """Reads the list of open incidents while somebody looks, and says if it changed."""

    def __init__(self, board: Board) -> None:
        self.at: float | None = None
        self._board = board
        self._viewers: set[Viewer] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self) -> Viewer:
        """Somebody looks."""
        viewer = Viewer()
        self._viewers.add(viewer)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Somebody looks no more."""
        self._viewers.discard(viewer)

    async def _run(self) -> None:
        self.at = time.monotonic()
        try:
            while self._viewers:
                with suppress(Refused):
                    if await self._board.changed():
                        self.at = time.monotonic()
                        for viewer in tuple(self._viewers):
                            viewer.take(Event("board", 0, "board.changed", datetime.now(UTC), ""))
                await asyncio.sleep(LIST_SECONDS)
        finally:
            self.at = None


class Live:
    """What pages read, and streams for them, each for as long as its session lasts."""

    def __init__(self, watching: Watching, reading: Reading, board: Board) -> None:
        self.parts = SharedParts()
        self.reading = reading
        self.board = board
        self.board_news = BoardNews(board)
        self._watching = watching

    def news_at(self, incident: str) -> float | None:
        """When an incident last moved; None if nobody follows it."""
        return self._watching.followers.news_at(incident)

    async def incident(
        self, request: Request, incident: str, asked: EventsQuery, identify: Identify
    ) -> Response:
        """What happens in an incident. Raises Refused."""
        after = line_after(given(request, asked), incident)
        reader = await _reader(identify)
        return await self._watching.one(incident, after, reader)

    async def open_incidents(self, identify: Identify) -> Response:
        """That something changed in the list of open incidents. Raises Refused."""
        reader = await _reader(identify)
        viewer = self.board_news.join()

        async def events() -> AsyncIterator[ServerSentEvent]:
            yield beginning()
            async for _ in following(viewer, reader.still):
                yield ServerSentEvent(data="news", sep="\n")

        try:
            return self._watching.streams.open(
                reader.asker, events(), lambda: self.board_news.leave(viewer)
            )
        except Refused:
            self.board_news.leave(viewer)
            raise


async def _reader(identify: Identify) -> Reader:
    asker = await identify()
    if asker is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "NotAuthenticated", LOST)

    async def still() -> bool:
        try:
            known = await identify()
            if known is not None:
                known.may(Scope.READ)
        except Refused as refused:
            return refused.status not in NO_LONGER
        return known is not None

    return Reader(asker, still, ForPages())
