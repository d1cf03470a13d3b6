"""Streams of server-sent events, each as long as its reader, its identity and its incident last."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

from web.events.story import Event
from web.events.viewers import Viewer, Why
from web.http.connection import STREAMS
from web.http.errors import Refused, unavailable
from web.identity.asker import Asker

log = structlog.get_logger(__name__)

MOST_STREAMS = 400
"""Streams of one process; requests of other kinds have connections beside these."""
MOST_OF_ONE = 50
"""Streams of one person, tool or link."""
COMMENT_SECONDS = 15
"""So often something is sent, so that no proxy takes the connection for dead."""
CHECK_SECONDS = 5.0
"""How often the server checks whether the reader still may read."""
RETRY_MILLISECONDS = 2000
OVER, ARCHIVED, UNREAD = "over", "archived", "unread"
"""Events that are no line of a timeline: the incident is over; older lines are documents; no worker
could say what happened since the last event."""

Still = Callable[[], Awaitable[bool]]
"""Whether the reader of a stream still may read."""


def comment(text: str) -> ServerSentEvent:
    """Something that no reader takes for an event."""
    return ServerSentEvent(comment=text, sep="\n")


def beginning() -> ServerSentEvent:
    """The first that a reader gets: it is connected, and knows when to come back."""
    return ServerSentEvent(comment="following", retry=RETRY_MILLISECONDS, sep="\n")


class Shape(Protocol):
    """How what happens is sent."""

    def line(self, event: Event) -> ServerSentEvent:
        """A line of a timeline."""

    def note(self, kind: str, **facts: Any) -> ServerSentEvent:
        """Something that is no line."""


class ForTools:
    """Each event has its kind, and the line as the API shows it."""

    def line(self, event: Event) -> ServerSentEvent:
        """A line of a timeline."""
        return ServerSentEvent(data=event.data, event=event.kind, id=str(event.id), sep="\n")

    def note(self, kind: str, **facts: Any) -> ServerSentEvent:
        """Something that is no line."""
        return ServerSentEvent(data=json.dumps(facts, separators=(",", ":")), event=kind, sep="\n")


class ForPages:
    """Each event only says that something happened: a page asks for the part that changed."""

    def line(self, event: Event) -> ServerSentEvent:
        """A line of a timeline."""
        return ServerSentEvent(data=event.kind, id=str(event.id), sep="\n")

    def note(self, kind: str, **_: Any) -> ServerSentEvent:
        """Something that is no line."""
        return ServerSentEvent(data=kind, sep="\n")


class Stream(EventSourceResponse):
    """An answer that goes on; `ended` is called when it ends, however it does."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], ended: Callable[[], None]) -> None:
        super().__init__(
            events,
            ping=COMMENT_SECONDS,
            ping_message_factory=lambda: comment("still here"),
            sep="\n",
            headers={"X-Content-Type-Options": "nosniff"},
        )
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there are no more, or nobody reads them."""
        scope.setdefault("state", {})[STREAMS] = True
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


class Streams:
    """Counts the streams of this process, and of each who reads."""

    def __init__(self) -> None:
        self._of: Counter[tuple[str, str]] = Counter()

    def open(
        self,
        asker: Asker,
        events: AsyncIterator[ServerSentEvent],
        leave: Callable[[], None] = lambda: None,
    ) -> Stream:
        """Begin a stream; `leave` is called when it ends. Raises Refused: 429 or 503."""
        who = (asker.source, asker.name or "")
        if self._of[who] >= MOST_OF_ONE:
            message = f"{MOST_OF_ONE} streams of yours are open: close some, or read one for all"
            status, headers = HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "15"}
            raise Refused(status, "TooManyStreams", message, headers=headers)
        if self._of.total() >= MOST_STREAMS:
            raise unavailable("Busy", f"{MOST_STREAMS} streams are open, and there may be no more")
        self._of[who] += 1
        return Stream(events, lambda: self._close(who, leave))

    def _close(self, who: tuple[str, str], leave: Callable[[], None]) -> None:
        leave()
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]


@dataclass(slots=True)
class Checked:
    """Asks from time to time whether the reader still may read."""

    still: Still
    _at: float = 0.0

    async def fine(self) -> bool:
        """Whether the reader may go on."""
        now = time.monotonic()
        if now - self._at >= CHECK_SECONDS:
            self._at = now
            return await self.still()
        return True


async def following(viewer: Viewer, still: Still) -> AsyncIterator[Event]:
    """What comes, until nothing more comes or the reader may not go on."""
    checked = Checked(still, time.monotonic())
    while not viewer.ended or viewer.waiting:
        events = await viewer.news(CHECK_SECONDS)
        if not await checked.fine():
            log.info("stream.ended", why="the identity of its reader ended")
            return
        for event in events:
            yield event
    if viewer.ended is not Why.OVER:
        log.info("stream.ended", why=viewer.ended.value)


async def pause(seconds: float, still: Still) -> bool:
    """Wait before something is tried again; False if the reader may not go on."""
    await asyncio.sleep(seconds)
    return await still()
