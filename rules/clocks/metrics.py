"""Metrics that the policy asks for: time between two moments, without a target.

They are computed, never entered, and never negative: if the end lies before the start, the metric
is zero and the reading says by how much.
"""

from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import MetricReading, MetricSpec, Target
from rules.clocks.moments import came_at, last_at
from rules.clocks.uncertain_milestones import certain_metric, possible_records
from rules.time.reckoning import reckon

_ANY_LENGTH = timedelta(days=3660)


def _read(
    spec: MetricSpec, policy: CompiledPolicy, incident: Incident, now: datetime
) -> MetricReading | None:
    started_at = came_at(spec.starts, incident)
    unknown = spec.calendar is not None and spec.calendar not in policy.slices
    if started_at is None or unknown or started_at > now:
        return None
    stopped_at = last_at(spec.stops, incident)
    target = Target(within=_ANY_LENGTH, calendar=spec.calendar)
    reckoning = reckon(started_at, target, (), policy.slices)
    if reckoning is None:
        return None
    return MetricReading(
        metric=spec.name,
        started_at=started_at,
        stopped_at=stopped_at,
        calendar=spec.calendar,
        measure=reckoning.measure,
        elapsed=max(reckoning.elapsed(stopped_at or now), timedelta()),
        negative_by=_negative_by(started_at, stopped_at),
    )


def read_metrics(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[MetricReading, ...]:
    """Every metric whose start has come, as it reads at `now`; the last stop counts.

    A metric counts the open hours of its calendar, or elapsed time if it names none; holds count
    too. If a moment is only known to lie between two instants, the metric is a range.
    """
    readings = _readings(policy, incident, now)
    others = [_readings(policy, record, now) for record in possible_records(incident)]
    return tuple(certain_metric(reading, others) for reading in readings) if others else readings


def _readings(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[MetricReading, ...]:
    readings = (_read(spec, policy, incident, now) for spec in policy.metrics)
    return tuple(reading for reading in readings if reading)


def _negative_by(started_at: datetime, stopped_at: datetime | None) -> timedelta | None:
    return started_at - stopped_at if stopped_at and stopped_at < started_at else None
