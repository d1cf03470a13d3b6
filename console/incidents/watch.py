"""`watch`: a live view on a terminal, or a line for each change on a pipe."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from console.engine.protocol import Engine
from console.incidents.incident_table import state_words, table_of
from console.incidents.incident_view import live, timeline_line
from console.incidents.list import Wide
from console.incidents.show import read_from_words, shown
from console.terminal.arguments import DEFAULT_TIMEOUT, AsJson, Timeout, an_incident
from console.terminal.completion import complete_incident
from console.terminal.ended import ending_document, ending_words
from console.terminal.explain_errors import failure_of
from console.terminal.failure import ExitCode, Failure
from console.terminal.output import Output, failure_words, line, note, person, write_json
from console.terminal.running import perform
from console.terminal.zone import InUtc, moment, times_in
from incidents.finding import Filters, ListedIncident
from incidents.questions import Seen
from models.answers.description import Ending
from models.answers.view import IncidentView
from models.base import build_models
from models.readable import in_a_cell

LISTED = 100
ONLY_NEWEST = f"only the newest {LISTED} of the open incidents are watched"
TIMELINE_SHOWN = 8
_PASSING = {ExitCode.NOT_CONFIRMED, ExitCode.NOT_REACHABLE}
Watched = Annotated[
    str | None,
    typer.Argument(
        metavar="[INCIDENT]",
        help="one incident; default: all open incidents",
        autocompletion=complete_incident,
        callback=an_incident,
    ),
]
Every = Annotated[float, typer.Option("--every", min=0.1, help="seconds between two updates")]


class IncidentNews:
    """What is new in one incident since the last look."""

    def __init__(self, incident_id: str, timeout: timedelta, *, utc: bool = False) -> None:
        self._id = incident_id
        self._utc = utc
        self._timeout = timeout
        self._told = 0
        self.over = False

    async def look(self, engine: Engine) -> tuple[RenderableType, list[tuple[RenderableType, Any]]]:
        """The view, and the new timeline entries."""
        seen = await engine.view(self._id, self._timeout)
        self.over = not seen.running
        with times_in(seen.view.time_zone, utc=self._utc):
            return self._told_of(seen)

    def _told_of(self, seen: Seen) -> tuple[RenderableType, list[tuple[RenderableType, Any]]]:
        ending, news = seen.ending, self._news(seen.view)
        if ending:
            news.append(self._last(ending))
        view = live(seen.view, TIMELINE_SHOWN)
        remark = read_from_words(seen.read_from)
        if remark:
            view = Group(line(remark, "dim"), view)
        return shown(ending, view), news

    def _last(self, ending: Ending) -> tuple[RenderableType, Any]:
        human = line(f"{moment(ending.at)}  {self._id} is no longer driven: {ending_words(ending)}")
        return human, {"incident": self._id, "ended": ending_document(ending)}

    def _news(self, view: IncidentView) -> list[tuple[RenderableType, Any]]:
        fresh = [entry for entry in view.incident.timeline if entry.seq > self._told]
        if fresh:
            self._told = fresh[-1].seq
        return [(timeline_line(entry), entry.model_dump(mode="json")) for entry in fresh]


class ListNews:
    """What is new among the open incidents since the last look."""

    over = False

    def __init__(self, aside: Callable[[str], None], *, wide: bool = False) -> None:
        self._aside = aside
        self._wide = wide
        self._told: dict[str, ListedIncident] = {}
        self._cut = False

    async def look(self, engine: Engine) -> tuple[RenderableType, list[tuple[RenderableType, Any]]]:
        """The table, and the incidents that changed; one that ended is shown once more."""
        found = await engine.find(Filters(only_open=True), LISTED)
        now = datetime.now(UTC)
        current = {row.id: row for row in found.rows}
        gone = [row for row in self._told.values() if row.id not in current]
        if found.more:
            # Newer incidents may only have pushed it out of the list.
            gone = [row for row in gone if not await engine.runs(row.id)]
        news = [row for row in found.rows if self._told.get(row.id) != row]
        news += [row.changed(open=False) for row in gone]
        self._told = current
        lines: list[tuple[RenderableType, Any]] = [
            (_row_line(row, now), row.model_dump(mode="json")) for row in news
        ]
        table = table_of(found.rows, now, wide=self._wide)
        if not found.more:
            return table, lines
        if not self._cut:
            self._cut = True
            self._aside(ONLY_NEWEST)
        return Group(table, line(ONLY_NEWEST, "dim")), lines


def _row_line(row: ListedIncident, now: datetime) -> Text:
    became = state_words(row) if row.open else "no longer open"
    held = ", on hold" if row.on_hold else ""
    breached = f", breached: {', '.join(row.breached_clocks)}" if row.breached_clocks else ""
    how = f"{row.severity or '?'} {became}{held}{breached}"
    return line(f"{moment(now)}  {row.id} {how}: {in_a_cell(row.title)}")


News = IncidentNews | ListNews
Show = Callable[[RenderableType, list[tuple[RenderableType, Any]]], None]


async def _follow(engine: Engine, news: News, every: float, show: Show) -> None:
    """Look repeatedly. The first look must succeed; later the server may be down for a while."""
    seen: RenderableType | None = None
    while not news.over:
        try:
            seen, fresh = await news.look(engine)
            show(seen, fresh)
        except Exception as error:
            failure = failure_of(error)
            if seen is None or failure.code not in _PASSING:
                raise
            show(Group(seen, failure_words(failure)), [_trouble(failure)])
        if not news.over:
            await asyncio.sleep(every)


def _trouble(failure: Failure) -> tuple[RenderableType, Any]:
    return line(f"{moment(datetime.now(UTC))}  {failure.message}"), failure.document()


def _lines(output: Output) -> Show:
    def show(_: RenderableType, fresh: list[tuple[RenderableType, Any]]) -> None:
        for human, machine in fresh:
            if output.as_json:
                write_json(machine, one_line=True)
            else:
                person().print(human, soft_wrap=True)

    return show


def _by_lines(output: Output) -> bool:
    return output.as_json or not sys.stdout.isatty()


def _watching(
    news: News, every: float, output: Output
) -> Callable[[Engine], Coroutine[Any, Any, None]]:
    async def work(engine: Engine) -> None:
        build_models()  # it reads again and again
        if _by_lines(output):
            await _follow(engine, news, every, _lines(output))
            return
        with Live(console=person(), auto_refresh=False, vertical_overflow="crop") as live:
            await _follow(engine, news, every, lambda seen, _: live.update(seen, refresh=True))

    return work


def watch(
    context: typer.Context,
    incident: Watched = None,
    *,
    every: Every = 1.0,
    wide: Wide = False,
    utc: InUtc = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    as_json: AsJson = False,
) -> None:
    """Watch an incident until it is over, or all open ones; Ctrl-C ends it.

    On a pipe, print a line for each change; with --json, a JSON document per line.
    """
    output = Output.of(context, as_json=as_json)
    aside = note if _by_lines(output) else lambda _: None
    news: News = ListNews(aside, wide=wide)
    if incident:
        news = IncidentNews(incident, timedelta(seconds=timeout), utc=utc)
    try:
        perform(_watching(news, every, output))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.OK) from None
