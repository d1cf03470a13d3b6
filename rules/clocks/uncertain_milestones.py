"""Milestones that are only known to lie between two instants, and what clocks then show."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from models.incident.record import Incident, Milestone
from models.time.clock import ClockReading, ClockStatus, MetricReading
from rules.record.decision import Case, Refusal
from rules.wording.times import in_utc, stamp


def wrong_range(case: Case, latest_at: datetime | None) -> Refusal | None:
    """The refusal if an event cannot lie between `happened_at` and `latest_at`."""
    if latest_at is None or case.happened_at <= latest_at <= case.now:
        return None
    message = f"latest_at must lie between happened_at and now: {in_utc(latest_at)}"
    return Refusal("Malformed", message, ("latest_at",))


def range_data(at: datetime, latest_at: datetime | None) -> str:
    """The range of an uncertain instant, for its timeline line; empty if the instant is known."""
    return f", some time between {stamp(at)} and {in_utc(latest_at)}" if latest_at else ""


def _uncertain(incident: Incident) -> list[Milestone]:
    return [m for m in incident.milestones if m.latest_at and not m.superseded]


def possible_records(incident: Incident) -> Iterator[Incident]:
    """The record with each uncertain milestone at its latest: one at a time, then all at once."""
    uncertain = _uncertain(incident)
    for moved in (*([m] for m in uncertain), *([uncertain] if uncertain else [])):
        milestones = tuple(
            m.changed(at=m.latest_at) if m in moved and m.latest_at else m
            for m in incident.milestones
        )
        yield incident.changed(milestones=milestones)


def certain_reading(
    reading: ClockReading, others: Sequence[tuple[ClockReading, ...]]
) -> ClockReading:
    """A reading as far as it is certain, given the `others` that are possible."""
    key = (reading.clock, reading.run)
    may = [reading, *(r for found in others for r in found if (r.clock, r.run) == key)]
    change: dict[str, Any] = {}
    if {other.status for other in may} != {reading.status}:
        change["status"] = ClockStatus.INDETERMINATE
    least, most = _span(r.elapsed for r in may)
    if least < most:
        change |= {"elapsed_at_least": least, "elapsed_at_most": most}
    least, most = _span(r.late_by or timedelta() for r in may)
    if least < most:
        change |= {"late_by_at_least": least, "late_by_at_most": most}
    return reading.changed(**change)


def certain_metric(
    reading: MetricReading, others: Sequence[tuple[MetricReading, ...]]
) -> MetricReading:
    """A metric as far as it is certain, given the `others` that are possible."""
    may = [reading, *(r for found in others for r in found if r.metric == reading.metric)]
    least, most = _span(r.elapsed for r in may)
    change: dict[str, Any] = {}
    if least < most:
        change = {"elapsed_at_least": least, "elapsed_at_most": most}
    if any(other.negative_by is None for other in may):
        change["negative_by"] = None
    return reading.changed(**change)


def _span(lengths: Iterable[timedelta]) -> tuple[timedelta, timedelta]:
    ordered = sorted(lengths)
    return ordered[0], ordered[-1]
