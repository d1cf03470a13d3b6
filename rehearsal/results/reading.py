"""Reads the result of a rehearsal from the last view of an incident."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from models.answers.view import IncidentView
from models.incident.record import Incident, TimelineEntry
from models.incident.timeline import EntryKind
from models.time.clock import ClockReading, ClockStatus, FiredThreshold, MetricReading
from models.time.clock_name import UpdateClock, clock_named, of_updates
from rehearsal.results.played import (
    Breach,
    IncidentStanding,
    PlayedIncident,
    PlayedLine,
    ReceivedMessage,
    in_order,
)
from rules.clocks.same_run import RunKey, run_key
from rules.paging.summary import incidents
from rules.record.update_reach import given_to

KINDS: dict[str, str] = {
    EntryKind.PAGE_SENT: "page",
    EntryKind.PAGE_SUMMARISED: "page",
    EntryKind.NOTIFICATION_SENT: "tell",
    EntryKind.REMINDER_SENT: "remind",
    EntryKind.EVENT_SENT: "event",
}
"""The kind of message that a line of the timeline reports."""


_SECOND = timedelta(seconds=1)
_OF_TIME = frozenset(
    {"started_at", "stopped_at", "breach_at", "target", "elapsed", "remaining", "late_by"}
    | {"elapsed_at_least", "elapsed_at_most", "late_by_at_least", "late_by_at_most", "negative_by"}
)
"""The fields of a reading that hold times."""

Reading = TypeVar("Reading", ClockReading, MetricReading)


def rounded_to_seconds(reading: Reading) -> Reading:
    """Round a reading to seconds: smaller differences come from a busy machine."""
    told = {name: value for name, value in reading if name in _OF_TIME and value is not None}
    change = {name: _whole(value) for name, value in told.items()}
    if isinstance(reading, ClockReading) and reading.corrected:
        at = _whole(reading.corrected.at)
        change["corrected"] = reading.corrected.changed(at=at)
    return reading.changed(**change)


def _whole(value: Any) -> Any:
    if isinstance(value, timedelta):
        return round(value / _SECOND) * _SECOND
    return (value + _SECOND / 2).replace(microsecond=0)


def standing_of(name: str, view: IncidentView) -> IncidentStanding:
    """The state of an incident from its view, rounded to seconds."""
    incident = view.incident
    return IncidentStanding(
        incident=name,
        state=incident.state.value,
        severity=incident.severity,
        roles={held.role: held.person for held in incident.roles},
        clocks=tuple(rounded_to_seconds(reading) for reading in view.readings),
        told=tuple(rounded_to_seconds(reading) for reading in view.told),
        metrics=tuple(rounded_to_seconds(metric) for metric in view.metrics),
    )


def _dated(
    timeline: tuple[TimelineEntry, ...], causes: Iterable[datetime], slack: timedelta
) -> tuple[TimelineEntry, ...]:
    """Date each line by its cause, or round it to seconds, so every rehearsal gives the same."""
    known = sorted(set(causes))
    dated = []
    for entry in timeline:
        place = bisect_right(known, entry.recorded_at)
        near = place and entry.recorded_at - known[place - 1] <= slack
        at = known[place - 1] if near else entry.recorded_at.replace(microsecond=0)
        told = entry.recorded_at - entry.happened_at > slack
        dated.append(entry.changed(recorded_at=at, happened_at=entry.happened_at if told else at))
    return tuple(dated)


def played_incident(
    name: str,
    view: IncidentView,
    whole: Incident,
    events: Iterable[datetime],
    by_name: Callable[[str], str],
    *,
    slack: timedelta,
) -> PlayedIncident:
    """An incident from its last view and its whole timeline.

    `events` are the instants of the scenario's events. `by_name` replaces ids of incidents in a
    text by their names. `slack` is how long after its cause a line may be recorded.
    """
    incident = view.incident
    due = (fired.due_at for fired in incident.fired)
    timeline = _dated(whole.timeline, (*events, *due), slack)
    return PlayedIncident(
        name=name,
        id=incident.id,
        title=incident.report.title,
        reported_at=incident.reported_at,
        end=standing_of(name, view),
        said=_said(name, timeline, by_name),
        breaches=_breaches(name, view),
        timeline=tuple(
            PlayedLine(
                at=entry.recorded_at,
                happened_at=entry.happened_at,
                kind=entry.kind,
                by=entry.actor.name,
                summary=by_name(entry.summary),
            )
            for entry in timeline
        ),
    )


def _said(
    name: str, timeline: tuple[TimelineEntry, ...], by_name: Callable[[str], str]
) -> tuple[ReceivedMessage, ...]:
    holders: dict[str, str] = {}
    said = []
    for entry in timeline:
        if entry.kind == EntryKind.ROLE_ASSIGNED:
            holders[str(entry.data.get("role", ""))] = str(entry.data.get("person", ""))
        kind = KINDS.get(entry.kind)
        if kind:
            who = str(entry.data["recipient"])
            said.append(
                ReceivedMessage(
                    incident=name,
                    at=entry.recorded_at,
                    kind=kind,
                    who=who,
                    channel=str(entry.data["channel"]),
                    because=by_name(_because(entry)),
                    target=str(entry.data.get("target", "")),
                    roles=tuple(role for role, person in holders.items() if person == who),
                )
            )
    return in_order(said)


def _because(entry: TimelineEntry) -> str:
    level = entry.data.get("level")
    reason = str(entry.data.get("reason", ""))
    if "summary_of" in entry.data:
        reason += f" (in a summary of {incidents(entry.data['summary_of'])})"
    return f"level {level}: {reason}" if level else reason


def _breaches(name: str, view: IncidentView) -> tuple[Breach, ...]:
    broken = tuple(
        Breach(
            incident=name,
            clock=reading.clock,
            run=reading.run,
            at=reading.breach_at,
            late_by=reading.late_by or timedelta(),
            measure=reading.measure,
            open=reading.stopped_at is None,
        )
        for reading in map(rounded_to_seconds, view.readings)
        if reading.status is ClockStatus.BREACHED and not of_updates(reading.clock)
    )
    return (*broken, *_corrected(name, view), *_missed_updates(name, view))


def _corrected(name: str, view: IncidentView) -> tuple[Breach, ...]:
    """Corrected breaches: they fired all the same."""
    return tuple(
        Breach(
            incident=name,
            clock=breach.clock,
            run=breach.run,
            at=_whole(breach.due_at),
            late_by=timedelta(),
            open=False,
            corrected_by=breach.corrected.actor.name,
        )
        for breach in view.breaches
        if breach.corrected and not of_updates(breach.clock)
    )


def _missed_updates(name: str, view: IncidentView) -> tuple[Breach, ...]:
    """Status updates that came late, each once, however many reminders were sent."""
    missed: dict[RunKey, FiredThreshold] = {}
    for fired in view.incident.fired:
        if of_updates(fired.clock):
            missed.setdefault(run_key(fired), fired)
    return tuple(_missed(name, view, fired) for fired in missed.values())


def _missed(name: str, view: IncidentView, fired: FiredThreshold) -> Breach:
    came_at, open_still = _ended(view, fired.clock, fired.due_at)
    return Breach(
        incident=name,
        clock=fired.clock,
        run=fired.run,
        at=fired.due_at,
        late_by=_whole(came_at - fired.due_at),
        open=open_still,
    )


def _ended(view: IncidentView, clock: str, due_at: datetime) -> tuple[datetime, bool]:
    """When the wait for the update ended, and whether it is still open."""
    resolved = view.incident.milestone("resolved")
    waited = clock_named(clock)
    audience = waited.audience if isinstance(waited, UpdateClock) else ""
    came = [update.at for update in given_to(audience, view.incident)]
    ends = [at for at in (*came, *([resolved.at] if resolved else [])) if at >= due_at]
    return min(ends, default=view.now), not ends
