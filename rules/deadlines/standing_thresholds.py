"""Which thresholds stand when the engine checks them again, and what that needs."""

from datetime import datetime, timedelta

from models.alert import AlertRecord
from models.compiled import CompiledPolicy
from models.contracts.deadlines import EnforceDeadline, Enforcement
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.policy.values.durations import format_duration
from models.time.clock import SHOULD, DueThreshold, FiredThreshold
from models.time.clock_name import UpdateClock, clock_named
from rules.clocks.clock_run import ClockRun
from rules.clocks.clocks import counted_runs
from rules.deadlines.due import due_thresholds, same_threshold
from rules.deadlines.pending import is_pending

PUNCTUAL = timedelta(seconds=5)
"""A threshold that fires within this time of its instant counts as punctual."""


def without_story(incident: Incident) -> Incident:
    """The record without everything that clocks do not depend on."""
    return incident.changed(
        timeline=(),
        alerts={key: _nameless(record) for key, record in incident.alerts.items()},
        segments=(),
        first_messages=(),
        lessons=(),
        action_items=(),
        review=None,
        documents=(),
        updates=tuple(told.changed(text="") for told in incident.updates),
    )


def _nameless(record: AlertRecord) -> AlertRecord:
    """When an alert fired, without its content."""
    alert = record.alert.changed(labels={}, summary="")
    return record.changed(alert=alert)


def facts_for_enforcement(policy: CompiledPolicy, due: tuple[DueThreshold, ...]) -> CompiledPolicy:
    """The rules of the clocks in question, without the rest of the policy."""
    clocks = {point.clock for point in due}
    specs = tuple(spec for spec in policy.clocks if spec.name in clocks)
    counted_from = {
        target.before_limit_of
        for spec in specs
        for target in spec.within.values()
        if target.before_limit_of
    }
    return CompiledPolicy(
        name=policy.name,
        version=policy.version,
        policy_hash=policy.policy_hash,
        severities=policy.severities,
        default_severity=policy.default_severity,
        when_raised=policy.when_raised,
        when_lowered=policy.when_lowered,
        slices=policy.slices,
        clocks=tuple(spec for spec in policy.clocks if spec.name in clocks | counted_from),
        audiences=tuple(a for a in policy.audiences if str(UpdateClock(a.name)) in clocks),
        communication_lead=policy.communication_lead,
        late_updates=policy.late_updates,
        approvals=policy.approvals if any(is_pending(point) for point in due) else {},
        handover=policy.handover if any(is_pending(point) for point in due) else None,
        judges_in_full=policy.judges_in_full,
    )


def enforce(request: EnforceDeadline) -> Enforcement:
    """Evaluate the recorded clocks again: the thresholds that stand at the request's `now`."""
    facts = request.facts
    stands = due_thresholds(facts.policy, facts.incident, request.now)
    standing = tuple(
        point for point in request.due if any(same_threshold(point, s) for s in stands)
    )
    return Enforcement(
        standing=standing, moot=tuple(point for point in request.due if point not in standing)
    )


def late_words(late_by: timedelta) -> str:
    """How late a threshold fired, in words; "" if it was on time."""
    if late_by <= PUNCTUAL:
        return ""
    return f" (fired {format_duration(late_by)} late)"


def _best_effort(
    point: DueThreshold, policy: CompiledPolicy, incident: Incident, now: datetime
) -> bool:
    return any(
        course.target.best_effort
        for course in counted_runs(policy, incident, now)
        if course.spec.name == point.clock and _of(course.run, point)
    )


def _of(run: ClockRun, point: DueThreshold) -> bool:
    """Whether a threshold belongs to a run of its clock."""
    if point.started_at is None:
        return run.number == point.run
    return run.started_at == point.started_at


def as_fired(
    point: DueThreshold, policy: CompiledPolicy, incident: Incident, now: datetime
) -> FiredThreshold:
    """A threshold as the record keeps it after it fires."""
    return FiredThreshold(
        **point.model_dump(exclude={"actions"}),
        fired_at=now,
        best_effort=_best_effort(point, policy, incident, now),
        actions=tuple(str(action) for action in point.actions),
    )


def fired_words(
    point: DueThreshold, policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[EntryKind, str]:
    """The timeline entry of a threshold that fires: its kind and its words."""
    late, clock, name = late_words(now - point.due_at), point.clock, point.threshold
    waited = clock_named(clock)
    if isinstance(waited, UpdateClock):
        return (
            EntryKind.UPDATE_MISSED,
            f"no status update to {waited.audience} in time{late}",
        )
    if name == SHOULD:
        return EntryKind.CLOCK_WARNED, f"{clock}: its softer limit has passed{late}"
    if name[0] == "-":
        return EntryKind.CLOCK_WARNED, f"{clock}: {name[1:]} until its limit{late}"
    if name[0] == "+":
        return EntryKind.CLOCK_OVERDUE, f"{clock}: {name[1:]} past its limit{late}"
    if point.fraction == 1:
        if _best_effort(point, policy, incident, now):
            return EntryKind.CLOCK_LATE, f"{clock} is late{late}"
        return EntryKind.CLOCK_BREACHED, f"{clock} breached{late}"
    kind = EntryKind.CLOCK_WARNED if point.fraction < 1 else EntryKind.CLOCK_OVERDUE
    return kind, f"{clock}: {name} of its time has passed{late}"
