"""What a page shows of an incident, made from its view at one instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.alert import Alert, AlertLink
from models.answers.view import IncidentView
from models.base import ENGINE
from models.incident.record import TimelineEntry
from models.time.clock import ClockReading, Stage
from rules.alerts.links import links_of
from rules.alerts.words import alerts_in_words
from rules.updates.owed import owed_updates
from rules.wording.times import Told, span
from states.lifecycle import TERMINAL

NEWEST_LINES = 30
MOST_ALERTS = 20
PAGED = frozenset({"page.sent", "page.failed", "page.held", "page.nobody", "page.out_of_hours"})


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a clock that comes next, or is over.

    `before` and `over` are the words in front of the time until then, and since then: a browser
    with scripts counts down by itself.
    """

    words: str
    style: str
    at: datetime | None
    before: str = ""
    over: str = ""


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert in words, and its links."""

    words: str
    links: tuple[AlertLink, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the timeline."""

    at: datetime
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class SeenIncident:
    """An incident as a page shows it to one person."""

    incident: str
    person: str
    title: str
    severity: str
    state: str
    since: datetime
    since_words: str
    nature: str
    service: str | None
    leading: str | None
    acknowledged_by: str | None
    clock: Limit | None
    alerts: tuple[ShownAlert, ...]
    paged: tuple[str, ...]
    timeline: tuple[ShownLine, ...]
    over: bool
    now: datetime
    last: int
    owed: tuple[str, ...]


def next_limit(readings: tuple[ClockReading, ...], now: datetime) -> Limit | None:
    """The limit that is over for longest, or else the one that comes next."""
    running = [r for r in readings if r.stage is Stage.IN_PROGRESS and r.breach_at]
    if not running:
        return None
    first = min(running, key=lambda r: r.breach_at or now)
    at = first.breach_at or now
    before, over = f"{first.clock} in", f"{first.clock} is over its limit since"
    if at <= now:
        return Limit(f"{over} {span(now - at)}", "alarm", at, before, over)
    soon = at - now < timedelta(minutes=5)
    return Limit(f"{before} {span(at - now)}", "warn" if soon else "", at, before, over)


def _alert(alert: Alert) -> ShownAlert:
    return ShownAlert(alerts_in_words([alert]), links_of(alert))


def _line(entry: TimelineEntry, told: Told) -> ShownLine:
    return ShownLine(entry.happened_at, told(entry.happened_at), entry.summary)


def seen_by(person: str, view: IncidentView, told: Told) -> SeenIncident:
    """What a page shows of an incident to a person, newest lines first, with times as `told`."""
    incident = view.incident
    report, since = incident.report, incident.reported_at
    acknowledged = incident.milestone("acknowledged")
    by = acknowledged.actor if acknowledged else None
    return SeenIncident(
        incident=incident.id,
        person=person,
        title=report.title,
        severity=incident.severity,
        state=incident.state.value,
        since=since,
        since_words=f"{span(view.now - since)} ago ({told(since)})",
        nature=report.nature or "",
        service=report.service,
        leading=view.manager,
        acknowledged_by=by.name if by and by != ENGINE else None,
        clock=next_limit(view.readings, view.now),
        alerts=tuple(_alert(r.alert) for r in list(incident.alerts.values())[:MOST_ALERTS]),
        paged=tuple(e.summary for e in incident.timeline if e.kind in PAGED)[-NEWEST_LINES:],
        timeline=tuple(_line(e, told) for e in reversed(incident.timeline[-NEWEST_LINES:])),
        over=incident.state in TERMINAL,
        now=view.now,
        last=incident.next_seq - 1,
        owed=owed_updates(view.readings, view.now),
    )
