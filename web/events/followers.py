"""Follows incidents that somebody looks at: each one once, however many look."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from incidents.errors import IncidentError, IncidentNotFound
from incidents.following import Moved, follow
from incidents.questions import ask_lines
from models.answers.lines import Lines, LinesAsked
from web.events.story import Event, Story, event_of
from web.http.errors import unavailable

log = structlog.get_logger(__name__)

MOST_FOLLOWED = 500
"""Incidents that one process follows."""
QUESTIONS_AT_ONCE = 8
"""Workers have more to do than to answer those who look."""
PATIENCE = timedelta(seconds=4)
PAUSE_SECONDS = 0.3
"""What happens within this time is read together."""
LINGER_SECONDS = 15.0
"""How long an incident is followed after the last who looked: most of them come back."""
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Before something that failed is tried again."""
TROUBLES = (IncidentError, RPCError, RuntimeError, TimeoutError)
"""What happens if Temporal or its workers are away; a client without connection is RuntimeError."""


class Takes(Protocol):
    """A receiver of the events of an incident."""

    def take(self, event: Event) -> None:
        """An event came."""

    def over(self, incident: str, run_id: str) -> None:
        """Nothing more comes: its last run ended, or, without a run, it cannot be followed."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What somebody had not seen: the lines after `after`. Lines before `first` are away."""

    events: tuple[Event, ...]
    after: int
    first: int | None = None


class Questions:
    """Asks incidents for their lines, a few at a time."""

    def __init__(
        self, client: Client, at_once: int = QUESTIONS_AT_ONCE, patience: timedelta = PATIENCE
    ) -> None:
        self._client = client
        self._gate = asyncio.Semaphore(at_once)
        self._patience = patience

    async def lines(self, incident: str, asked: LinesAsked) -> Lines:
        """All lines that were asked for. Raises one of `TROUBLES`."""
        async with self._gate:
            found = await ask_lines(self._client, incident, asked, self._patience)
            entries, more = found.entries, found.more
            while more:
                further = asked.changed(after=entries[-1].seq)
                found = await ask_lines(self._client, incident, further, self._patience)
                entries, more = (*entries, *found.entries), found.more
        return found.changed(entries=entries, more=False)


class Follower:
    """Follows one incident. `since` is from when on the lines count if nobody has asked before."""

    def __init__(
        self, client: Client, questions: Questions, incident: str, since: datetime
    ) -> None:
        self.incident = incident
        self.news_at = time.monotonic()
        self.ended = False
        self._client = client
        self._questions = questions
        self._since = since
        self._story = Story(incident)
        self._reading = asyncio.Lock()
        self._takers: set[Takes] = set()

    @property
    def watched(self) -> bool:
        """Whether anybody looks."""
        return bool(self._takers)

    def join(self, taker: Takes) -> None:
        """Send everything from now on to somebody."""
        self._takers.add(taker)

    def leave(self, taker: Takes) -> None:
        """Send nothing more to somebody."""
        self._takers.discard(taker)

    async def join_since(self, taker: Takes, since: datetime) -> None:
        """Send somebody what was recorded after an instant, and everything from now on."""

        async def read() -> None:
            lines = await self._read(LinesAsked(recorded_after=since))
            for entry in lines.entries:
                taker.take(event_of(self.incident, entry))
            self.join(taker)

        await self._until_answered(read)

    async def catch_up(self, after: int | None) -> Caught:
        """The lines after a number, or after now. Raises one of `TROUBLES`."""
        async with self._reading:
            if after is None:
                if self._story.top is None:
                    await self._read(LinesAsked(recorded_after=self._since))
                return Caught((), self._story.top or 0)
            if not self._story.covers(after):
                return await self._older(after)
            return Caught(self._story.after(after), min(after, self._story.top or 0))

    async def _older(self, after: int) -> Caught:
        lines = await self._read(LinesAsked(after=after))
        events = tuple(event_of(self.incident, entry) for entry in lines.entries)
        first = lines.first if after + 1 < lines.first else None
        return Caught(events, min(after, lines.last), first)

    async def _read(self, asked: LinesAsked) -> Lines:
        """Read lines; those that nobody has seen go to everybody."""
        lines = await self._questions.lines(self.incident, asked)
        for event in self._story.take(lines):
            self.news_at = time.monotonic()
            for taker in tuple(self._takers):
                taker.take(event)
        return lines

    async def run(self) -> None:
        """Follow the incident until it is over. Trouble passes: it is tried again."""
        try:
            await self._follow()
        finally:
            if not self.ended:
                self._end("")

    async def _follow(self) -> None:
        wait = SHORTEST_WAIT
        while not self.ended:
            try:
                async for movement in follow(self._client, self.incident):
                    await self._news()
                    wait = SHORTEST_WAIT
                    if movement.moved is Moved.OVER:
                        self._end(movement.run_id)
                        return
                    await asyncio.sleep(PAUSE_SECONDS)
            except IncidentNotFound:
                self._end("")
            except TROUBLES as error:
                self.news_at = time.monotonic()
                log.info("following.interrupted", incident=self.incident, why=str(error)[:200])
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)

    async def _news(self) -> None:
        """Read what is new, as soon as a worker answers. Raises IncidentNotFound."""
        self.news_at = time.monotonic()

        async def read() -> None:
            top = self._story.top
            recent = LinesAsked(recorded_after=self._since)
            await self._read(recent if top is None else LinesAsked(after=top))

        await self._until_answered(read)

    async def _until_answered(self, read: Callable[[], Awaitable[None]]) -> None:
        """Read as soon as a worker answers. Raises IncidentNotFound."""
        wait = SHORTEST_WAIT
        while True:
            try:
                async with self._reading:
                    await read()
            except IncidentNotFound:
                raise
            except TROUBLES:
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                return

    def _end(self, run_id: str) -> None:
        self.ended = True
        for taker in tuple(self._takers):
            taker.over(self.incident, run_id)


class Followers:
    """The incidents that are followed, each by one task."""

    def __init__(self, client: Client) -> None:
        self._questions = Questions(client)
        self._client = client
        self._followers: dict[str, Follower] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def known(self, incident: str) -> Follower | None:
        """The follower of an incident, if it is followed."""
        follower = self._followers.get(incident)
        return None if follower is None or follower.ended else follower

    def of(self, incident: str, since: datetime) -> Follower:
        """The follower of an incident. Raises Refused (503) if there are too many already."""
        known = self.known(incident)
        if known:
            return known
        if incident not in self._followers and len(self._followers) >= MOST_FOLLOWED:
            message = f"{MOST_FOLLOWED} incidents are followed already; ask for their timelines"
            raise unavailable("Busy", message)
        follower = Follower(self._client, self._questions, incident, since)
        self._followers[incident] = follower
        self._tasks[incident] = asyncio.create_task(follower.run())
        self._stop_soon(follower)
        return follower

    def leave(self, follower: Follower, taker: Takes) -> None:
        """Somebody looks no more; some seconds after the last one, the following ends."""
        follower.leave(taker)
        if not follower.watched:
            self._stop_soon(follower)

    def news_at(self, incident: str) -> float | None:
        """When an incident last moved, on the monotonic clock; None if it is not followed."""
        follower = self.known(incident)
        return follower.news_at if follower else None

    def _stop_soon(self, follower: Follower) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(LINGER_SECONDS, self._stop_if_nobody_looks, follower)

    def _stop_if_nobody_looks(self, follower: Follower) -> None:
        if follower.watched or self._followers.get(follower.incident) is not follower:
            return
        del self._followers[follower.incident]
        self._tasks.pop(follower.incident).cancel()
