"""Facts on the record that are most likely wrong. They stay as people gave them; nobody is refused.

They are facts from before the incident began, instants that are most of a year off, steps of the
lifecycle in an impossible order, and intervals that end before they begin.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from models.compiled import CompiledPolicy
from models.incident.doubt import Doubt, DoubtKind
from models.incident.record import Incident, Milestone
from rules.clocks.metrics import read_metrics
from rules.clocks.moments import chosen_milestone
from rules.wording.times import in_utc, span
from states.lifecycle import REPORTED

FAR = timedelta(days=300)
"""An instant this far from when it was recorded most likely has the wrong year."""
IN_ORDER = ("acknowledged", "assessed", "diagnosed", "resolved", "reviewed", "closed")


def doubts(policy: CompiledPolicy, incident: Incident, now: datetime) -> tuple[Doubt, ...]:
    """The facts on a record that somebody should check."""
    far = tuple(_far(incident))
    strange = {doubt.about for doubt in far}
    order = tuple(_order(incident))
    before = (doubt for doubt in _before(incident) if doubt.about not in strange)
    return (*far, *before, *order, *_clocks(policy, incident), *_figures(policy, incident, now))


def new_doubts(before: tuple[Doubt, ...], after: tuple[Doubt, ...]) -> tuple[str, ...]:
    """The doubts that a command added."""
    return tuple(str(doubt) for doubt in after if doubt not in before)


def _true(incident: Incident) -> Iterator[Milestone]:
    return (m for m in incident.milestones if not m.superseded)


def _began_at(incident: Incident) -> datetime:
    """When the incident began, by the earliest statement."""
    alerts = [record.alert.started_at for record in incident.alerts.values()]
    return min((incident.reported_at, *alerts))


def _told(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """Each instant that people stated, and what it belongs to."""
    yield from ((m.name, m.at) for m in _true(incident) if m.name != REPORTED)
    yield from ((f"hold {hold.reason}", hold.from_at) for hold in incident.holds)
    yield from ((f"severity {change.severity}", change.at) for change in incident.severities)
    yield from ((f"{change.name}={change.value}", change.at) for change in incident.attributes)
    yield from ((f"step {done.step}", done.at) for done in incident.steps)
    yield from (("status update", told.at) for told in incident.updates)
    yield from ((f"role {spell.role}", spell.from_at) for spell in incident.role_spells)


def _planned(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """Each planned instant, past or future."""
    yield from ((date.name, date.at) for date in incident.dates)
    yield from ((f"action item {i.id}", i.due_at) for i in incident.action_items if i.due_at)
    yield from (("next status update", u.next_at) for u in incident.updates if u.next_at)


def _before(incident: Incident) -> Iterator[Doubt]:
    began_at = _began_at(incident)
    for about, at in (*_told(incident), *_planned(incident)):
        if at < began_at:
            words = f"{in_utc(at)} is {span(began_at - at)} before the incident began"
            yield Doubt(kind=DoubtKind.BEFORE_THE_INCIDENT, about=about, words=words)


def _far(incident: Incident) -> Iterator[Doubt]:
    recorded = [(m.name, m.at, m.recorded_at) for m in _true(incident)]
    alerts = [(r.alert.name, r.alert.started_at, r.first_seen_at) for r in incident.alerts.values()]
    others = [(about, at, incident.reported_at) for about, at in _told(incident)]
    planned = [(about, at, incident.reported_at) for about, at in _planned(incident)]
    found = set()
    for about, at, told_at in (*recorded, *alerts, *planned):
        if abs(at - told_at) >= FAR:
            found.add(about)
            yield _far_away(about, at, told_at)
    for about, at, told_at in others:
        if told_at - at >= FAR and about not in found:
            found.add(about)
            yield _far_away(about, at, told_at)


def _far_away(about: str, at: datetime, told_at: datetime) -> Doubt:
    way = "before" if at < told_at else "after"
    words = f"{in_utc(at)} is {span(abs(at - told_at))} {way} {in_utc(told_at)}"
    return Doubt(kind=DoubtKind.FAR_AWAY, about=about, words=f"{words}: is the year right?")


def _order(incident: Incident) -> Iterator[Doubt]:
    reached = [m for name in IN_ORDER if (m := incident.milestone(name))]
    for earlier, later in combinations(reached, 2):
        latest = later.latest_at or later.at
        if latest < earlier.at:
            words = f"{in_utc(later.at)} is {span(earlier.at - latest)} before {earlier.name}"
            yield Doubt(kind=DoubtKind.OUT_OF_ORDER, about=later.name, words=words)


def _clocks(policy: CompiledPolicy, incident: Incident) -> Iterator[Doubt]:
    """The clocks that stop before they start; `_order` covers those of the lifecycle."""
    for spec in policy.clocks:
        names = (chosen_milestone(spec.starts, incident), chosen_milestone(spec.stops, incident))
        start, stop = (incident.milestone(name) if name else None for name in names)
        if start is None or stop is None or start.name == stop.name or spec.recurs:
            continue
        told_of = start.name in {REPORTED, *IN_ORDER} and stop.name in IN_ORDER
        latest = stop.latest_at or stop.at
        if latest < start.at and not told_of:
            words = f"{stop.name} is {span(start.at - latest)} before {start.name}"
            yield Doubt(kind=DoubtKind.NEGATIVE, about=f"clock {spec.name}", words=words)


def _figures(policy: CompiledPolicy, incident: Incident, now: datetime) -> Iterator[Doubt]:
    for reading in read_metrics(policy, incident, now):
        if reading.negative_by is not None:
            words = f"it stops {span(reading.negative_by)} before it starts, and reads 0"
            yield Doubt(kind=DoubtKind.NEGATIVE, about=f"figure {reading.metric}", words=words)
