"""Markdown whose structure no outside text can change, and words for instants and spans."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from models.readable import in_a_line
from models.time.clock import Between, Counted

NONE = "None recorded."
CAPTION_BOUND = 200

_SPECIAL = re.compile(r"([\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|!(?=\[))")
_LEADING = re.compile(r"^(\d*)([#+=-]|(?<=\d)[.)])")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def plain(text: str) -> str:
    """`text` on one line, escaped so that it reads as it is, also in a table."""
    return _LEADING.sub(r"\1\\\2", within(text))


def within(text: str) -> str:
    """The same for text that does not begin a line, as in a cell or a title."""
    escaped = _SPECIAL.sub(r"\\\1", in_a_line(text).strip())
    open_ended = escaped.rstrip("#")
    return open_ended + "\\#" * (len(escaped) - len(open_ended))


def caption(text: str) -> str:
    """A short line that Temporal shows beside a workflow, a timer or an activity.

    Its UI renders Markdown, which could load a picture from anywhere.
    """
    return within(text[:CAPTION_BOUND])[:CAPTION_BOUND].rstrip("\\")


def quoted(text: str) -> str:
    """`text` as a block quotation with its line breaks."""
    whole = text.strip().replace("\r\n", "\n")
    lines = [plain(line) for line in whole.split("\n")] if whole else []
    return "\n".join(f"> {line}  " if line else ">" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; NONE if it has no rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return NONE
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def bullets(items: Iterable[str]) -> str:
    """A list whose items are Markdown already; NONE if it has none."""
    return "\n".join(f"- {item}" for item in items) or NONE


def section(title: str, *blocks: str) -> str:
    """A section of the second level."""
    return "\n\n".join([f"## {title}", *(block for block in blocks if block)])


def stamp(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def span(length: timedelta, *, days: bool = True) -> str:
    """A duration in words, as exact as matters: `2 d 3 h`, `1 h 05 min`, `3.2 s`.

    Without `days`, hours count on: `36 h`.
    """
    seconds = max(length.total_seconds(), 0.0)
    if seconds < _MINUTE:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s".replace(" 00 s", "")
    if whole < _DAY or not days:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min".replace(" 00 min", "")
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h".replace(" 0 h", "")


def counted(length: timedelta, reading: Counted) -> str:
    """A duration of a clock or a metric; open hours stay hours."""
    return span(length, days=reading.measure.has_days)


def ranged(between: Between, reading: Counted) -> str:
    """A duration of a clock or a metric; a range if it is uncertain."""
    least, most = (counted(length, reading) for length in between)
    return least if between[0] == between[1] else f"{least} to {most}"


def by_calendar(length: timedelta, reading: Counted, form: str) -> str:
    """The same, with its calendar (if any) in a form such as ` of {}`."""
    by = reading.counts_by
    return counted(length, reading) + (form.format(plain(by)) if by else "")
