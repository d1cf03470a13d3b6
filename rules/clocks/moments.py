"""When a moment of the policy came: which milestones of the record its words mean."""

from collections.abc import Iterator
from datetime import datetime

from models.base import ENGINE
from models.incident.record import Incident, Milestone
from models.time.moments import (
    RAISED,
    Choice,
    Derived,
    DerivedKind,
    Moment,
    derived,
    parse_moment,
)
from rules.record.update_reach import given_to


def occurrences(name: str, incident: Incident) -> tuple[Milestone, ...]:
    """Each time that a milestone came, also if it is void, but not if it was replaced."""
    of = derived(name)
    if of:
        return tuple(_derived(of, incident))
    if name == "alert_fired":
        first = min((r.fired_first_at for r in incident.alerts.values()), default=None)
        return (_milestone(name, first),) if first else ()
    if name == "severity_confirmed":
        confirmed = (change.at for change in incident.severities if change.confirmed)
        first = min(confirmed, default=None)
        return (_milestone(name, first),) if first else ()
    return tuple(m for m in incident.milestones if m.name == name and not m.superseded)


def _derived(milestone: Derived, incident: Incident) -> Iterator[Milestone]:
    name, of = str(milestone), milestone.of
    match milestone.kind:
        case DerivedKind.UPDATE:
            yield from (_milestone(name, update.at) for update in given_to(of, incident))
        case DerivedKind.ROLE:
            yield from _filled(name, of, incident)
        case DerivedKind.PLANNED:
            yield from (_milestone(name, d.at) for d in incident.dates if d.name == of)
        case DerivedKind.FLAG:
            if incident.report.attributes.get(of) == RAISED:
                yield _milestone(name, incident.reported_at)
            changes = (c for c in incident.attributes if c.name == of and c.value == RAISED)
            yield from (_milestone(name, change.at) for change in changes)


def _filled(name: str, role: str, incident: Incident) -> Iterator[Milestone]:
    """When a role was filled or passed on, until it fell vacant.

    Old records only know since when it is held.
    """
    spells = [spell for spell in incident.role_spells if spell.role == role]
    for spell in spells:
        for at in (spell.from_at, *spell.passed_at):
            yield _milestone(name, at).changed(void_at=spell.until_at)
    if not spells:
        held = (h for h in incident.roles if h.role == role and h.enough)
        yield from (_milestone(name, h.since_at) for h in held)


def _milestone(name: str, at: datetime) -> Milestone:
    return Milestone(name=name, at=at, recorded_at=at, actor=ENGINE)


def _live(name: str, incident: Incident) -> datetime | None:
    """The first time at which a milestone came, without withdrawn times."""
    true = (m.at for m in occurrences(name, incident) if m.void_at is None)
    return min(true, default=None)


def chosen_milestone(text: str, incident: Incident) -> str | None:
    """The one milestone that a moment's words mean; None as long as that is unknown."""
    moment = parse_moment(text)
    if len(moment.of) == 1:
        return moment.of[0]
    known = {name: at for name in moment.of if (at := _live(name, incident))}
    return _choice(moment, known)


def _choice(moment: Moment, known: dict[str, datetime]) -> str | None:
    if moment.choice is Choice.FIRST_KNOWN:
        return next((name for name in moment.of if name in known), None)
    if moment.choice is Choice.EARLIER:
        return min(known, key=lambda name: known[name], default=None)
    return max(known, key=lambda name: known[name]) if len(known) == len(moment.of) else None


def times_of(text: str, incident: Incident) -> tuple[Milestone, ...]:
    """Each time that a moment came."""
    name = chosen_milestone(text, incident)
    return occurrences(name, incident) if name else ()


def came_at(text: str, incident: Incident) -> datetime | None:
    """When a moment first came, of the times that are still true."""
    name = chosen_milestone(text, incident)
    return _live(name, incident) if name else None


def last_at(text: str, incident: Incident) -> datetime | None:
    """When a moment last came, of the times that are still true."""
    true = (m.at for m in times_of(text, incident) if m.void_at is None)
    return max(true, default=None)
