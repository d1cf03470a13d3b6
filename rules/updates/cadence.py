"""How often each audience hears: a clock from one status update to the next."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.compiled import Audience, CompiledPolicy, RunningClocks
from models.incident.record import Incident, StatusUpdate
from models.time.cadence import Rhythm
from models.time.clock import (
    Action,
    ActionKind,
    ClockReading,
    ClockStatus,
    DueThreshold,
    Stage,
    Target,
)
from models.time.clock_name import UpdateClock
from rules.clocks.history import over_between
from rules.clocks.same_run import same_run
from rules.clocks.severity_over_time import severity_changes
from rules.record.update_reach import given_to
from rules.time.needed_calendars import worked_out
from rules.time.reckoning import Reckoning, reckon
from states.lifecycle import BEFORE_REVIEW


@dataclass(frozen=True, slots=True)
class UpdateWait:
    """An audience waits for the update after the newest one (or after the report)."""

    audience: Audience
    run: int
    started_at: datetime
    reckoning: Reckoning
    calendar: str | None = None

    @property
    def clock(self) -> str:
        """The name of its clock."""
        return str(UpdateClock(self.audience.name))

    def reading(self, until: datetime, stage: Stage) -> ClockReading:
        """How its clock reads at an instant, at which it still runs or has ended."""
        total, elapsed = self.reckoning.total, self.reckoning.elapsed(until)
        late = elapsed > total or self.reckoning.breached(until)
        kept = ClockStatus.MET if stage is Stage.COMPLETED else ClockStatus.ON_TRACK
        return ClockReading(
            clock=self.clock,
            run=self.run,
            stage=stage,
            status=ClockStatus.BREACHED if late else kept,
            started_at=self.started_at,
            stopped_at=None if stage is Stage.IN_PROGRESS else until,
            target=total,
            calendar=self.calendar,
            measure=self.reckoning.measure,
            elapsed=elapsed,
            remaining=max(total - elapsed, timedelta()),
            breach_at=self.reckoning.limit_at,
            late_by=max(elapsed - total, timedelta()) if late else None,
        )


def _newest(incident: Incident, audience: str) -> tuple[StatusUpdate | None, int]:
    """The newest update to the audience, and how many it got."""
    told = given_to(audience, incident)
    return max(told, key=lambda update: update.at, default=None), len(told)


def _pace(audience: Audience, rhythm: Rhythm, incident: Incident, since: datetime) -> Target:
    """The pace in force for the wait that began at `since`."""
    running = since - incident.reported_at
    declared = any(pace.audience == audience.name for pace in incident.paces)
    if rhythm.slower and declared and running >= rhythm.slower.begins_after:
        return rhythm.slower.every
    if incident.state in rhythm.in_state:
        return rhythm.in_state[incident.state]
    later = [target for after, target in rhythm.later if running >= after]
    return later[-1] if later else rhythm.every


def _promises(audience: Audience, policy: CompiledPolicy, incident: Incident) -> Iterator[datetime]:
    """When updates were promised to the audience anew, not counting what each update promises.

    That is with the report, and with a change of severity that restarted running clocks or brought
    the first pace.
    """
    yield incident.reported_at
    held = min(incident.severities, key=lambda change: change.at).severity
    for at, severity, rule, _ in severity_changes(incident, policy):
        if rule is RunningClocks.RESTART or audience.rhythm(held) is None:
            yield at
        held = severity


def wait_starts(
    audience: Audience, policy: CompiledPolicy, incident: Incident
) -> tuple[tuple[int, datetime], ...]:
    """The number and the start of each wait that the audience has or may have had, in order."""
    told = sorted(update.at for update in given_to(audience.name, incident))
    starts = sorted({*_promises(audience, policy, incident), *told})
    return tuple((bisect(told, start) + 1, start) for start in starts)


def _wait(audience: Audience, policy: CompiledPolicy, incident: Incident) -> UpdateWait | None:
    rhythm = audience.rhythm(incident.severity)
    newest, count = _newest(incident, audience.name)
    if newest and newest.next_at:
        since = newest.at
        target = Target(within=max(newest.next_at - since, timedelta()))
    elif rhythm is None or (rhythm.once and count):
        return None
    else:
        begun = max(_promises(audience, policy, incident))
        since = max(newest.at, begun) if newest else begun
        target = _pace(audience, rhythm, incident, since)
        if newest and newest.at == since and target.day_end is not None:
            # An update of today counts for today.
            target = target.changed(day_end=target.day_end + 1)
    if not worked_out(target, policy):
        return None
    between = over_between(incident)
    reckoning = reckon(since, target, between, policy.slices)
    return UpdateWait(audience, count + 1, since, reckoning, target.calendar) if reckoning else None


def waits(policy: CompiledPolicy, incident: Incident) -> tuple[UpdateWait, ...]:
    """The waits of the audiences that expect updates now."""
    if incident.state not in BEFORE_REVIEW:
        return ()
    found = (_wait(audience, policy, incident) for audience in policy.audiences)
    return tuple(wait for wait in found if wait)


def next_update_at(
    policy: CompiledPolicy, incident: Incident, audience: str, now: datetime
) -> datetime | None:
    """When an audience that gets an update now hears next; None if nothing is promised."""
    told = StatusUpdate(at=now, actor=incident.report.reporter, audiences=(audience,), text="")
    newest, _ = _newest(incident, audience)
    if newest is None or newest.at < now:
        incident = incident.changed(updates=(*incident.updates, told))
    mine = (w for w in waits(policy, incident) if w.audience.name == audience)
    return next((wait.reckoning.limit_at for wait in mine), None)


def beyond_pace(
    policy: CompiledPolicy, incident: Incident, audience: str, now: datetime, promised: datetime
) -> bool:
    """Whether an update now would promise the next one for later than the pace has it."""
    due_at = next_update_at(policy, incident, audience, now)
    return due_at is not None and promised > due_at


def cadence_readings(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[ClockReading, ...]:
    """The clock to the next update, for each audience that expects updates at this severity."""
    return tuple(wait.reading(now, Stage.IN_PROGRESS) for wait in waits(policy, incident))


def cadence_points(
    policy: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[DueThreshold, ...]:
    """The next reminder for each audience; after an outage, only the newest of those missed."""
    found = (_points(wait, policy, incident, now) for wait in waits(policy, incident))
    return tuple(point for points in found for point in points)


def _points(
    wait: UpdateWait, policy: CompiledPolicy, incident: Incident, now: datetime
) -> Iterator[DueThreshold]:
    total, limit_at = wait.reckoning.total, wait.reckoning.limit_at
    if limit_at is None:
        return
    fired = [f.fraction for f in incident.fired if same_run(f, wait)]
    whole = [int(fraction) for fraction in fired if fraction == int(fraction)]
    missed = wait.reckoning.elapsed(now) // total if total else 0
    count = max(missed, max(whole, default=0) + 1)
    due_at = wait.reckoning.reached(total * count) if total else limit_at
    if due_at and (total or not whole):
        yield _point(wait, f"{count * 100}%", float(count), due_at, _at_limit(policy))
    for late in policy.late_updates:
        if late.offset:
            share = 1 + late.offset / (total or timedelta(days=1))
            fraction = share if share != int(share) else share + 0.0001
            yield _point(wait, late.name, fraction, limit_at + late.offset, late.actions)


def _point(
    wait: UpdateWait, name: str, fraction: float, due_at: datetime, actions: tuple[Action, ...]
) -> DueThreshold:
    return DueThreshold(
        clock=wait.clock,
        run=wait.run,
        threshold=name,
        fraction=fraction,
        due_at=due_at,
        actions=actions,
        started_at=wait.started_at,
    )


def _at_limit(policy: CompiledPolicy) -> tuple[Action, ...]:
    """The policy's actions for a late update; without any, a reminder to the lead."""
    said = [late.actions for late in policy.late_updates if late.offset is None]
    lead = Action(kind=ActionKind.REMIND, target=policy.communication_lead or "")
    return said[0] if said else (lead,)
