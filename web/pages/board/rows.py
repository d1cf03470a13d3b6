"""Finds the open incidents for the board; all who look share one reading of some seconds."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio.client import Client

from incidents.errors import IncidentError
from incidents.finding import Filters, ListedIncident, find, most_urgent_first, query_of
from incidents.questions import ask_view
from models.answers.view import IncidentView
from rules.updates.owed import owed_updates
from rules.wording.times import span
from web.api.reading import ANSWER
from web.api.refusing import reaching_incidents
from web.http.shared_queries import LONGEST, OURS, SharedQueries
from web.pages.summary import Limit, next_limit

FRESH_SECONDS = 2.0
"""How long one reading of the list serves everybody."""
ASKED_FRESH_SECONDS = 6.0
"""How long the answer of one incident serves everybody; a countdown goes on without asking."""
MOST_LISTED = 200
MOST_ASKED = 30
"""Incidents that are asked which limit comes next; the others show the instant alone."""
PATIENCE = timedelta(seconds=1.5)
MOST_KEPT = 50
OPEN = Filters(only_open=True)
"""What the board shows unless somebody chooses less."""


@dataclass(frozen=True, slots=True)
class Row:
    """One incident on the board."""

    id: str
    title: str
    severity: str
    state: str
    leading: str | None
    service: str | None
    limit: Limit | None
    breached: tuple[str, ...]
    owed: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of the board, and whether there are more incidents than it shows."""

    rows: tuple[Row, ...]
    more: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    rows: tuple[ListedIncident, ...]
    more: bool


class Board:
    """Reads the list of open incidents."""

    def __init__(
        self,
        client: Client,
        queries: SharedQueries,
        severities: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._client = client
        self._queries = queries
        self._severities = severities
        self._asking = asyncio.Lock()
        self._lists: OrderedDict[str, tuple[float, _Found]] = OrderedDict()
        self._views: dict[str, tuple[float, IncidentView | None]] = {}
        self._last: dict[str, ListedIncident] = {}

    async def listing(self, filters: Filters, asker: str) -> Listing:
        """The open incidents, the soonest due first, for whoever asks. Raises Refused."""
        found = await self._found(filters, asker)
        first = most_urgent_first(found.rows, self._severities())
        async with self._asking:
            await self._ask(row.id for row in first[:MOST_ASKED])
        now = datetime.now(UTC)
        rows = tuple(self._row(row, now) for row in first)
        return Listing(rows, found.more, now)

    async def changed(self) -> bool:
        """Whether the list of all open incidents changed since this was asked last; reads it anew.

        Raises Refused.
        """
        self._lists.pop(query_of(OPEN), None)
        found = await self._found(OPEN, OURS)
        rows = {row.id: row for row in found.rows}
        news = {each for each in rows | self._last if rows.get(each) != self._last.get(each)}
        self._last = rows
        if news:
            self._lists = OrderedDict({query_of(OPEN): (time.monotonic(), found)})
            self._views = {k: said for k, said in self._views.items() if k not in news}
        return bool(news)

    async def _found(self, filters: Filters, asker: str) -> _Found:
        query = query_of(filters)
        at, known = self._lists.get(query, (0.0, None))
        if known is not None and time.monotonic() - at < FRESH_SECONDS:
            return known
        asker = OURS if filters == OPEN else asker
        async with reaching_incidents(ANSWER):
            return await self._queries.ask(f"board {query}", asker, partial(self._read, filters))

    async def _read(self, filters: Filters) -> _Found:
        query = query_of(filters)
        listed = await find(self._client, filters, MOST_LISTED, within=LONGEST)
        found = _Found(tuple(row for row in listed.rows if row.open), listed.more)
        self._lists[query] = (time.monotonic(), found)
        self._lists.move_to_end(query)
        if len(self._lists) > MOST_KEPT:
            self._lists.popitem(last=False)
        return found

    async def _ask(self, ids: Iterable[str]) -> None:
        """Ask the incidents that were not asked lately; one that does not answer says nothing."""
        now = time.monotonic()
        self._views = {
            known: said
            for known, said in self._views.items()
            if now - said[0] < ASKED_FRESH_SECONDS
        }
        missing = [each for each in ids if each not in self._views]
        views = await asyncio.gather(*(self._view(each) for each in missing))
        self._views.update(zip(missing, ((time.monotonic(), view) for view in views), strict=True))

    async def _view(self, incident: str) -> IncidentView | None:
        try:
            async with asyncio.timeout(2 * PATIENCE.total_seconds()):
                return await ask_view(self._client, incident, PATIENCE)
        except (IncidentError, TimeoutError):
            return None

    def _row(self, row: ListedIncident, now: datetime) -> Row:
        _, view = self._views.get(row.id, (0.0, None))
        limit = next_limit(view.readings, now) if view else None
        incident = view.incident if view else None
        held = "on hold" if row.on_hold else ""
        state = (incident.state.value if incident else row.state) or "begins"
        return Row(
            id=row.id,
            title=row.title or row.id,
            severity=(incident.severity if incident else row.severity) or "severity unknown",
            state=", ".join(part for part in (state, held) if part),
            leading=view.manager if view else row.manager,
            service=incident.report.service if incident else row.service,
            limit=limit or _due_limit(row.next_due_at, now),
            breached=_breached(row, view),
            owed=_owed(row, view, now),
        )


def _due_limit(at: datetime | None, now: datetime) -> Limit | None:
    """What the list alone says: something is due."""
    if at is None:
        return None
    if at <= now:
        return Limit(f"due since {span(now - at)}", "warn", at, "next due in", "due since")
    return Limit(f"next due in {span(at - now)}", "", at, "next due in", "due since")


def _owed(row: ListedIncident, view: IncidentView | None, now: datetime) -> str:
    """Whether an update is owed, and to whom if the incident said so; empty if none is."""
    if view is None:
        return "update owed" if row.update_owed else ""
    audiences = ", ".join(owed_updates(view.readings, now))
    return f"update owed to {audiences}" if audiences else ""


def _breached(row: ListedIncident, view: IncidentView | None) -> tuple[str, ...]:
    """The breached clocks whose breach nobody corrected."""
    if view:
        names = (breach.clock for breach in view.breaches if breach.corrected is None)
        return tuple(dict.fromkeys(names))
    return tuple(name for name in row.breached_clocks if name not in row.corrected_clocks)
