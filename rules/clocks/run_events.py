"""The events of a clock during its incident, in order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from models.compiled import CompiledPolicy, RunningClocks
from models.incident.record import Incident, Milestone
from models.time.clock import ClockSpec, OnRepeat
from models.time.moments import DerivedKind, derived, parse_moment
from rules.clocks.clock_run import outlives_the_end
from rules.clocks.conditions import condition_changes
from rules.clocks.history import UNDONE, history_of, stops_of
from rules.clocks.severity_over_time import severity_changes
from states.lifecycle import (
    LIFECYCLE_MILESTONES,
    REPORTED,
    TERMINAL,
    TRANSITIONS,
    State,
    reachable_milestones,
)


class EventKind(IntEnum):
    """What can happen. Of several events at one instant, the one higher in this list comes first.

    So something undone no longer counts, a stop at the instant of its start is in time, and the end
    of the clock finds it stopped.
    """

    START_UNDONE = 0
    BACK_IN_REACH = 1
    OVER_UNDONE = 2
    STOP_UNDONE = 3
    START = 4
    HOLDS = 5
    STOP = 6
    CEASES = 7
    RESTART = 8
    OVER = 9
    OUT_OF_REACH = 10


class ClockEvent(NamedTuple):
    """One event. If something is undone, `of` is the time that is meant.

    `final` marks a start that belongs to the end of an incident, which a reopening undoes. `passes`
    marks a start by which a role passes to somebody else.
    """

    at: datetime
    kind: EventKind
    of: datetime
    final: bool = False
    passes: bool = False


def events_of(
    spec: ClockSpec, incident: Incident, policy: CompiledPolicy
) -> tuple[ClockEvent, ...]:
    """Every event of a clock, in order."""
    starts, stops = history_of(spec.starts, incident), stops_of(spec.stops, incident)
    if spec.starts == spec.stops:
        starts, stops = (starts[:1], starts[1:]) if spec.recurs else ((), ())
    goes_on = spec.on_repeat is OnRepeat.CONTINUE
    found = [
        *_came(starts, EventKind.START, EventKind.START_UNDONE, passing=goes_on),
        *_came(stops, EventKind.STOP, EventKind.STOP_UNDONE),
        *_came(
            stops_of(spec.until, incident) if spec.until else (),
            EventKind.OVER,
            EventKind.OVER_UNDONE,
        ),
        *_restarts(incident, policy),
        *_reach(spec, incident),
    ]
    for at, holds in condition_changes(spec.when, incident):
        found.append(ClockEvent(at, EventKind.HOLDS if holds else EventKind.CEASES, at))
    return tuple(sorted(found))


def _came(
    milestones: Sequence[Milestone], comes: EventKind, undone: EventKind, *, passing: bool = False
) -> Iterator[ClockEvent]:
    """The milestones that came, and when each was undone.

    A milestone that was undone at the very instant at which it came counts if `passing`, unless it
    belongs to the end of an incident.
    """
    before: set[datetime | None] = set()
    for milestone in milestones:
        of = derived(milestone.name)
        passes = of is not None and of.kind is DerivedKind.ROLE and milestone.void_at in before
        before.add(milestone.void_at)
        final = milestone.name in UNDONE
        if milestone.void_at and milestone.void_at <= milestone.at and (final or not passing):
            continue
        yield ClockEvent(milestone.at, comes, milestone.at, final, passes)
        if milestone.void_at:
            yield ClockEvent(max(milestone.void_at, milestone.at), undone, milestone.at, final)


def _restarts(incident: Incident, policy: CompiledPolicy) -> Iterator[ClockEvent]:
    for at, _, rule, _ in severity_changes(incident, policy):
        if rule is RunningClocks.RESTART:
            yield ClockEvent(at, EventKind.RESTART, at)


_ENTERS: dict[str, State] = {REPORTED: State.REPORTED} | {
    row.milestone: row.target for row in TRANSITIONS if row.milestone and row.target
}


def states_entered(incident: Incident) -> list[tuple[datetime, State, str]]:
    """Each state that the incident entered and the milestone that led there, in order."""
    found = []
    for milestone in incident.milestones:
        if milestone.name not in _ENTERS or milestone.superseded:
            continue
        state = milestone.led_to or _ENTERS[milestone.name]
        found.append((milestone.at, state, milestone.name))
        if milestone.name == "diagnosed" and milestone.void_at:
            found.append((max(milestone.void_at, milestone.at), State.DIAGNOSIS, milestone.name))
    found.sort(key=lambda entered: entered[0])
    if found and incident.state in TERMINAL:
        at, _, name = found[-1]
        found[-1] = (at, incident.state, name)
    return found


def _reach(spec: ClockSpec, incident: Incident) -> Iterator[ClockEvent]:
    """When the stop of a clock became impossible, and possible again."""
    stops = set(parse_moment(spec.stops).of)
    of_lifecycle = stops <= set(LIFECYCLE_MILESTONES)
    out = False
    every = states_entered(incident)
    for (at, state, milestone), following in zip(every, [*every[1:], None], strict=False):
        if following and following[0] == at:
            continue  # Of several states at one instant, the last counts.
        if of_lifecycle:
            # A clock does not outlive its incident if only the lifecycle can stop it.
            gone = not reachable_milestones(state) & stops
        else:
            gone = state in TERMINAL and not outlives_the_end(spec, milestone, incident)
        if gone != out:
            yield ClockEvent(at, EventKind.OUT_OF_REACH if gone else EventKind.BACK_IN_REACH, at)
        out = gone


def always_follows(stop: str, start: str) -> bool:
    """Whether `stop` always comes after `start` in the lifecycle; dates cannot change that."""
    names = parse_moment(start).of
    lifecycle = set(LIFECYCLE_MILESTONES)
    if not {*names, *parse_moment(stop).of} <= lifecycle:
        return False
    after = [_ENTERS.get(name) for name in parse_moment(stop).of]
    return all(state and not reachable_milestones(state) & set(names) for state in after)
