"""What the last view of an incident says of how it was played."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.clock import ClockReading, ClockStatus, MetricReading
from models.incident import Incident, TimelineEntry
from models.view import IncidentView
from rehearsal.played import SLACK, Breach, Line, PlayedIncident, Said, Standing, in_order
from rules.cadence import PREFIX

KINDS = {"page.sent": "page", "notification.sent": "tell", "reminder.sent": "remind"}
"""What a line of the timeline says was said."""


LEAD = timedelta(seconds=2)
"""What people do at the very instant at which something comes due is done so much earlier."""


@dataclass(frozen=True, slots=True)
class Causes:
    """The instants of a scenario's events; `early` are those whose events were done earlier."""

    events: tuple[datetime, ...]
    early: frozenset[datetime] = frozenset()

    def meant(self, done_at: datetime) -> datetime:
        """The instant of what was done earlier; of anything else its own."""
        return next((at for at in self.early if at - LEAD <= done_at < at), done_at)

    def of(self, recorded_at: datetime, due: Sequence[datetime]) -> datetime:
        """What caused that something is recorded, or else its second: the same every time.

        `due` are instants at which limits passed, in order.
        """
        meant = self.meant(recorded_at)
        if meant != recorded_at:
            return meant
        known = sorted({*self.events, *due})
        place = bisect_right(known, recorded_at)
        if place and recorded_at - known[place - 1] <= SLACK:
            return known[place - 1]
        return recorded_at.replace(microsecond=0)


def _exact(reading: ClockReading, causes: Causes) -> ClockReading:
    """The reading as it would be, had what was done earlier been done when it was meant."""
    started_at = causes.meant(reading.started_at)
    stopped_at = causes.meant(reading.stopped_at) if reading.stopped_at else None
    later = (stopped_at - reading.stopped_at) if stopped_at and reading.stopped_at else timedelta()
    elapsed = reading.elapsed + later - (started_at - reading.started_at)
    change = {"started_at": started_at, "stopped_at": stopped_at, "elapsed": elapsed}
    if elapsed != reading.elapsed:
        change["remaining"] = max(reading.remaining - (elapsed - reading.elapsed), timedelta())
    return reading.model_copy(update=change)


def _exact_figure(metric: MetricReading, causes: Causes) -> MetricReading:
    started_at = causes.meant(metric.started_at)
    stopped_at = causes.meant(metric.stopped_at) if metric.stopped_at else None
    later = (stopped_at - metric.stopped_at) if stopped_at and metric.stopped_at else timedelta()
    elapsed = max(metric.elapsed + later - (started_at - metric.started_at), timedelta())
    change = {"started_at": started_at, "stopped_at": stopped_at, "elapsed": elapsed}
    return metric.model_copy(update=change)


def standing_of(name: str, view: IncidentView, causes: Causes) -> Standing:
    """How an incident stands by its view."""
    incident = view.incident
    return Standing(
        incident=name,
        state=incident.state.value,
        severity=incident.severity,
        roles={held.role: held.person for held in incident.roles},
        clocks=tuple(_exact(reading, causes) for reading in view.readings),
        metrics=tuple(_exact_figure(metric, causes) for metric in view.metrics),
    )


def _dated(
    timeline: tuple[TimelineEntry, ...], causes: Causes, due: Sequence[datetime]
) -> tuple[TimelineEntry, ...]:
    """The lines dated by what caused them."""
    dated = []
    for entry in timeline:
        at = causes.of(entry.recorded_at, due)
        told = entry.recorded_at - entry.happened_at > SLACK
        happened = {"happened_at": entry.happened_at if told else at}
        dated.append(entry.model_copy(update={"recorded_at": at, **happened}))
    return tuple(dated)


def played_incident(
    name: str, view: IncidentView, whole: Incident, causes: Causes
) -> PlayedIncident:
    """An incident by its last view and its whole timeline."""
    incident = view.incident
    due = [fired.due_at for fired in incident.fired]
    timeline = _dated(whole.timeline, causes, due)
    return PlayedIncident(
        name=name,
        id=incident.id,
        title=incident.report.title,
        reported_at=incident.reported_at,
        end=standing_of(name, view, causes),
        said=_said(name, timeline),
        breaches=_breaches(name, view),
        timeline=tuple(
            Line(
                at=entry.recorded_at,
                happened_at=entry.happened_at,
                kind=entry.kind,
                by=entry.actor.name,
                summary=entry.summary,
            )
            for entry in timeline
        ),
    )


def _said(name: str, timeline: tuple[TimelineEntry, ...]) -> tuple[Said, ...]:
    holders: dict[str, str] = {}
    said = []
    for entry in timeline:
        if entry.kind == "role.assigned":
            holders[str(entry.data.get("role", ""))] = str(entry.data.get("person", ""))
        kind = KINDS.get(entry.kind)
        if kind:
            who = str(entry.data["recipient"])
            said.append(
                Said(
                    incident=name,
                    at=entry.recorded_at,
                    kind=kind,
                    who=who,
                    channel=str(entry.data["channel"]),
                    because=_because(entry),
                    target=str(entry.data.get("target", "")),
                    roles=tuple(role for role, person in holders.items() if person == who),
                )
            )
    return in_order(said)


def _because(entry: TimelineEntry) -> str:
    level = entry.data.get("level")
    reason = str(entry.data.get("reason", ""))
    return f"level {level}: {reason}" if level else reason


def _breaches(name: str, view: IncidentView) -> tuple[Breach, ...]:
    broken = tuple(
        Breach(
            incident=name,
            clock=reading.clock,
            run=reading.run,
            at=reading.breach_at,
            late_by=reading.late_by or timedelta(),
            open=reading.stopped_at is None,
        )
        for reading in view.readings
        if reading.status is ClockStatus.BREACHED and not reading.clock.startswith(PREFIX)
    )
    return (*broken, *_missed_updates(name, view))


def _missed_updates(name: str, view: IncidentView) -> tuple[Breach, ...]:
    """Status updates that did not come in time, each once however often it was reminded of."""
    missed: dict[tuple[str, int], datetime] = {}
    for fired in view.incident.fired:
        if fired.clock.startswith(PREFIX) and not fired.superseded:
            missed.setdefault((fired.clock, fired.run), fired.due_at)
    breaches = []
    for (clock, run), due_at in missed.items():
        came_at, open_still = _ended(view, clock.removeprefix(PREFIX), due_at)
        late_by = came_at - due_at
        breaches.append(
            Breach(incident=name, clock=clock, run=run, at=due_at, late_by=late_by, open=open_still)
        )
    return tuple(breaches)


def _ended(view: IncidentView, audience: str, due_at: datetime) -> tuple[datetime, bool]:
    """When the update came, or nobody waited for it any more; and whether somebody still does."""
    resolved = view.incident.milestone("resolved")
    came = [update.at for update in view.incident.updates if audience in update.audiences]
    ends = [at for at in (*came, *([resolved.at] if resolved else [])) if at >= due_at]
    return min(ends, default=view.now), not ends
