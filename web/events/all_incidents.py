"""Follows all incidents at once, for those who want to hear of everything."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client

from incidents.errors import IncidentNotFound
from incidents.finding import newest_runs
from models.answers.lines import LinesAsked
from models.incident.record import TimelineEntry
from web.events.followers import MOST_FOLLOWED, TROUBLES, Follower, Followers, Questions
from web.events.story import Event, EventId, Log, by_recording, event_of
from web.events.viewers import Viewer, Why
from web.http.errors import Refused, unavailable
from web.http.shared_queries import OURS, SharedQueries

log = structlog.get_logger(__name__)

LIST_SECONDS = 2.0
"""So often the list of incidents is read, for those that began."""
LIST_PATIENCE_SECONDS = 5.0
LINGER_SECONDS = 30.0
"""How long the server follows all incidents after the last viewer left: most come back."""
ENDED_WITHIN = timedelta(seconds=60)
"""The server still follows incidents that ended so recently, even if nobody saw them begin."""
OVERLAP = timedelta(seconds=60)
"""If a reader comes to another process, it repeats events from so long before the last one."""
MEANWHILE_AT_ONCE, MEANWHILE_PATIENCE = 16, timedelta(seconds=2)
"""Bounds for reading all incidents, so that one without an answer does not delay the others."""
MEANWHILE_SECONDS = 8.0
"""For all incidents together. A reader hears which were not read by then."""
LONGEST_AGO = timedelta(days=1)
"""How far back a reader can go on; the timelines of incidents have everything before that."""

ENDED_LATELY = (ENDED_WITHIN, timedelta(minutes=10), timedelta(hours=2), LONGEST_AGO)
"""A list has the incidents that ended within one of these, so few lists are read at one time."""


class TooLongAgo(Exception):  # noqa: N818 - says what is
    """Nobody can go on from there."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What somebody missed who was away. For the incidents in `unread` no worker answered."""

    events: tuple[Event, ...] = ()
    unread: tuple[str, ...] = ()


class Every:
    """Follows every incident that runs."""

    def __init__(self, client: Client, followers: Followers, queries: SharedQueries) -> None:
        self._client = client
        self._queries = queries
        self._followers = followers
        self._meanwhile = Questions(client, MEANWHILE_AT_ONCE, MEANWHILE_PATIENCE)
        self._viewers: set[Viewer] = set()
        self._log = Log()
        self._followed: dict[str, Follower] = {}
        self._ended: dict[str, str] = {}
        self._joining: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._since = datetime.now(UTC)

    def join(self) -> Viewer:
        """Somebody looks; everything from now on waits for them."""
        viewer = Viewer()
        self._viewers.add(viewer)
        if self._task is None or self._task.done():
            self._since = datetime.now(UTC)
            self._task = asyncio.create_task(self._run())
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Somebody looks no more; some seconds after the last one, the following ends."""
        self._viewers.discard(viewer)
        if not self._viewers:
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self._stop_if_nobody_looks)

    def sent_after(self, last: EventId) -> tuple[Event, ...] | None:
        """What was sent after an event; None if this process does not know that event."""
        return self._log.after(last)

    async def check(self) -> None:
        """Raises Refused (503) if more incidents run than can be followed, or one of `TROUBLES`."""
        await self._runs(ENDED_WITHIN)

    async def recorded(self, last: EventId) -> datetime:
        """When the line of an event was recorded. Raises TooLongAgo, or one of `TROUBLES`."""
        asked = LinesAsked(after=last.seq - 1)
        lines = await self._lines(last.incident, asked)
        if not lines or lines[0].seq != last.seq:
            raise TooLongAgo
        return lines[0].recorded_at

    async def recorded_since(self, at: datetime) -> Missed:
        """What was recorded after an instant. Raises TooLongAgo, Refused, or one of `TROUBLES`."""
        ago = datetime.now(UTC) - at
        if ago > LONGEST_AGO:
            raise TooLongAgo
        asked = LinesAsked(recorded_after=at)
        incidents = await self._runs(ago)
        found = await asyncio.gather(*(self._lines_or_none(each, asked) for each in incidents))
        events = by_recording(
            event_of(incident, entry)
            for incident, lines in zip(incidents, found, strict=True)
            for entry in lines or ()
        )
        unread = (each for each, lines in zip(incidents, found, strict=True) if lines is None)
        return Missed(tuple(events), tuple(unread))

    async def _lines(self, incident: str, asked: LinesAsked) -> tuple[TimelineEntry, ...]:
        """The lines of an incident; none if the server has forgotten it."""
        try:
            return (await self._meanwhile.lines(incident, asked)).entries
        except IncidentNotFound:
            return ()

    async def _lines_or_none(
        self, incident: str, asked: LinesAsked
    ) -> tuple[TimelineEntry, ...] | None:
        """The same; None if no worker answers for this incident in time."""
        try:
            async with asyncio.timeout(MEANWHILE_SECONDS):
                return await self._lines(incident, asked)
        except TROUBLES:
            return None

    def take(self, event: Event) -> None:
        """An event of an incident, for everybody."""
        if self._log.take(event):
            for viewer in tuple(self._viewers):
                viewer.take(event)

    def over(self, incident: str, run_id: str) -> None:
        """An incident is over, and followed again only if another run reopens it."""
        follower = self._followed.pop(incident, None)
        if follower:
            self._followers.leave(follower, self)
        self._ended[incident] = run_id

    async def _runs(self, ended_within: timedelta) -> dict[str, str]:
        """The runs that run or ended lately; those who look share one reading of the list."""
        rounded = next(each for each in ENDED_LATELY if ended_within <= each)

        async def read() -> dict[str, str]:
            after = datetime.now(UTC) - rounded
            return await newest_runs(self._client, after, MOST_FOLLOWED)

        async with asyncio.timeout(LIST_PATIENCE_SECONDS):
            found = await self._queries.ask(f"runs {rounded}", OURS, read)
        if len(found) > MOST_FOLLOWED:
            message = (
                f"more than {MOST_FOLLOWED} incidents run: follow those that matter one by one"
            )
            raise unavailable("Busy", message)
        return found

    async def _run(self) -> None:
        """Look for incidents that began, until nobody looks any more."""
        try:
            while True:
                try:
                    self._follow(await self._runs(ENDED_WITHIN))
                except Refused:
                    for viewer in tuple(self._viewers):
                        viewer.end(Why.TOO_MANY)
                except TROUBLES as error:
                    log.info("listing.interrupted", why=str(error)[:200])
                await asyncio.sleep(LIST_SECONDS)
        finally:
            for joining in self._joining:
                joining.cancel()
            for follower in tuple(self._followed.values()):
                self._followers.leave(follower, self)
            self._followed.clear()
            self._ended.clear()

    def _follow(self, runs: dict[str, str]) -> None:
        """Follow each incident that nobody follows here yet. Raises Refused."""
        self._ended = {known: run for known, run in self._ended.items() if known in runs}
        for incident, run_id in runs.items():
            if incident in self._followed or self._ended.get(incident) == run_id:
                continue
            known = self._followers.known(incident)
            follower = known or self._followers.of(incident, self._since)
            self._followed[incident] = follower
            if known is None:
                follower.join(self)
            else:
                joining = asyncio.create_task(follower.join_since(self, self._since))
                self._joining.add(joining)
                joining.add_done_callback(self._joining.discard)

    def _stop_if_nobody_looks(self) -> None:
        if self._viewers or self._task is None:
            return
        self._task.cancel()
        self._task = None
