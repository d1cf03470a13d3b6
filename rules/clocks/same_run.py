"""Whether two things belong to the same run of a clock.

A run is recognised by its clock and its start, which no other fact moves. Its number moves if a
fact about earlier times comes late; what older records and older workers know is the number alone.
"""

from bisect import bisect
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class OfRun(Protocol):
    """What belongs to a run of a clock: a reading, a threshold, a breach."""

    @property
    def clock(self) -> str:
        """The name of the clock."""

    @property
    def run(self) -> int:
        """The number of the run, from 1."""

    @property
    def started_at(self) -> datetime | None:
        """When the run began; None if that is not known."""


RunKey = tuple[str, datetime | int]


def run_key(thing: OfRun) -> RunKey:
    """The run of a thing: its clock and its start, or its number if the start is not known."""
    return thing.clock, thing.started_at or thing.run


def run_keys(thing: OfRun) -> tuple[RunKey, RunKey]:
    """Every key by which other things may know the run of this one."""
    return run_key(thing), (thing.clock, thing.run)


def same_run(one: OfRun, other: OfRun) -> bool:
    """Whether two things belong to the same run."""
    if one.started_at and other.started_at:
        return run_key(one) == run_key(other)
    return (one.clock, one.run) == (other.clock, other.run)


def moved_starts(before: Sequence[datetime], after: Sequence[datetime]) -> dict[datetime, datetime]:
    """Each start of a run that a change moved, and where it moved to.

    A start that is gone moved to the nearest new one between the same neighbours. If there is none,
    its run is gone, too.
    """
    stay, new = sorted(set(before) & set(after)), sorted(set(after) - set(before))
    moved: dict[datetime, datetime] = {}
    for start in sorted(set(before) - set(after)):
        beside = [at for at in new if bisect(stay, at) == bisect(stay, start)]
        if beside:
            moved[start] = min(beside, key=lambda at: abs(at - start))
            new.remove(moved[start])
    return moved
