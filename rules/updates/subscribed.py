"""Which lines of a timeline are events, and which of them a subscriber gets."""

from collections.abc import Iterable
from datetime import datetime

from models.compiled import CompiledPolicy, Subscriber
from models.incident.record import Incident, TimelineEntry
from models.incident.timeline import EntryKind, subject_of
from models.time.moments import parse_condition
from rules.clocks.conditions import holds_at
from states.lifecycle import State

ALL = "all"
"""Stands for every event."""
STATE_CHANGED = "state_changed"
CLOSED = "closed"

_KINDS: dict[str, EntryKind] = {
    "reported": EntryKind.INCIDENT_REPORTED,
    "acknowledged": EntryKind.INCIDENT_ACKNOWLEDGED,
    "assessed": EntryKind.INCIDENT_ASSESSED,
    "diagnosed": EntryKind.INCIDENT_DIAGNOSED,
    "mitigated": EntryKind.INCIDENT_MITIGATED,
    "resolved": EntryKind.INCIDENT_RESOLVED,
    "reviewed": EntryKind.REVIEW_COMPLETED,
    CLOSED: EntryKind.INCIDENT_CLOSED,
    "reopened": EntryKind.INCIDENT_REOPENED,
    "cancelled": EntryKind.INCIDENT_CANCELLED,
    "return_to_diagnosis": EntryKind.INCIDENT_RETURNED,
    "severity_changed": EntryKind.SEVERITY_CHANGED,
    "hold": EntryKind.INCIDENT_HELD,
    "resume": EntryKind.INCIDENT_RESUMED,
    "breached": EntryKind.CLOCK_BREACHED,
    "update_posted": EntryKind.UPDATE_POSTED,
    "update_missed": EntryKind.UPDATE_MISSED,
}
EVENTS = (*_KINDS, STATE_CHANGED)
"""The events of every incident. A policy's own milestones are events, too."""
_WORDS = {kind: word for word, kind in _KINDS.items()}
_OF_A_MILESTONE = frozenset({EntryKind.MILESTONE_CORRECTED, EntryKind.MILESTONE_WITHDRAWN})
"""Lines about a milestone that came before; their data name it."""
_CROSSING = frozenset({EntryKind.SEVERITY_CHANGED, EntryKind.ATTRIBUTE_SET})
"""Lines after which an incident may begin or cease to concern a subscriber."""
_MILESTONE = subject_of(EntryKind.MILESTONE)
_OF_EVERY_INCIDENT = frozenset(EntryKind)


def events_of(entry: TimelineEntry) -> frozenset[str]:
    """The events that a line stands for, in the words of policies; most lines stand for none.

    The event of a milestone also comes if somebody corrects, withdraws or disputes the milestone.
    """
    words = {_WORDS[kind] for kind in _WORDS if kind == entry.kind}
    if subject_of(entry.kind) == _MILESTONE and entry.kind not in _OF_EVERY_INCIDENT:
        words.add(entry.kind.partition(".")[2])
    if entry.kind in _OF_A_MILESTONE:
        words.add(str(entry.data.get("milestone", "")))
    if entry.kind == EntryKind.ACKNOWLEDGEMENT_DISPUTED:
        words.add(_WORDS[EntryKind.INCIDENT_ACKNOWLEDGED])
    source, target = entry.data.get("source"), entry.data.get("target")
    if entry.kind == EntryKind.INCIDENT_REPORTED or (_moves(entry) and source != target):
        words.add(STATE_CHANGED)
        if target == State.CLOSED:
            words.add(CLOSED)
    return frozenset(words)


def _moves(entry: TimelineEntry) -> bool:
    """Whether a line can change the state: pages have a target, too, but no source."""
    return "source" in entry.data and "target" in entry.data


def subscribed(
    subscriber: Subscriber,
    entries: Iterable[TimelineEntry],
    before: Incident | None,
    after: Incident,
    now: datetime,
) -> tuple[TimelineEntry, ...]:
    """The lines that a subscriber gets of those which one decision wrote.

    `before` and `after` are the records around the decision. If it brings the incident into what
    the subscriber asks for, or out of it, the subscriber learns of that, whatever it listens to.
    """
    was = before is not None and concerns(subscriber, before, now)
    is_now = concerns(subscriber, after, now)
    if not (was or is_now):
        return ()
    crosses = before is not None and was is not is_now
    return tuple(
        entry
        for entry in entries
        if _wants(subscriber, entry) or (crosses and entry.kind in _CROSSING)
    )


def _wants(subscriber: Subscriber, entry: TimelineEntry) -> bool:
    events = events_of(entry)
    return bool(events) and (ALL in subscriber.on or not events.isdisjoint(subscriber.on))


def newly_concerned(
    old: CompiledPolicy, new: CompiledPolicy, incident: Incident, now: datetime
) -> tuple[Subscriber, ...]:
    """The subscribers whom an incident concerns under an adopted policy, and not under the old one.

    They learn of the adoption, whatever they listen to: what happened before, nobody tells them.
    """
    before = {each.name for each in old.subscribers if concerns(each, incident, now)}
    return tuple(
        each
        for each in new.subscribers
        if each.name not in before and concerns(each, incident, now)
    )


def concerns(subscriber: Subscriber, incident: Incident, now: datetime) -> bool:
    """Whether a subscriber asks for incidents like this one."""
    if subscriber.severities and incident.severity not in subscriber.severities:
        return False
    return all(holds_at(parse_condition(text), incident, now) for text in subscriber.when)
