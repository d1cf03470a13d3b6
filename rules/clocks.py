"""SLA clocks, derived from the record: never stored, so they cannot disagree with it.

A clock's runs follow from the milestones, its pauses from the holds, its target from the
severity in force. A correction of any of them corrects the clocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.clock import (
    ClockReading,
    ClockSpec,
    ClockStatus,
    DueThreshold,
    OnRepeat,
    Stage,
    Target,
    Threshold,
)
from models.compiled import CompiledPolicy
from models.incident import Incident, Milestone
from rules.segments import Span, counting, measured, reached
from states.lifecycle import (
    LIFECYCLE_MILESTONES,
    REPORTED,
    TERMINAL,
    TRANSITIONS,
    State,
    reachable_milestones,
)

LIMIT = Threshold(name="100%", fraction=1.0)
"""Every clock has it, so that a breach is recorded also where the policy asks for no action."""

_ENTERS: dict[str, State] = {REPORTED: State.REPORTED} | {
    row.milestone: row.target for row in TRANSITIONS if row.milestone and row.target
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock: open while neither stopped nor cancelled. `gaps` do not count."""

    number: int
    started_at: datetime
    gaps: tuple[Span, ...] = ()
    stopped_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped or was cancelled."""
        return self.stopped_at or self.cancelled_at


def severity_at(incident: Incident, at: datetime) -> str:
    """The severity in force at `at`; before the first one, the first."""
    ordered = sorted(incident.severities, key=lambda change: change.at)
    held = [change.severity for change in ordered if change.at <= at]
    return held[-1] if held else ordered[0].severity


def _events(spec: ClockSpec, milestones: Sequence[Milestone]) -> list[tuple[datetime, int, str]]:
    """What happens to the clock, in order; at one instant a start comes before a stop."""
    events: list[tuple[datetime, int, str]] = []
    for milestone in milestones:
        if milestone.superseded or milestone.name not in {spec.starts, spec.stops}:
            continue
        kind = "start" if milestone.name == spec.starts else "stop"
        events.append((milestone.at, 1 if kind == "start" else 2, kind))
        if milestone.void_at:
            events.append((max(milestone.void_at, milestone.at), 0, f"un{kind}"))
    if spec.starts == spec.stops:
        return []
    return sorted(events)


def _stopped_run(runs: list[Run]) -> Run | None:
    return runs[-1] if runs and runs[-1].stopped_at else None


def _apply(
    runs: list[Run], spec: ClockSpec, event: tuple[datetime, int, str], *, early: bool
) -> bool:
    """Apply one event to `runs`; returns whether a stop waits for its start."""
    at, _, kind = event
    current = runs[-1] if runs else None
    running = current is not None and current.ended_at is None
    stopped = _stopped_run(runs)
    new = spec.on_repeat is OnRepeat.NEW
    if kind == "start" and not running and (current is None or new):
        runs.append(Run(len(runs) + 1, at, stopped_at=at if early else None))
        return False
    if kind == "stop":
        if running and current:
            runs[-1] = replace(current, stopped_at=max(at, current.started_at))
        return not running and current is None
    if kind == "unstop" and stopped and stopped.stopped_at:
        if new:
            runs.append(Run(len(runs) + 1, at))
        else:
            gap = (stopped.stopped_at, at)
            runs[-1] = replace(stopped, gaps=(*stopped.gaps, gap), stopped_at=None)
        return False
    if kind == "unstart" and running and current and new:
        runs[-1] = replace(current, cancelled_at=at)
    return early and kind != "unstop"


def _out_of_reach_at(spec: ClockSpec, incident: Incident, since: datetime) -> datetime | None:
    """When the clock's stop became impossible, if it did."""
    if spec.outlives:
        return None
    of_lifecycle = spec.stops in LIFECYCLE_MILESTONES
    for milestone in sorted(incident.milestones, key=lambda m: m.at):
        state = _ENTERS.get(milestone.name)
        if state is None or milestone.superseded or milestone.void_at:
            continue
        gone = spec.stops not in reachable_milestones(state) if of_lifecycle else state in TERMINAL
        if gone:
            return max(milestone.at, since)
    return None


def runs_of(spec: ClockSpec, incident: Incident) -> tuple[Run, ...]:
    """The runs of a clock, first to last."""
    runs: list[Run] = []
    early = False
    for event in _events(spec, incident.milestones):
        early = _apply(runs, spec, event, early=early)
    if runs and runs[-1].ended_at is None:
        gone_at = _out_of_reach_at(spec, incident, runs[-1].started_at)
        if gone_at:
            runs[-1] = replace(runs[-1], cancelled_at=gone_at)
    return tuple(runs)


def _pauses(spec: ClockSpec, incident: Incident) -> tuple[Span, ...]:
    return tuple(
        (hold.from_at, hold.until_at)
        for hold in incident.holds
        if "any" in spec.pauses_on or hold.reason in spec.pauses_on
    )


def _spans(spec: ClockSpec, run: Run, incident: Incident) -> tuple[Span, ...]:
    return counting(run.started_at, (*_pauses(spec, incident), *run.gaps))


def _target(spec: ClockSpec, run: Run, incident: Incident, now: datetime) -> Target | None:
    return spec.within.get(severity_at(incident, run.ended_at or now))


def _status(spec: ClockSpec, run: Run, elapsed: timedelta, target: timedelta) -> ClockStatus:
    if elapsed > target:
        return ClockStatus.BREACHED
    if run.stopped_at:
        return ClockStatus.MET
    warned = any(t.fraction < 1 and elapsed >= target * t.fraction for t in spec.thresholds)
    at_risk = (warned or elapsed == target) and run.cancelled_at is None
    return ClockStatus.AT_RISK if at_risk else ClockStatus.ON_TRACK


def _read(spec: ClockSpec, run: Run, incident: Incident, now: datetime) -> ClockReading | None:
    target = _target(spec, run, incident, now)
    if target is None:
        return None
    spans = _spans(spec, run, incident)
    elapsed = measured(spans, min(run.ended_at or now, now))
    if run.stopped_at:
        stage = Stage.COMPLETED
    elif run.cancelled_at:
        stage = Stage.CANCELLED
    else:
        paused = any(start <= now and end is None for start, end in _pauses(spec, incident))
        stage = Stage.PAUSED if paused else Stage.IN_PROGRESS
    status = _status(spec, run, elapsed, target.within)
    return ClockReading(
        clock=spec.name,
        run=run.number,
        stage=stage,
        status=status,
        started_at=run.started_at,
        stopped_at=run.ended_at,
        target=target.within,
        calendar=target.calendar,
        elapsed=elapsed,
        remaining=max(target.within - elapsed, timedelta()),
        breach_at=reached(spans, target.within),
        late_by=elapsed - target.within if status is ClockStatus.BREACHED else None,
    )


def read_clocks(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    """Every run of every clock of the policy that has started, as it reads at `now`."""
    readings = (
        _read(spec, run, incident, now)
        for spec in policy.clocks
        for run in runs_of(spec, incident)
        if run.started_at <= now
    )
    return tuple(reading for reading in readings if reading)


def _thresholds(spec: ClockSpec) -> tuple[Threshold, ...]:
    named = sorted(spec.thresholds, key=lambda threshold: threshold.fraction)
    return tuple(named) if any(t.fraction == 1 for t in named) else (*named, LIMIT)


def _points_of_run(
    spec: ClockSpec, run: Run, incident: Incident, now: datetime
) -> Iterator[DueThreshold]:
    target = _target(spec, run, incident, now)
    if target is None:
        return
    spans = _spans(spec, run, incident)
    for threshold in _thresholds(spec):
        due_at = reached(spans, target.within * threshold.fraction)
        if due_at is None or (run.ended_at is not None and run.ended_at <= due_at):
            continue
        yield DueThreshold(
            clock=spec.name,
            run=run.number,
            threshold=threshold.name,
            fraction=threshold.fraction,
            due_at=due_at,
            actions=threshold.actions,
        )


def clock_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """Every threshold that has come, or will come unless something stops its clock."""
    return tuple(
        point
        for spec in policy.clocks
        for run in runs_of(spec, incident)
        for point in _points_of_run(spec, run, incident, now)
    )
