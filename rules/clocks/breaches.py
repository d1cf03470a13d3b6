"""What fired is a fact: a breach stays on the record, and what took it back is told beside it.

A policy of before that (its `facts` are None) goes on as it did: there a correction clears a
breach, in decisions and in search attributes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from models.clock import ClockReading, ClockStatus, FiredThreshold, RecordedBreach
from models.clock_name import of_updates
from models.compiled import CompiledPolicy
from models.incident import Incident, TimelineEntry
from models.timeline import EntryKind

FIRED = frozenset({EntryKind.CLOCK_BREACHED, EntryKind.UPDATE_MISSED})
"""Lines of the timeline that say that a limit was passed."""
HEARD = (".sent", ".summarised")
CORRECTED = "corrected:"


def _limits(incident: Incident) -> Iterator[FiredThreshold]:
    """Each breach as it fired; of an update that stays away, the first that was noticed."""
    missed = set()
    for fired in incident.fired:
        if not fired.breach or (fired.clock, fired.run) in missed:
            continue
        if of_updates(fired.clock):
            missed.add((fired.clock, fired.run))
        yield fired


def breaches(incident: Incident) -> tuple[RecordedBreach, ...]:
    """Every breach that fired, also of clocks and runs that are no more, and who heard of it."""
    return tuple(
        RecordedBreach(
            clock=fired.clock,
            run=fired.run,
            due_at=fired.due_at,
            fired_at=fired.fired_at,
            actions=fired.actions,
            told=tuple(dict.fromkeys(_told(fired, incident.timeline))),
            corrected=fired.corrected,
        )
        for fired in _limits(incident)
    )


def _told(fired: FiredThreshold, timeline: Iterable[TimelineEntry]) -> Iterator[str]:
    """Who heard of a breach, by which channel, as far as the timeline is at hand."""
    said: str | None = None
    for entry in timeline:
        data = entry.data
        if entry.kind in FIRED and data.get("clock") == fired.clock:
            this = (data.get("run"), data.get("threshold")) == (fired.run, fired.threshold)
            said = entry.summary if this and entry.recorded_at == fired.fired_at else None
        elif said and entry.kind.endswith(HEARD) and said in str(data.get("reason", "")):
            yield f"{data.get('recipient')} ({data.get('channel')})"


def kept(policy: CompiledPolicy, incident: Incident) -> tuple[FiredThreshold, ...]:
    """The breaches that count still: all that fired."""
    counts = policy.facts is not None
    return tuple(f for f in incident.fired if f.breach and (counts or not f.superseded))


def was_breached(policy: CompiledPolicy, incident: Incident) -> bool:
    """Whether a clock was breached, corrected or not; late status updates aside."""
    if policy.facts is None:
        return False
    return any(not of_updates(fired.clock) for fired in kept(policy, incident))


def breached_clocks(
    policy: CompiledPolicy, incident: Incident, readings: Iterable[ClockReading]
) -> tuple[str, ...]:
    """The clocks that are breached, or were."""
    reads = {reading.clock for reading in readings if reading.status is ClockStatus.BREACHED}
    if policy.facts is None:
        fired = {f.clock for f in incident.fired if f.fraction >= 1 and not f.superseded}
    else:
        fired = {f.clock for f in kept(policy, incident)}
    return tuple(sorted(reads | fired))


def marks(policy: CompiledPolicy, incident: Incident) -> tuple[str, ...]:
    """What an incident is marked with for a search: `corrected:CLOCK` for a breach taken back."""
    corrected = {f.clock for f in kept(policy, incident) if f.superseded}
    return tuple(f"{CORRECTED}{clock}" for clock in sorted(corrected))


def corrected_clocks(found: Iterable[str]) -> tuple[str, ...]:
    """The clocks that such marks name."""
    named = (mark.removeprefix(CORRECTED) for mark in found if mark.startswith(CORRECTED))
    return tuple(named)


def as_it_fired(
    policy: CompiledPolicy, incident: Incident, readings: Iterable[ClockReading]
) -> tuple[ClockReading, ...]:
    """The readings, each run that is no longer breached with what took its breach back."""
    fired = kept(policy, incident) if policy.facts else ()
    return tuple(_beside(reading, fired) for reading in readings)


def _beside(reading: ClockReading, fired: Iterable[FiredThreshold]) -> ClockReading:
    if reading.status in {ClockStatus.BREACHED, ClockStatus.INDETERMINATE}:
        return reading
    mine = [f for f in fired if _of_run(f, reading, reading.started_at)]
    if not mine:
        return reading
    corrected = mine[-1].corrected
    change: dict[str, Any] = {"corrected": corrected}
    if reading.status is ClockStatus.MET:
        later = corrected is not None and corrected.policy
        after = ClockStatus.MET_UNDER_LATER_POLICY if later else ClockStatus.MET_AFTER_CORRECTION
        change["status"] = after
    return reading.changed(**change)


def _of_run(fired: FiredThreshold, reading: ClockReading, started_at: datetime) -> bool:
    """Whether a breach is one of this run, and not of another that had its number before.

    A run whose start was corrected begins after its breach fired, but not after the correction.
    """
    same = (fired.clock, fired.run) == (reading.clock, reading.run)
    known_at = fired.corrected.at if fired.corrected else fired.fired_at
    return same and known_at >= started_at
