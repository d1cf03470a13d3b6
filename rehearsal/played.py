"""What came of a rehearsal: everything that a person, a program or a judgement may ask of it."""

from datetime import datetime, timedelta

from models.base import Frozen, Instant
from models.clock import ClockReading, ClockStatus
from models.incident import Incident, TimelineEntry
from models.view import IncidentView
from rules.cadence import PREFIX

KINDS = {"page.sent": "page", "notification.sent": "tell", "reminder.sent": "remind"}
"""What a line of the timeline says was said."""
MISSED = "update.missed"


class Said(Frozen):
    """Somebody heard something. `roles` are those that the person held then."""

    incident: str
    at: Instant
    kind: str
    who: str
    channel: str
    because: str
    target: str = ""
    roles: tuple[str, ...] = ()


class Line(Frozen):
    """A line of an incident's timeline. `at` is when it was recorded."""

    at: Instant
    happened_at: Instant
    kind: str
    by: str
    summary: str


class Refused(Frozen):
    """Something that was tried in vain. `what` is a command, or report or alert."""

    at: Instant
    incident: str
    by: str
    what: str
    because: str
    missing: tuple[str, ...] = ()


class Standing(Frozen):
    """How an incident stood at an instant."""

    incident: str
    state: str
    severity: str
    roles: dict[str, str]
    clocks: tuple[ClockReading, ...]


class Breach(Frozen):
    """A promise that was not kept: a clock's, or that of the next status update.

    `at` is when the limit passed; `late_by` how late it was kept, or had become at the end.
    """

    incident: str
    clock: str
    run: int
    at: Instant | None
    late_by: timedelta


class PlayedIncident(Frozen):
    """One incident as it was when the rehearsal ended."""

    name: str
    id: str
    title: str
    reported_at: Instant
    end: Standing
    said: tuple[Said, ...]
    breaches: tuple[Breach, ...]
    timeline: tuple[Line, ...]


class Look(Frozen):
    """How the incidents stood at an instant in between."""

    at: Instant
    standings: tuple[Standing, ...]


class PolicyPlayed(Frozen):
    """The policy that was rehearsed."""

    file: str
    name: str
    version: str
    policy_hash: str


class Played(Frozen):
    """A whole rehearsal."""

    scenario: str
    policy: PolicyPlayed
    starts: Instant
    ended_at: Instant
    ended_because: str
    incidents: tuple[PlayedIncident, ...]
    refused: tuple[Refused, ...]
    looks: tuple[Look, ...] = ()

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything that was said of any incident, in order."""
        every = (said for incident in self.incidents for said in incident.said)
        return tuple(sorted(every, key=lambda said: said.at))

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every promise that was not kept."""
        return tuple(breach for incident in self.incidents for breach in incident.breaches)

    def standings(self, at: datetime | None = None) -> tuple[Standing, ...]:
        """How the incidents stood at an instant that was looked at; without one, at the end."""
        if at is None:
            return tuple(incident.end for incident in self.incidents)
        return next((look.standings for look in self.looks if look.at == at), ())


def standing_of(name: str, view: IncidentView) -> Standing:
    """How an incident stands by its view."""
    incident = view.incident
    return Standing(
        incident=name,
        state=incident.state.value,
        severity=incident.severity,
        roles={held.role: held.person for held in incident.roles},
        clocks=view.readings,
    )


def played_incident(
    name: str, view: IncidentView, timeline: tuple[TimelineEntry, ...]
) -> PlayedIncident:
    """An incident by its last view and its whole timeline."""
    incident = view.incident
    return PlayedIncident(
        name=name,
        id=incident.id,
        title=incident.report.title,
        reported_at=incident.reported_at,
        end=standing_of(name, view),
        said=_said(name, timeline),
        breaches=(*_breached(name, view.readings), *_missed(name, incident, view)),
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
    return tuple(said)


def _because(entry: TimelineEntry) -> str:
    level = entry.data.get("level")
    reason = str(entry.data.get("reason", ""))
    return f"level {level}: {reason}" if level else reason


def _breached(name: str, readings: tuple[ClockReading, ...]) -> tuple[Breach, ...]:
    return tuple(
        Breach(
            incident=name,
            clock=reading.clock,
            run=reading.run,
            at=reading.breach_at,
            late_by=reading.late_by or timedelta(),
        )
        for reading in readings
        if reading.status is ClockStatus.BREACHED and not reading.clock.startswith(PREFIX)
    )


def _missed(name: str, incident: Incident, view: IncidentView) -> tuple[Breach, ...]:
    """Status updates that did not come in time, each once however often it was reminded of."""
    missed: dict[tuple[str, int], datetime] = {}
    for fired in incident.fired:
        if fired.clock.startswith(PREFIX) and not fired.superseded:
            missed.setdefault((fired.clock, fired.run), fired.due_at)
    came = {
        audience: [update.at for update in incident.updates if audience in update.audiences]
        for audience in {clock.removeprefix(PREFIX) for clock, _ in missed}
    }
    return tuple(
        Breach(
            incident=name,
            clock=clock,
            run=run,
            at=due_at,
            late_by=_came_at(came[clock.removeprefix(PREFIX)], due_at, incident, view) - due_at,
        )
        for (clock, run), due_at in missed.items()
    )


def _came_at(
    came: list[datetime], due_at: datetime, incident: Incident, view: IncidentView
) -> datetime:
    """When the update came at last, or nobody waited for it any more."""
    resolved = incident.milestone("resolved")
    ends = resolved.at if resolved else view.now
    return max(min((at for at in came if at > due_at), default=ends), due_at)
