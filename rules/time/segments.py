"""Spans of time that count, and how much they add up to.

A clock counts inside its windows and outside its pauses. Windows are spans in UTC, each from its
opening to its closing, worked out elsewhere from a calendar; None means that every instant counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime | None]
"""A span from an instant to another, or without an end."""


def _overlap(span: Span, other: Span) -> Span | None:
    start = max(span[0], other[0])
    ends = [end for end in (span[1], other[1]) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)


def _without(spans: Sequence[Span], hole: Span) -> Iterator[Span]:
    for span in spans:
        overlap = _overlap(span, hole)
        if overlap is None:
            yield span
            continue
        if span[0] < overlap[0]:
            yield (span[0], overlap[0])
        if overlap[1] is not None and (span[1] is None or overlap[1] < span[1]):
            yield (overlap[1], span[1])


def counting(
    start: datetime, pauses: Sequence[Span], windows: Sequence[Span] | None = None
) -> tuple[Span, ...]:
    """The spans from `start` on that count, in order."""
    whole: Span = (start, None)
    spans: Sequence[Span] = [whole]
    if windows is not None:
        spans = [part for part in (_overlap(window, whole) for window in windows) if part]
    for pause in pauses:
        spans = tuple(_without(spans, pause))
    return tuple(spans)


def measured(spans: Iterable[Span], until: datetime) -> timedelta:
    """How much of `spans` has passed by `until`; never negative."""
    total = timedelta()
    for start, end in spans:
        if start >= until:
            break
        total += min(end, until) - start if end is not None else until - start
    return total


def reached(spans: Iterable[Span], amount: timedelta) -> datetime | None:
    """The first instant by which `amount` has passed; None if the spans end before it."""
    left = amount
    for start, end in spans:
        if end is None or end - start >= left:
            return start + left
        left -= end - start
    return None


def reached_back(
    windows: Sequence[tuple[datetime, datetime]], amount: timedelta, end: datetime
) -> datetime | None:
    """The last instant with `amount` of the windows between it and `end`; None if there is none."""
    left = amount
    for opens, closes in reversed(windows):
        closed = min(closes, end)
        if closed - opens >= left:
            return closed - left
        left -= max(closed - opens, timedelta())
    return None
