"""The runs of clocks under policies compiled before the second edition of these rules.

Incidents under them go on by the rules with which they began; otherwise their histories would no
longer replay. Delete this file when no such incident is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from models.compiled import CompiledPolicy, RunningClocks
from models.incident.record import Incident, Milestone
from models.time.clock import ClockSpec, OnRepeat
from models.time.moments import parse_moment
from rules.clocks.conditions import true_until
from rules.clocks.moments import chosen, occurrences
from rules.clocks.run import Run, survives
from rules.clocks.severity_over_time import severity_changes
from states.lifecycle import (
    LIFECYCLE_MILESTONES,
    REPORTED,
    TERMINAL,
    TRANSITIONS,
    State,
    reachable_milestones,
)

_ENTERS: dict[str, State] = {REPORTED: State.REPORTED} | {
    row.milestone: row.target for row in TRANSITIONS if row.milestone and row.target
}
_UN, _START, _STOP, _AFTER = range(4)

Event = tuple[datetime, int, str]
"""An event of a clock; at one instant starts come first, then stops, then ends."""


def _of(milestones: Sequence[Milestone], kind: str, order: int) -> Iterator[Event]:
    for milestone in milestones:
        yield milestone.at, order, kind
        if milestone.void_at:
            yield max(milestone.void_at, milestone.at), _UN, f"un{kind}"


def _events(spec: ClockSpec, incident: Incident, policy: CompiledPolicy) -> list[Event]:
    start, stop = chosen(spec.starts, incident), chosen(spec.stops, incident)
    starts = occurrences(start, incident) if start else ()
    stops = occurrences(stop, incident) if stop else ()
    if start == stop:
        if not spec.recurs:
            return []
        starts, stops = starts[:1], starts[1:]
    events = [*_of(starts, "start", _START), *_of(stops, "stop", _STOP)]
    if spec.until:
        over = chosen(spec.until, incident)
        events += [
            (m.at, _AFTER, "over")
            for m in (occurrences(over, incident) if over else ())
            if m.void_at is None
        ]
    events += [
        (at, _AFTER, "restart")
        for at, _, rule, _ in severity_changes(incident, policy)
        if rule is RunningClocks.RESTART
    ]
    return sorted(events)


def _apply(runs: list[Run], spec: ClockSpec, event: Event, *, early: bool) -> bool:
    """Apply one event to `runs`, and return whether a stop waits for its start."""
    at, _, kind = event
    current = runs[-1] if runs else None
    running = current is not None and current.ended_at is None
    if kind == "start" and not running and (current is None or spec.on_repeat is OnRepeat.NEW):
        runs.append(Run(len(runs) + 1, at, stopped_at=at if early else None))
        return False
    if kind == "stop":
        if running and current:
            runs[-1] = replace(current, stopped_at=max(at, current.started_at))
            if spec.recurs:
                runs.append(Run(len(runs) + 1, at))
        return not running and current is None and not spec.recurs
    if running and current and kind in {"over", "restart"} and at >= current.started_at:
        runs[-1] = replace(current, cancelled_at=at)
        if kind == "restart":
            runs.append(Run(len(runs) + 1, at))
        return early
    return _taken_back(runs, spec, event, early=early)


def _taken_back(runs: list[Run], spec: ClockSpec, event: Event, *, early: bool) -> bool:
    """Remove a start or a stop that is no longer true."""
    at, _, kind = event
    current = runs[-1] if runs else None
    new = spec.on_repeat is OnRepeat.NEW
    if kind == "unstop" and current and current.stopped_at:
        if new:
            runs.append(Run(len(runs) + 1, at))
        else:
            gap = (current.stopped_at, at)
            runs[-1] = replace(current, gaps=(*current.gaps, gap), stopped_at=None)
        return False
    if kind == "unstart" and current and current.ended_at is None and new:
        runs[-1] = replace(current, cancelled_at=at)
    return early and kind != "unstop"


def _out_of_reach_at(spec: ClockSpec, incident: Incident, since: datetime) -> datetime | None:
    """When the clock's stop became impossible; None if it did not."""
    stops = parse_moment(spec.stops).of
    of_lifecycle = all(name in LIFECYCLE_MILESTONES for name in stops)
    entered = [
        milestone
        for milestone in sorted(incident.milestones, key=lambda m: m.at)
        if milestone.name in _ENTERS and not milestone.superseded and not milestone.void_at
    ]
    for place, milestone in enumerate(entered):
        state = _ENTERS[milestone.name]
        if place == len(entered) - 1 and incident.state in TERMINAL:
            state = incident.state
        reachable = reachable_milestones(state)
        gone = not reachable & set(stops) if of_lifecycle else state in TERMINAL
        if gone and not survives(spec, milestone.name, incident):
            return max(milestone.at, since)
    return None


def _fitting(spec: ClockSpec, run: Run, incident: Incident) -> Run | None:
    """The run for as long as the clock's conditions held; None if they never did."""
    held = true_until(spec.when, incident, run.started_at, run.ended_at)
    if held is False:
        return None
    return run if held is True else replace(run, stopped_at=None, cancelled_at=held)


def runs_before(spec: ClockSpec, incident: Incident, policy: CompiledPolicy) -> tuple[Run, ...]:
    """The runs of a clock under a policy of the first edition, oldest first."""
    runs: list[Run] = []
    early = False
    for event in _events(spec, incident, policy):
        early = _apply(runs, spec, event, early=early)
    if runs and runs[-1].ended_at is None:
        gone_at = _out_of_reach_at(spec, incident, runs[-1].started_at)
        if gone_at:
            runs[-1] = replace(runs[-1], cancelled_at=gone_at)
    fitting = (_fitting(spec, run, incident) for run in runs)
    return tuple(run for run in fitting if run)
