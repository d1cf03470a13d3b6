"""How the record changes: every change adds an entry to the timeline."""

from datetime import datetime
from typing import Any

from models.base import Actor
from models.incident.record import Incident, Milestone, TimelineEntry
from models.incident.timeline import EntryKind, OpenKind
from models.time.clock import Correction, FiredThreshold
from states.lifecycle import State

SUMMARY_BOUND = 500
"""The characters of an entry's summary; the record keeps the whole text elsewhere."""


def note(
    incident: Incident,
    kind: EntryKind | OpenKind,
    summary: str,
    *,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    **data: Any,
) -> Incident:
    """The record with one more timeline entry."""
    entry = TimelineEntry(
        seq=incident.next_seq,
        kind=str(kind),
        happened_at=happened_at or now,
        recorded_at=now,
        actor=actor,
        summary=summary[:SUMMARY_BOUND],
        data=data,
    )
    return incident.changed(timeline=(*incident.timeline, entry), next_seq=incident.next_seq + 1)


def with_milestone(
    incident: Incident,
    name: str,
    *,
    at: datetime,
    now: datetime,
    actor: Actor,
    latest_at: datetime | None = None,
    led_to: State | None = None,
) -> Incident:
    """The record with a milestone set."""
    milestone = Milestone(
        name=name, at=at, latest_at=latest_at, recorded_at=now, actor=actor, led_to=led_to
    )
    return incident.changed(milestones=(*incident.milestones, milestone))


def without_milestones(incident: Incident, names: tuple[str, ...], at: datetime) -> Incident:
    """The record with milestones that are void from `at` on; they stay on the record."""
    milestones = tuple(
        m.changed(void_at=at) if m.name in names and not m.superseded and m.void_at is None else m
        for m in incident.milestones
    )
    return incident.changed(milestones=milestones)


def with_fired(incident: Incident, fired: FiredThreshold) -> Incident:
    """The record with a threshold that has fired."""
    return incident.changed(fired=(*incident.fired, fired))


def supersede(
    incident: Incident, taken_back: tuple[FiredThreshold, ...], by: Correction | None = None
) -> Incident:
    """The record with fired thresholds marked as taken back, and by what."""
    if not taken_back:
        return incident
    gone = set(taken_back)
    fired = tuple(
        f.changed(superseded=True, corrected=by) if f in gone else f for f in incident.fired
    )
    return incident.changed(fired=fired)


def unsupersede(incident: Incident, again: tuple[FiredThreshold, ...]) -> Incident:
    """The record with fired thresholds that are no longer taken back."""
    if not again:
        return incident
    right = set(again)
    fired = tuple(
        f.changed(superseded=False, corrected=None) if f in right else f for f in incident.fired
    )
    return incident.changed(fired=fired)
