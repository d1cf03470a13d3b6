"""The incidents that a deadline opens: what they report, and what the record says of them."""

from datetime import datetime

from models.base import ENGINE
from models.contracts.incident import LinkedIncident
from models.incident.record import Incident, Link, Report
from models.incident.timeline import EntryKind
from rules.clocks.conditions import attributes_of
from rules.record.ids import incident_id
from rules.record.timeline import note

LED_TO = "led_to"
NATURE_BOUND = 8000
"""Characters, as in every report."""


def linked_incident(
    title: str, reason: str, clock: str, *, seed: str, now: datetime
) -> LinkedIncident:
    """An incident that is to be opened for a clock. The same `seed` gives the same id."""
    return LinkedIncident(id=incident_id(seed, now), title=title, reason=reason, clock=clock)


def report_of(linked: LinkedIncident, of: Incident, now: datetime) -> Report:
    """What an incident reports that another one, `of`, opens."""
    return Report(
        title=linked.title,
        nature=f"{linked.reason} ({of.id}: {of.report.title})"[:NATURE_BOUND],
        affected_systems=of.report.affected_systems,
        severity=of.severity,
        service=of.report.service,
        reporter=ENGINE,
        previous_incident=of.id,
        opened_for=(*of.report.opened_for, *([linked.clock] if linked.clock else [])),
        attributes=attributes_of(of, now),
    )


def with_linked(incident: Incident, linked: LinkedIncident, now: datetime) -> Incident:
    """The record with a link to an incident that was opened."""
    links = (*incident.links, Link(relation=LED_TO, target=linked.id))
    words = f"{linked.id} opened: {linked.title}: {linked.reason}"
    return note(
        incident.changed(links=links), EntryKind.LINKED_OPENED, words, actor=ENGINE, now=now
    )


def without_linked(incident: Incident, linked: LinkedIncident, now: datetime) -> Incident:
    """The record once an incident could not be opened for now."""
    words = f"{linked.id} could not be opened; again in a minute"
    return note(incident, EntryKind.LINKED_DELAYED, words, actor=ENGINE, now=now)
