"""SLA clocks, derived from the record. They are never stored, so they cannot disagree with it.

The milestones give a clock its runs, the holds its pauses, the severity in force its target. A
correction of any of them corrects the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.compiled import CompiledPolicy, Edition
from models.incident.record import Incident
from models.time.clock import (
    SHOULD,
    ClockReading,
    ClockSpec,
    ClockStatus,
    DueThreshold,
    Stage,
    Target,
    Threshold,
)
from rules.clocks.clock_run import ClockRun
from rules.clocks.recorded_breaches import with_fired_breaches
from rules.clocks.run_limits import extra_of, latest_of, target_of
from rules.clocks.runs import runs_of
from rules.clocks.uncertain_milestones import certain_reading, possible_records
from rules.record.once import once
from rules.time.needed_calendars import worked_out
from rules.time.reckoning import Reckoning, reckon
from rules.time.segments import Span, after_pause, counting, reached

LIMIT = Threshold(name="100%", fraction=1.0)
"""Every clock has this threshold, so a breach is recorded even if the policy asks for no action."""
OVER = frozenset({ClockStatus.BREACHED, ClockStatus.LATE})


@dataclass(frozen=True, slots=True)
class CountedRun:
    """One run of a clock, and how it counts towards its limit."""

    spec: ClockSpec
    run: ClockRun
    target: Target
    reckoning: Reckoning
    should: Reckoning | None = None
    held: tuple[Span, ...] = ()

    @property
    def limit_at(self) -> datetime | None:
        """When the run reaches its limit, or did; None if that is unknown."""
        return self.reckoning.limit_at


def _pauses(spec: ClockSpec, incident: Incident) -> tuple[Span, ...]:
    return tuple(
        (hold.from_at, hold.until_at)
        for hold in incident.holds
        if "any" in spec.pauses_on or hold.reason in spec.pauses_on
    )


def _dates(
    target: Target, run: ClockRun, incident: Incident, policy: CompiledPolicy, now: datetime
) -> dict[str, datetime]:
    """The instant from which a target counts back, by its name."""
    if not target.before:
        return {}
    if target.before_limit_of is None:
        found = [date.at for date in incident.dates if date.name == target.before]
    else:
        spec = policy.clock(target.before_limit_of)
        others = tuple(_counted_runs_of(spec, incident, policy, now)) if spec else ()
        found = [counted.limit_at for counted in others if counted.limit_at]
        found = found if others and others[-1].limit_at else []
    if not found:
        return {}
    # Later instants belong to a later run, whatever happens to this one.
    after = (at for at in found if at > run.started_at)
    return {target.before: next(after, found[-1])}


def _counted_run(
    spec: ClockSpec, run: ClockRun, incident: Incident, policy: CompiledPolicy, now: datetime
) -> CountedRun | None:
    target = target_of(spec, run, incident, policy, now)
    if target is None or not worked_out(target, policy):
        return None
    pauses = (*_pauses(spec, incident), *run.gaps)
    extra = extra_of(spec, run, incident)

    def reckoned(limit: Target) -> Reckoning | None:
        dates = _dates(limit, run, incident, policy, now)
        return reckon(run.started_at, limit, pauses, policy.slices, extra=extra, dates=dates)

    reckoning = reckoned(target)
    if reckoning is None:
        return None
    held = _held(pauses, reckoning, policy)
    if held and reckoning.limit_at:
        reckoning = replace(reckoning, limit_at=after_pause(reckoning.limit_at, held))
    latest_at = latest_of(spec, run, incident, policy)
    if latest_at and (reckoning.limit_at is None or latest_at < reckoning.limit_at):
        reckoning = reckon(run.started_at, Target(within=latest_at - run.started_at), (), {})
    should = reckoned(target.should) if target.should else None
    return CountedRun(spec, run, target, reckoning, should, held) if reckoning else None


def _held(
    pauses: tuple[Span, ...], reckoning: Reckoning, policy: CompiledPolicy
) -> tuple[Span, ...]:
    """The pauses into which no threshold falls. They do not move a date."""
    moves = policy.edition >= Edition.HOLD_AT_THE_LIMIT and not reckoning.dated
    return pauses if moves else ()


def _counted_runs_of(
    spec: ClockSpec, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Iterator[CountedRun]:
    for run in runs_of(spec, incident, policy):
        counted = _counted_run(spec, run, incident, policy, now)
        if counted:
            yield counted


@once
def counted_runs(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[CountedRun, ...]:
    """Every run of every clock that has a target."""
    return tuple(c for spec in policy.clocks for c in _counted_runs_of(spec, incident, policy, now))


def _points(counted: CountedRun) -> Iterator[tuple[Threshold, datetime]]:
    """Each threshold of a run and its instant, if that is known."""
    reckoning, spec = counted.reckoning, counted.spec
    given = tuple(t for t in spec.thresholds if t.name != SHOULD)
    named = given if any(t.fraction == 1 and t.offset is None for t in given) else (*given, LIMIT)
    for threshold in sorted(named, key=lambda threshold: threshold.fraction):
        if threshold.offset is None:
            at = reckoning.reached(reckoning.total * threshold.fraction)
        else:
            at = _beside(counted.limit_at, threshold.offset, counted.held)
        at = after_pause(at, counted.held) if at else None
        if at:
            yield _placed(threshold, reckoning), max(at, counted.run.started_at)
    softer = counted.should.limit_at if counted.should else None
    if softer:
        share = reckoning.elapsed(softer) / reckoning.total if reckoning.total else 0.5
        fraction = min(max(share, 0.001), 0.999)
        actions = next((t.actions for t in spec.thresholds if t.name == SHOULD), ())
        yield Threshold(name=SHOULD, fraction=fraction, actions=actions), softer


def _beside(
    limit_at: datetime | None, offset: timedelta, held: tuple[Span, ...]
) -> datetime | None:
    """The instant at an offset from the limit; after the limit, pauses do not count."""
    if limit_at is None or offset <= timedelta():
        return limit_at + offset if limit_at else None
    return reached(counting(limit_at, held), offset)


def _placed(threshold: Threshold, reckoning: Reckoning) -> Threshold:
    """A threshold before or after the limit, with the share of the target at which it falls."""
    if threshold.offset is None:
        return threshold
    share = 1 + threshold.offset / (reckoning.total or timedelta(days=1))
    fraction = min(share, 0.999) if threshold.offset < timedelta() else max(share, 1.001)
    return threshold.changed(fraction=max(fraction, 0.001))


def _status(counted: CountedRun, until: datetime) -> ClockStatus:
    run, total = counted.run, counted.reckoning.total
    elapsed = counted.reckoning.elapsed(until)
    if elapsed > total or counted.reckoning.breached(until):
        return ClockStatus.LATE if counted.target.best_effort else ClockStatus.BREACHED
    if run.stopped_at:
        return ClockStatus.MET
    warned = any(t.fraction < 1 and at <= until for t, at in _points(counted))
    at_risk = (warned or elapsed == total) and run.cancelled_at is None
    return ClockStatus.AT_RISK if at_risk else ClockStatus.ON_TRACK


def _stage(counted: CountedRun, incident: Incident, now: datetime) -> Stage:
    if counted.run.stopped_at:
        return Stage.COMPLETED
    if counted.run.cancelled_at:
        return Stage.CANCELLED
    pauses = () if counted.target.before else _pauses(counted.spec, incident)
    paused = any(start <= now and end is None for start, end in pauses)
    return Stage.PAUSED if paused else Stage.IN_PROGRESS


def _read(counted: CountedRun, incident: Incident, now: datetime) -> ClockReading:
    run, total = counted.run, counted.reckoning.total
    until = min(run.ended_at or now, now)
    elapsed = counted.reckoning.elapsed(until)
    status = _status(counted, until)
    return ClockReading(
        clock=counted.spec.name,
        run=run.number,
        stage=_stage(counted, incident, now),
        status=status,
        started_at=run.started_at,
        stopped_at=run.ended_at,
        target=total,
        calendar=counted.target.calendar,
        measure=counted.reckoning.measure,
        elapsed=elapsed,
        remaining=max(total - elapsed, timedelta()),
        breach_at=counted.limit_at,
        late_by=max(elapsed - total, timedelta()) if status in OVER else None,
    )


@once
def read_clocks(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    """Every run that has started, of every clock of the policy, as it reads at `now`.

    If a moment is only known to lie between two instants, the reading is a range. If both outcomes
    are possible, the clock is indeterminate.
    """
    readings = _readings(policy, incident, now)
    others = [_readings(policy, record, now) for record in possible_records(incident)]
    if others:
        readings = tuple(certain_reading(reading, others) for reading in readings)
    return with_fired_breaches(incident, readings)


def _readings(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    return tuple(
        _read(counted, incident, now)
        for counted in counted_runs(policy, incident, now)
        if counted.run.started_at <= now
    )


@once
def clock_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """Every threshold that has come, or will come unless its clock stops."""
    return tuple(
        DueThreshold(
            clock=counted.spec.name,
            run=counted.run.number,
            threshold=threshold.name,
            fraction=threshold.fraction,
            due_at=due_at,
            actions=threshold.actions,
            started_at=counted.run.started_at,
        )
        for counted in counted_runs(policy, incident, now)
        for threshold, due_at in _points(counted)
        if counted.run.ended_at is None or counted.run.ended_at > due_at
    )
