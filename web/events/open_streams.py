"""What somebody sees of one incident, or of all, from where they left off."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from fastapi.responses import Response
from sse_starlette.event import ServerSentEvent
from temporalio.client import Client

from incidents.description import describe
from incidents.errors import IncidentError, IncidentNotFound
from web.api.reading import ID_BOUND, Reading
from web.api.refusing import of_incident, reaching_incidents
from web.events.all_incidents import OVERLAP, Every, Missed, TooLongAgo
from web.events.followers import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    TROUBLES,
    Caught,
    Follower,
    Followers,
)
from web.events.story import EventId, event_of
from web.events.streams import (
    ARCHIVED,
    OVER,
    UNREAD,
    Shape,
    Still,
    Streams,
    beginning,
    following,
    pause,
)
from web.events.viewers import Viewer, Why
from web.http.calling_temporal import RPC_TIMEOUT
from web.http.errors import Refused
from web.identity.asker import Asker

CATCH_UP = timedelta(seconds=20)
"""To read what happened in all incidents meanwhile."""
GONE = "the events since then are not here any more: read the timelines, and begin without `after`"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, whether they still may, and how they get it."""

    asker: Asker
    still: Still
    shape: Shape


class Watching:
    """Opens streams of one incident, or of all."""

    def __init__(self, client: Client, reading: Reading) -> None:
        self.followers = Followers(client)
        self.streams = Streams()
        self._client = client
        self._reading = reading
        self._every = Every(client, self.followers, reading.queries)

    async def one(self, incident: str, after: int | None, reader: Reader) -> Response:
        """The events of one incident after a line, or from now on. Raises Refused.

        If it is over, the answer is what is left; without any, it asks not to come back (204).
        """
        if len(incident) > ID_BOUND or not await self._runs(incident):
            return await self._left(incident, after, reader)
        follower, viewer = self.followers.of(incident, datetime.now(UTC)), Viewer()
        events = self._of_one(follower, viewer, after, reader)
        stream = self.streams.open(
            reader.asker, events, lambda: self.followers.leave(follower, viewer)
        )
        follower.join(viewer)
        return stream

    async def all(self, after: EventId | datetime | None, reader: Reader) -> Response:
        """The events of all incidents after an event or instant, or from now on. Raises Refused."""
        viewer = self._every.join()
        try:
            async with reaching_incidents(RPC_TIMEOUT):
                await self._every.check()
            missed = await self._missed(after)
            events = self._of_all(viewer, missed, reader)
            return self.streams.open(reader.asker, events, lambda: self._every.leave(viewer))
        except BaseException:
            self._every.leave(viewer)
            raise

    async def _runs(self, incident: str) -> bool:
        try:
            async with reaching_incidents(RPC_TIMEOUT, known=_but_not_found):
                return (await describe(self._client, incident)).running
        except IncidentNotFound:
            return False

    async def _left(self, incident: str, after: int | None, reader: Reader) -> Response:
        """What is left of an incident that does not run. Raises Refused (404)."""
        view = (await self._reading.seen(incident)).view.incident
        left = [entry for entry in view.timeline if after is not None and entry.seq > after]
        if not left:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        first = left[0].seq if after is not None and left[0].seq > after + 1 else None
        caught = Caught(tuple(event_of(incident, entry) for entry in left), 0, first)

        async def events() -> AsyncIterator[ServerSentEvent]:
            yield beginning()
            for each in _said(caught, incident, reader.shape):
                yield each
            yield reader.shape.note(OVER, incident=incident)

        return self.streams.open(reader.asker, events())

    async def _of_one(
        self, follower: Follower, viewer: Viewer, after: int | None, reader: Reader
    ) -> AsyncIterator[ServerSentEvent]:
        incident, shape = follower.incident, reader.shape
        yield beginning()
        caught = await _caught_up(follower, after, reader.still)
        if caught is None:
            return
        for each in _said(caught, incident, shape):
            yield each
        seen = caught.events[-1].seq if caught.events else caught.after
        async for event in following(viewer, reader.still):
            if event.seq <= seen:
                continue
            if event.seq > seen + 1:
                yield shape.note(ARCHIVED, incident=incident, first=event.seq)
            seen = event.seq
            yield shape.line(event)
        if viewer.ended is Why.OVER:
            yield shape.note(OVER, incident=incident)

    async def _missed(self, after: EventId | datetime | None) -> Missed:
        """What somebody has missed who comes back. Raises Refused."""
        if after is None:
            return Missed()
        sent = self._every.sent_after(after) if isinstance(after, EventId) else None
        if sent is not None:
            return Missed(sent)
        try:
            async with reaching_incidents(CATCH_UP):
                if isinstance(after, datetime):
                    return await self._every.recorded_since(after)
                at = await self._every.recorded(after)
                since = await self._every.recorded_since(at - OVERLAP)
        except TooLongAgo:
            raise Refused(HTTPStatus.GONE, "EventsGone", GONE) from None
        known, seq = after.incident, after.seq
        events = tuple(e for e in since.events if e.incident != known or e.seq > seq)
        return Missed(events, since.unread)

    async def _of_all(
        self, viewer: Viewer, missed: Missed, reader: Reader
    ) -> AsyncIterator[ServerSentEvent]:
        yield beginning()
        seen: dict[str, int] = {}
        for incident in missed.unread:
            yield reader.shape.note(UNREAD, incident=incident)
        for event in missed.events:
            seen[event.incident] = event.seq
            yield reader.shape.line(event)
        async for event in following(viewer, reader.still):
            if event.seq > seen.get(event.incident, -1):
                yield reader.shape.line(event)


def _but_not_found(error: IncidentError) -> Refused | None:
    return None if isinstance(error, IncidentNotFound) else of_incident(error)


def _said(caught: Caught, incident: str, shape: Shape) -> Iterator[ServerSentEvent]:
    if caught.first is not None:
        yield shape.note(ARCHIVED, incident=incident, first=caught.first)
    yield from (shape.line(event) for event in caught.events)


async def _caught_up(follower: Follower, after: int | None, still: Still) -> Caught | None:
    """What somebody had not seen, as soon as a worker answers; None if they may not go on."""
    wait = SHORTEST_WAIT
    while True:
        try:
            return await follower.catch_up(after)
        except TROUBLES:
            if follower.ended or not await pause(wait, still):
                return None
            wait = min(2 * wait, LONGEST_WAIT)
