"""What is due by an instant, what is due next, and what a correction takes back."""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import DueThreshold, FiredThreshold
from models.time.clock_name import UpdateClock, clock_named
from rules.clocks.clocks import clock_points
from rules.deadlines.pending import pending_points
from rules.record.once import once
from rules.record.update_reach import given_to
from rules.time.needed_calendars import worked_out
from rules.updates.cadence import cadence_points

Key = tuple[str, int, str]


def _key(point: DueThreshold | FiredThreshold) -> Key:
    return (point.clock, point.run, point.threshold)


@once
def waiting_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """The thresholds that have not fired, in the order in which they come."""
    fired = {_key(f) for f in incident.fired if not f.superseded}
    points = (
        *clock_points(policy, incident, now),
        *cadence_points(policy, incident, now),
        *pending_points(policy, incident),
    )
    waiting = [point for point in points if _key(point) not in fired]
    return tuple(sorted(waiting, key=lambda point: (point.due_at, point.fraction)))


def due_thresholds(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """The thresholds that were due by `now` and have not fired; each once, in order."""
    return tuple(p for p in waiting_points(policy, incident, now) if p.due_at <= now)


def next_point(policy: CompiledPolicy, incident: Incident, now: datetime) -> DueThreshold | None:
    """The threshold that is due first."""
    return next(iter(waiting_points(policy, incident, now)), None)


def superseded(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[FiredThreshold, ...]:
    """The fired thresholds that would not have fired by the record as it is now.

    A backdated stop, a correction or a wider target causes that; what was done then stays done. A
    clock whose calendar is not worked out yet cannot be judged.
    """
    unread = _unread(policy)
    stands = {_key(p) for p in clock_points(policy, incident, now) if p.due_at <= now}
    return tuple(
        f
        for f in incident.fired
        if not f.superseded and f.clock not in unread and _would_not_have(f, stands, incident)
    )


def _unread(policy: CompiledPolicy) -> frozenset[str]:
    """The clocks whose calendars are not all worked out yet."""
    return frozenset(
        spec.name
        for spec in policy.clocks
        if not all(worked_out(target, policy) for target in spec.within.values())
    )


def _would_not_have(fired: FiredThreshold, stands: set[Key], incident: Incident) -> bool:
    waited = clock_named(fired.clock)
    if not isinstance(waited, UpdateClock):
        return _key(fired) not in stands
    told = [update.at for update in given_to(waited.audience, incident)]
    return len(told) >= fired.run and told[fired.run - 1] <= fired.due_at
