"""What is due by an instant, what is due next, what a correction takes back or lets stand again."""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.clock import DueThreshold, FiredThreshold
from models.time.clock_name import UpdateClock, clock_named
from rules.clocks.clocks import clock_points
from rules.clocks.same_run import RunKey, run_key, run_keys, same_run
from rules.deadlines.pending import pending_points
from rules.record.once import once
from rules.record.update_reach import given_to
from rules.time.needed_calendars import worked_out
from rules.updates.cadence import cadence_points, wait_starts

Key = tuple[RunKey, str]


def same_threshold(
    one: DueThreshold | FiredThreshold, other: DueThreshold | FiredThreshold
) -> bool:
    """Whether both are the same threshold of the same run."""
    return one.threshold == other.threshold and same_run(one, other)


def _key(fired: FiredThreshold) -> Key:
    return run_key(fired), fired.threshold


def _keys(point: DueThreshold) -> set[Key]:
    return {(key, point.threshold) for key in run_keys(point)}


@once
def waiting_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """The thresholds that have not fired, in the order in which they come.

    Under a new limit, one that a correction took back can fire again; under the same limit it
    cannot.
    """
    fired = {_key(f) for f in incident.fired if not f.superseded}
    before = {(_key(f), f.due_at) for f in incident.fired if f.started_at}
    points = (
        *clock_points(policy, incident, now),
        *cadence_points(policy, incident, now),
        *pending_points(policy, incident),
    )
    waiting = [
        point
        for point in points
        if not any(key in fired or (key, point.due_at) in before for key in _keys(point))
    ]
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
    points = clock_points(policy, incident, now)
    stands = {key for p in points if p.due_at <= now for key in _keys(p)}
    return tuple(
        f
        for f in incident.fired
        if not f.superseded and f.clock not in unread and _would_not_have(f, stands, incident)
    )


def restored(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[FiredThreshold, ...]:
    """The thresholds that a correction took back, and whose run has the same limit again.

    Then that correction was undone: they fired rightly, and do not fire anew.
    """
    taken_back = [f for f in incident.fired if f.superseded and f.started_at]
    if not taken_back:
        return ()
    points = clock_points(policy, incident, now)
    stands = {(key, p.due_at) for p in points if p.due_at <= now for key in _keys(p)}
    return tuple(
        f
        for f in taken_back
        if ((_key(f), f.due_at) in stands or _waits_again(f, policy, incident))
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
    return _came_in_time(fired, waited, incident)


def _waits_again(fired: FiredThreshold, policy: CompiledPolicy, incident: Incident) -> bool:
    """Whether the wait for an update lasted until this threshold, after all."""
    waited = clock_named(fired.clock)
    audience = policy.audience(waited.audience) if isinstance(waited, UpdateClock) else None
    if audience is None or not isinstance(waited, UpdateClock):
        return False
    starts = [start for _, start in wait_starts(audience, policy, incident)]
    return fired.started_at in starts and not _came_in_time(fired, waited, incident)


def _came_in_time(fired: FiredThreshold, waited: UpdateClock, incident: Incident) -> bool:
    """Whether an update ended the wait before this threshold."""
    told = [update.at for update in given_to(waited.audience, incident)]
    if fired.started_at:
        return any(fired.started_at < at <= fired.due_at for at in told)
    return len(told) >= fired.run and told[fired.run - 1] <= fired.due_at
