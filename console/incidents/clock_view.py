"""Clocks, breaches and figures of an incident as a person reads them."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from console.terminal.output import line
from console.terminal.zone import moment
from models.answers.view import IncidentView
from models.time.clock import ClockReading, ClockStatus, MetricReading, Stage
from rules.wording.clocks import by_calendar, clock_words, counted, ranged
from rules.wording.times import short_span

STATUS_STYLE = {
    ClockStatus.ON_TRACK: "green",
    ClockStatus.AT_RISK: "yellow",
    ClockStatus.BREACHED: "bold red",
    ClockStatus.LATE: "red",
    ClockStatus.INDETERMINATE: "magenta",
    ClockStatus.MET: "green",
    ClockStatus.MET_AFTER_CORRECTION: "yellow",
    ClockStatus.MET_UNDER_LATER_POLICY: "yellow",
}


def grid(*columns: str) -> Table:
    """A table without lines; its columns fold."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def heading(text: str) -> Text:
    """The heading above a part."""
    return Text(f"\n{text}", style="bold underline")


def status_text(reading: ClockReading) -> Text:
    """The status of a clock; a cancelled clock is neither on track nor at risk."""
    if reading.stage is Stage.CANCELLED and reading.status is not ClockStatus.BREACHED:
        return Text("cancelled", style="dim")
    return Text(reading.status.value.replace("_", " "), style=STATUS_STYLE[reading.status])


def clocks(view: IncidentView, *, brief: bool = False) -> RenderableType:
    """Each run of each clock, with its outcome or the time left; a brief table fits 80 columns."""
    if not view.readings:
        return Text("no clock has started", style="dim")
    further = () if brief else ("elapsed", "limit at")
    table = grid("clock", "status", "outcome", "target", *further)
    for reading in view.readings:
        name = reading.clock + (f" ({reading.run})" if reading.run > 1 else "")
        table.add_row(
            line(name),
            status_text(reading),
            line(clock_words(reading, short_span)),
            line(by_calendar(reading.target, reading, short_span)),
            *(() if brief else (elapsed_words(reading), moment(reading.breach_at))),
        )
    return table


def elapsed_words(reading: ClockReading | MetricReading) -> str:
    """The elapsed time, or a range if it is not known exactly."""
    return ranged(reading.elapsed_between, reading, short_span)


def corrected_breaches(view: IncidentView) -> Iterator[RenderableType]:
    """The breaches that fired and were corrected later; they stay on the record."""
    for breach in view.breaches:
        by = breach.corrected
        if by is None:
            continue
        told = f"; told: {', '.join(breach.told)}" if breach.told else ""
        why = f": {by.reason}" if by.reason else ""
        under = f", under {by.policy}" if by.policy else ""
        yield line(
            f"- {breach.clock} breached at {moment(breach.due_at)}{told}; corrected by "
            f"{by.actor.shown} at {moment(by.at)} ({by.command}{why}){under}",
            "yellow",
        )


def figures(view: IncidentView) -> RenderableType:
    """The policy's figures of this incident; a figure without an end still grows."""
    table = grid("figure", "so far", "from", "to")
    for metric in view.metrics:
        table.add_row(
            line(metric.metric),
            line(figure_words(metric)),
            moment(metric.started_at),
            moment(metric.stopped_at),
        )
    return table


def figure_words(metric: MetricReading) -> str:
    """A figure, its calendar, and whether it ends before it begins."""
    by = f" of {metric.counts_by}" if metric.counts_by else ""
    ends = metric.negative_by
    doubtful = ""
    if ends is not None:
        doubtful = f" (it ends {counted(ends, metric, short_span)} before it starts)"
    return f"{elapsed_words(metric)}{by}{doubtful}"
