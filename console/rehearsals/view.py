"""A rehearsal as a person reads it."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from console.incidents.clock_view import (
    elapsed_words,
    figure_words,
    grid,
    heading,
    status_text,
)
from console.terminal.output import line
from console.terminal.zone import moment
from models.incident.timeline import EntryKind
from models.time.clock import ClockReading
from models.time.clock_name import UpdateClock, clock_named
from rehearsal.results.compare import ClockDifference, Comparison
from rehearsal.results.outcome import Judgement
from rehearsal.results.played import (
    Breach,
    Played,
    PlayedLine,
    PolicyPlayed,
    ReceivedMessage,
    RefusedAttempt,
)
from rehearsal.scenarios.phrases import offset_words
from rules.wording.clocks import by_calendar, clock_words
from rules.wording.times import short_span

SAID = {"page": "PAGE", "tell": "tell", "remind": "remind", "event": "event"}
SAID_STYLE = {"page": "bold magenta", "tell": "", "remind": "yellow", "event": "dim"}
QUIET = frozenset(
    {
        EntryKind.PAGE_SENT,
        EntryKind.PAGE_SUMMARISED,
        EntryKind.NOTIFICATION_SENT,
        EntryKind.REMINDER_SENT,
        EntryKind.EVENT_SENT,
        EntryKind.COMMAND_REFUSED,
        EntryKind.DOCUMENT_WRITTEN,
        EntryKind.CLOCK_WARNED,
    }
)
"""Timeline lines that are shown in other words, or do not matter to the process."""
STORY_STYLE: dict[str, str] = {
    EntryKind.CLOCK_BREACHED: "bold red",
    EntryKind.UPDATE_MISSED: "red",
    EntryKind.CLOCK_SUPERSEDED: "dim",
    EntryKind.CLOCK_RESTORED: "red",
}


def render(
    played: Played,
    judgement: Judgement,
    other: Played | None = None,
    comparison: Comparison | None = None,
    *,
    story: bool = False,
) -> Group:
    """The whole rehearsal: events, clocks, breaches and refusals."""
    parts: list[RenderableType] = [_header(played), heading("What happens"), _story(played, story)]
    parts += [heading("Clocks"), _clocks(played), *_figures(played)]
    parts += [*_breaches(played), *_refused(played)]
    if other and comparison:
        parts += _comparison(played, other, comparison)
    return Group(*parts, *_judged(judgement))


def _named(policy: PolicyPlayed) -> str:
    return f"{policy.name} {policy.version} ({policy.file})"


def _header(played: Played) -> Group:
    length = offset_words(played.ended_at, played.starts)
    return Group(
        line(played.scenario, "bold"),
        line(f"policy  {_named(played.policy)}"),
        line(f"from    {moment(played.starts)}"),
        line(f"to      {moment(played.ended_at)}, {length} later: {played.ended_because}"),
    )


def _story(played: Played, whole: bool) -> RenderableType:  # noqa: FBT001 - as it was asked
    rows = grid("after", "at", "", "")
    many = len(played.incidents) > 1
    for at, kind, text, style in sorted(_told(played, many, whole), key=lambda row: row[0]):
        rows.add_row(offset_words(at, played.starts), moment(at), line(kind, style), line(text))
    return rows


def _told(
    played: Played,
    many: bool,  # noqa: FBT001 - whether incidents are named
    whole: bool,  # noqa: FBT001 - as it was asked
) -> Iterator[tuple[datetime, str, str, str]]:
    for incident in played.incidents:
        prefix = f"{incident.name}: " if many else ""
        for entry in incident.timeline:
            if whole or entry.kind not in QUIET:
                yield entry.at, *_entry(entry, prefix, whole=whole)
        for said in incident.said if not whole else ():
            yield (
                said.at,
                SAID[said.kind],
                f"{prefix}{said.who} by {said.channel}: {said.because}",
                SAID_STYLE[said.kind],
            )
    for refused in played.refused:
        prefix = f"{refused.incident}: " if many else ""
        yield refused.at, "refused", f"{prefix}{_refused_words(refused)}", "red"


def _entry(entry: PlayedLine, prefix: str, *, whole: bool) -> tuple[str, str, str]:
    style = STORY_STYLE.get(entry.kind, "dim")
    late = (entry.at - entry.happened_at).total_seconds() >= 1
    told = f" (happened at {moment(entry.happened_at)})" if late else ""
    kind = entry.kind if whole else entry.kind.replace(".", " ").replace("_", " ")
    return kind, f"{prefix}{entry.summary}{told}", style


def _refused_words(refused: RefusedAttempt) -> str:
    lacks = [item for item in refused.missing if item not in refused.because]
    more = f" (missing: {'; '.join(lacks)})" if lacks else ""
    return f"{refused.what} by {refused.by}: {refused.because}{more}"


def _clocks(played: Played) -> RenderableType:
    many = len(played.incidents) > 1
    rows = grid("clock", "status", "outcome", "target", "elapsed", "limit at")
    for incident in played.incidents:
        for reading in incident.end.clocks:
            rows.add_row(
                line(f"{incident.name}: {_run(reading)}" if many else _run(reading)),
                status_text(reading),
                line(clock_words(reading, short_span)),
                line(by_calendar(reading.target, reading, short_span)),
                elapsed_words(reading),
                moment(reading.breach_at),
            )
    return rows if rows.row_count else Text("no clock has started", style="dim")


def _run(reading: ClockReading) -> str:
    return reading.clock + (f" ({reading.run})" if reading.run > 1 else "")


def _figures(played: Played) -> Iterator[RenderableType]:
    many = len(played.incidents) > 1
    rows = grid("figure", "amounts to", "from", "to")
    for incident in played.incidents:
        for metric in incident.end.metrics:
            rows.add_row(
                line(f"{incident.name}: {metric.metric}" if many else metric.metric),
                line(figure_words(metric)),
                moment(metric.started_at),
                moment(metric.stopped_at),
            )
    if rows.row_count:
        yield heading("Figures")
        yield rows


def _breaches(played: Played) -> Iterator[RenderableType]:
    yield heading("What breaches")
    if not played.breaches:
        yield Text("nothing", style="green")
    many = len(played.incidents) > 1
    for breach in played.breaches:
        named = f"{breach.incident}: " if many else ""
        yield line(f"{named}{_breach_words(breach, played)}", "red")


def _breach_words(breach: Breach, played: Played) -> str:
    waited = clock_named(breach.clock)
    if isinstance(waited, UpdateClock):
        what = f"status update to {waited.audience}"
    else:
        what = breach.clock + (f" ({breach.run})" if breach.run > 1 else "")
    due = f", due after {offset_words(breach.at, played.starts)}" if breach.at else ""
    late_by = short_span(breach.late_by, days=breach.measure.has_days)
    late = "still open at the end" if breach.open else f"late by {late_by}"
    if breach.corrected_by:
        late = f"fired, and corrected by {breach.corrected_by}"
    return f"{what}{due}: {late}"


def _refused(played: Played) -> Iterator[RenderableType]:
    if played.refused:
        yield heading("What is refused")
    for refused in played.refused:
        offset = offset_words(refused.at, played.starts)
        yield line(f"{offset} {_refused_words(refused)}", "yellow")


def _comparison(here: Played, there: Played, found: Comparison) -> Iterator[RenderableType]:
    yield heading(f"Against {_named(there.policy)}")
    if found.same:
        yield Text("nothing differs", style="green")
        return
    yield line(f"- {_named(here.policy)}", "dim")
    yield line(f"+ {_named(there.policy)}", "dim")
    for end in found.ends:
        yield line(f"{end.incident} ends {end.here or 'nowhere'}; there {end.there or 'nowhere'}")
    yield from _breached_otherwise(here, there, found)
    for difference in found.clocks:
        yield line(f"  clock {_otherwise(difference)}")
    signed = [("-", said, here) for said in found.said_here]
    signed += [("+", said, there) for said in found.said_there]
    for sign, said, played in sorted(signed, key=lambda row: row[1].at):
        yield line(f"{sign} {_said_words(said, played)}", "red" if sign == "-" else "green")
    for sign, refusals in (("-", found.refused_here), ("+", found.refused_there)):
        for refused in refusals:
            offset = offset_words(refused.at, here.starts)
            yield line(f"{sign} {offset} refused {_refused_words(refused)}")


def _breached_otherwise(here: Played, there: Played, found: Comparison) -> Iterator[Text]:
    """The breaches that only one side has: they are the purpose of a comparison."""
    for breach in found.breached_here:
        yield line(f"- would not have breached: {_breach_words(breach, here)}", "green")
    for breach in found.breached_there:
        yield line(f"+ would have breached: {_breach_words(breach, there)}", "bold red")


def _said_words(said: ReceivedMessage, played: Played) -> str:
    offset = offset_words(said.at, played.starts)
    return f"{offset} {SAID[said.kind]} {said.who}: {said.because}"


def _otherwise(difference: ClockDifference) -> str:
    name = difference.clock + (f" ({difference.run})" if difference.run > 1 else "")
    return f"{name}: {_outcome(difference.here)}; there {_outcome(difference.there)}"


def _outcome(reading: ClockReading | None) -> str:
    if reading is None:
        return "none"
    said = [str(status_text(reading)), clock_words(reading, short_span)]
    target = by_calendar(reading.target, reading, short_span)
    return f"{', '.join(word for word in said if word)} (target {target})"


def _judged(judgement: Judgement) -> Iterator[RenderableType]:
    if not judgement.expected:
        return
    yield heading("As expected" if judgement.as_expected else "Not as expected")
    if judgement.as_expected:
        yield Text(f"all {judgement.expected} expectations hold", style="green")
    for words in judgement.missing:
        yield line(f"missing: {words}", "bold red")
    for words in judgement.unexpected:
        yield line(f"unexpected: {words}", "red")
