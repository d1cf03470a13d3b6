"""Spans of time that count, and how much they add up to.

A clock counts inside its windows and outside its pauses. Windows are spans in UTC, each from its
opening to its closing, worked out elsewhere from a calendar; None means that every instant counts.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

Span = tuple[datetime, datetime | None]
"""A span from an instant to another, or without an end."""


def _overlap(span: Span, other: Span) -> Span | None:
    start = max(span[0], other[0])
    ends = [end for end in (span[1], other[1]) if end is not None]
    end = min(ends) if ends else None
    return None if end is not None and end <= start else (start, end)


@lru_cache(maxsize=512)
def _merged(pauses: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same pauses in order, without overlaps; those that last no time are left out."""
    merged: list[Span] = []
    for begins, ends in sorted(pauses, key=_begins):
        if ends is not None and ends <= begins:
            continue
        if not merged or (merged[-1][1] is not None and merged[-1][1] < begins):
            merged.append((begins, ends))
            continue
        since, until = merged[-1]
        merged[-1] = (since, None if ends is None or until is None else max(ends, until))
    return tuple(merged)


def _begins(span: Span) -> datetime:
    return span[0]


def after_pause(at: datetime, pauses: Sequence[Span]) -> datetime | None:
    """The end of the pause in which `at` lies or which begins at it; `at` outside of all.

    None if that pause has not ended.
    """
    for begins, ends in _merged(tuple(pauses)):
        if begins <= at and (ends is None or at < ends):
            return ends
    return at


def _outside(span: Span, holes: Sequence[Span]) -> Iterator[Span]:
    """The parts of a span outside of holes that are in order and do not overlap."""
    begins, ends = span
    first = max(bisect_right(holes, begins, key=_begins) - 1, 0)
    for hole_begins, hole_ends in islice(holes, first, None):
        if ends is not None and hole_begins >= ends:
            break
        if hole_ends is not None and hole_ends <= begins:
            continue
        if begins < hole_begins:
            yield (begins, hole_begins)
        if hole_ends is None or (ends is not None and hole_ends >= ends):
            return
        begins = hole_ends
    yield (begins, ends)


def counting(
    start: datetime, pauses: Sequence[Span], windows: Sequence[Span] | None = None
) -> tuple[Span, ...]:
    """The spans from `start` on that count, in order."""
    whole: Span = (start, None)
    spans: Sequence[Span] = [whole]
    if windows is not None:
        spans = [part for part in (_overlap(window, whole) for window in windows) if part]
    holes = _merged(tuple(pauses))
    return tuple(part for span in spans for part in _outside(span, holes))


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
