"""A breach is a fact: it stays on the record, together with what later corrected it."""

from collections.abc import Iterable, Iterator
from typing import Any

from models.incident.record import Incident
from models.time.clock import ClockReading, ClockStatus, FiredThreshold, RecordedBreach
from models.time.clock_name import of_updates
from rules.clocks.same_run import run_key, same_run
from rules.record.facts_of_lines import hearers

CORRECTED = "corrected:"


def _limits(incident: Incident) -> Iterator[FiredThreshold]:
    """Each breach as it fired; of one overdue update, only the first time that it was noticed."""
    missed = set()
    for fired in incident.fired:
        if not fired.breach or run_key(fired) in missed:
            continue
        if of_updates(fired.clock):
            missed.add(run_key(fired))
        yield fired


def breaches(incident: Incident) -> tuple[RecordedBreach, ...]:
    """Every breach that fired, who heard of it, also for clocks and runs that no longer exist."""
    return tuple(
        RecordedBreach(
            clock=fired.clock,
            run=fired.run,
            due_at=fired.due_at,
            fired_at=fired.fired_at,
            actions=fired.actions,
            told=hearers(fired, incident.timeline),
            corrected=fired.corrected,
        )
        for fired in _limits(incident)
    )


def _kept(incident: Incident) -> tuple[FiredThreshold, ...]:
    """The breaches that fired, whether or not something corrected them."""
    return tuple(fired for fired in incident.fired if fired.breach)


def was_breached(incident: Incident) -> bool:
    """Whether a clock was breached, corrected or not; late status updates do not count."""
    return any(not of_updates(fired.clock) for fired in _kept(incident))


def breached_clocks(incident: Incident, readings: Iterable[ClockReading]) -> tuple[str, ...]:
    """The clocks that are breached, or were."""
    reads = {reading.clock for reading in readings if reading.status is ClockStatus.BREACHED}
    return tuple(sorted(reads | {fired.clock for fired in _kept(incident)}))


def correction_marks(incident: Incident) -> tuple[str, ...]:
    """The marks by which a search finds corrected breaches: `corrected:CLOCK`."""
    corrected = {fired.clock for fired in _kept(incident) if fired.superseded}
    return tuple(f"{CORRECTED}{clock}" for clock in sorted(corrected))


def corrected_clocks(found: Iterable[str]) -> tuple[str, ...]:
    """The clocks that the marks `corrected:CLOCK` name."""
    named = (mark.removeprefix(CORRECTED) for mark in found if mark.startswith(CORRECTED))
    return tuple(named)


def with_fired_breaches(
    incident: Incident, readings: Iterable[ClockReading]
) -> tuple[ClockReading, ...]:
    """The readings; a run that is no longer breached shows what corrected its breach."""
    fired = _kept(incident)
    return tuple(_beside(reading, fired) for reading in readings)


def _beside(reading: ClockReading, fired: Iterable[FiredThreshold]) -> ClockReading:
    if reading.status in {ClockStatus.BREACHED, ClockStatus.INDETERMINATE}:
        return reading
    mine = [f for f in fired if _of_run(f, reading)]
    if not mine:
        return reading
    corrected = mine[-1].corrected
    change: dict[str, Any] = {"corrected": corrected}
    if reading.status is ClockStatus.MET:
        later = corrected is not None and corrected.policy
        after = ClockStatus.MET_UNDER_LATER_POLICY if later else ClockStatus.MET_AFTER_CORRECTION
        change["status"] = after
    return reading.changed(**change)


def _of_run(fired: FiredThreshold, reading: ClockReading) -> bool:
    """Whether a breach belongs to this run.

    A run that took no time may start when another one does. An older breach may belong to an
    earlier run with the same number: if the start of a run was corrected, the run may begin after
    its breach fired, but not after the correction.
    """
    if fired.run != reading.run or not same_run(fired, reading):
        return False
    known_at = fired.corrected.at if fired.corrected else fired.fired_at
    return fired.started_at is not None or known_at >= reading.started_at
