"""What fired follows its run if a change moves the start or the number of that run."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import FiredThreshold
from models.time.clock_name import UpdateClock, clock_named
from rules.clocks.runs import runs_of
from rules.clocks.same_run import moved_starts
from rules.updates.cadence import wait_starts


class _Moves(NamedTuple):
    """The starts that a change moved, and the number of each run after it, by its start."""

    starts: dict[datetime, datetime]
    numbers: dict[datetime, int]


def with_followed_runs(
    incident: Incident, policy: CompiledPolicy, before: Incident, under: CompiledPolicy
) -> Incident:
    """The record after a change, each fired threshold with its run as it is now.

    `before` is the record before that change, `under` the policy that was in force.
    """
    clocks = {fired.clock for fired in incident.fired if fired.started_at}
    moves = {
        clock: _moves(_runs(clock, before, under), _runs(clock, incident, policy))
        for clock in clocks
    }
    fired = tuple(
        _followed(fired, moves[fired.clock]) if fired.started_at else fired
        for fired in incident.fired
    )
    return incident if fired == incident.fired else incident.changed(fired=fired)


def _runs(
    clock: str, incident: Incident, policy: CompiledPolicy
) -> tuple[tuple[int, datetime], ...]:
    """The number and the start of each run of a clock, in order."""
    named = clock_named(clock)
    if isinstance(named, UpdateClock):
        audience = policy.audience(named.audience)
        return wait_starts(audience, policy, incident) if audience else ()
    spec = policy.clock(clock)
    runs = runs_of(spec, incident, policy) if spec else ()
    return tuple((run.number, run.started_at) for run in runs)


def _moves(before: Iterable[tuple[int, datetime]], after: Iterable[tuple[int, datetime]]) -> _Moves:
    old, new = [start for _, start in before], [start for _, start in after]
    # Of several runs that start at one instant, the others took no time: the last counts.
    return _Moves(moved_starts(old, new), {start: number for number, start in after})


def _followed(fired: FiredThreshold, moves: _Moves) -> FiredThreshold:
    start = fired.started_at
    if start is None:
        return fired
    start = moves.starts.get(start, start)
    return fired.changed(started_at=start, run=moves.numbers.get(start, fired.run))
