"""The table of incidents: one line each, the soonest due first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from console.terminal.output import cell
from incidents.finding import ListedIncident, most_urgent_first
from rules.wording.times import relative

MOST_LETTERS = 16
"""Longer states and names are cut, unless the table is wide. An id never is."""


class Column(NamedTuple):
    """A column: what it shows of an incident, and how."""

    name: str
    of: Callable[[ListedIncident, datetime], str]
    style: str = ""


def state_words(row: ListedIncident) -> str:
    """The state of an incident, or how it ended."""
    if row.ended is None:
        return row.state or "starting"
    return f"{row.ended} ({row.state})" if row.state else row.ended


def breach_words(row: ListedIncident) -> tuple[str, ...]:
    """The breached clocks of an incident; corrected ones are marked."""
    return tuple(
        f"{clock} (corrected)" if clock in row.corrected_clocks else clock
        for clock in row.breached_clocks
    )


def _state(row: ListedIncident) -> str:
    return state_words(row) + (" (on hold)" if row.on_hold else "")


def _short_state(row: ListedIncident) -> str:
    return "on hold" if row.on_hold else (row.ended or row.state or "starting")


def _due(row: ListedIncident, now: datetime) -> str:
    return relative(row.next_due_at, now) if row.next_due_at else ""


def _breached(row: ListedIncident) -> str:
    """How many breaches count, and how many were corrected."""
    corrected = sum(clock in row.corrected_clocks for clock in row.breached_clocks)
    count = len(row.breached_clocks) - corrected
    return " ".join(
        filter(None, (f"{count}!" if count else "", f"({corrected})" if corrected else ""))
    )


def _title(row: ListedIncident) -> str:
    title = f"{row.service}: {row.title}" if row.service else row.title
    return title + (f" [{row.ended}: {row.why}]" if row.why else "")


NARROW_COLUMNS = (
    Column("incident", lambda row, _: row.id, "bold"),
    Column("sev", lambda row, _: row.severity or "?"),
    Column("state", lambda row, _: _short_state(row)),
    Column("due", _due),
    Column("late", lambda row, _: _breached(row), "bold red"),
    Column("manager", lambda row, _: row.manager or ""),
    Column("title", lambda row, _: _title(row)),
)
WIDE_COLUMNS = (
    Column("incident", lambda row, _: row.id, "bold"),
    Column("severity", lambda row, _: row.severity or "?"),
    Column("state", lambda row, _: _state(row)),
    Column("reported", lambda row, now: relative(row.reported_at, now)),
    Column("next due", _due),
    Column("breached", lambda row, _: ", ".join(breach_words(row)), "bold red"),
    Column("manager", lambda row, _: row.manager or ""),
    Column("service: title", lambda row, _: _title(row)),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """A table of one line for each row. Only its last column is cut to fit the terminal."""

    names: tuple[str, ...]
    styles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Render it."""
        safe = [tuple(cell(words) for words in row) for row in self.rows]
        head = tuple(Text(name) for name in self.names)
        columns = zip(head, *safe, strict=True)
        first, *others = (max(text.cell_len for text in column) for column in columns)
        widths = [first, *(min(MOST_LETTERS, width) for width in others)]
        before = sum(widths[:-1]) + len(widths) - 1
        widths[-1] = max(len(self.names[-1]), options.max_width - before)
        yield _cut(head, widths, ["bold"] * len(head))
        yield from (_cut(row, widths, self.styles) for row in safe)


def _cut(row: Iterable[Text], widths: Iterable[int], styles: Iterable[str]) -> Text:
    """One line of cells; what is too long ends in an ellipsis."""
    whole = Text(no_wrap=True, overflow="ignore")
    filled = 0
    for text, width, style in zip(row, widths, styles, strict=True):
        whole.append(" " * (filled - whole.cell_len))
        shown = text.copy()
        shown.truncate(width, overflow="ellipsis")
        whole.append(shown.plain, style or None)
        filled += width + 1
    whole.rstrip()
    return whole


def table_of(
    rows: Iterable[ListedIncident], now: datetime, *, wide: bool, severities: Sequence[str] = ()
) -> RenderableType:
    """The incidents as a table: the soonest due first, then the worst of `severities`.

    Unless it is `wide`, each incident is one line, and columns without a word are left out.
    """
    ordered = most_urgent_first(rows, severities)
    if not ordered:
        return Text("no incident matches", style="dim")
    columns = WIDE_COLUMNS if wide else NARROW_COLUMNS
    told = [tuple(column.of(row, now) for column in columns) for row in ordered]
    if wide:
        return _whole(told)
    kept = [n for n in range(len(columns)) if any(words[n] for words in told)]
    return Lines(
        tuple(columns[n].name for n in kept),
        tuple(columns[n].style for n in kept),
        tuple(tuple(words[n] for n in kept) for words in told),
    )


def _whole(told: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in WIDE_COLUMNS:
        last = column is WIDE_COLUMNS[-1]
        table.add_column(
            column.name, no_wrap=column.name == "incident", overflow="fold" if last else "ellipsis"
        )
    for words in told:
        cells = zip(words, WIDE_COLUMNS, strict=True)
        table.add_row(*(cell(text, column.style) for text, column in cells))
    return table
