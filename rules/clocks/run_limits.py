"""The limits of one run of a clock: its target, its extensions, and its second limit."""

from datetime import datetime, timedelta

from models.compiled import CompiledPolicy, RunningClocks
from models.incident.record import Incident
from models.time.clock import ClockSpec, Target
from rules.clocks.clock_run import ClockRun
from rules.clocks.history import history_of
from rules.clocks.severity_over_time import severity_at, severity_changes
from rules.time.needed_calendars import worked_out
from rules.time.reckoning import reckon


def target_of(
    spec: ClockSpec, run: ClockRun, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Target | None:
    """The target by the severity that counts for this run."""
    until = run.ended_at or now
    counts = severity_at(incident, run.started_at)
    highest = isinstance(spec.outlives, tuple) and "lower" in spec.outlives
    for at, severity, rule, lowered in severity_changes(incident, policy):
        if run.started_at < at <= until:
            # A run that the change restarts ends with the target that it had.
            kept = rule is not RunningClocks.RETARGET or (lowered and highest)
            counts = counts if kept else severity
    target = spec.within.get(counts)
    if target and target.day_end is not None and spec.recurs and run.number > 1:
        # The run before was completed today and counts for today: this one is due a day later.
        return target.changed(day_end=target.day_end + 1)
    return target


def extra_of(spec: ClockSpec, run: ClockRun, incident: Incident) -> timedelta:
    """By how much extensions during the run moved its limit."""
    mine = [e for e in incident.extensions if e.clock == spec.name]
    mine = [e for e in mine if run.started_at <= e.at and not _ended_by(run, e.at)]
    return sum((e.by for e in mine), timedelta())


def _ended_by(run: ClockRun, at: datetime) -> bool:
    return run.ended_at is not None and run.ended_at <= at


def latest_of(
    spec: ClockSpec, run: ClockRun, incident: Incident, policy: CompiledPolicy
) -> datetime | None:
    """The second limit of a run, unless it had passed before the run began."""
    latest = spec.no_later_than
    if latest is None or not worked_out(latest.target, policy):
        return None
    # It does not bind the run if it was undone during the run, or came after it.
    starts = [
        m.at
        for m in history_of(latest.starts, incident)
        if not (run.ended_at and m.at > run.ended_at)
        and (m.void_at is None or (run.ended_at and run.ended_at <= m.void_at))
    ]
    reckonings = (reckon(start, latest.target, (), policy.slices) for start in starts)
    limits = [r.limit_at for r in reckonings if r and r.limit_at]
    return min((limit for limit in limits if limit > run.started_at), default=None)
