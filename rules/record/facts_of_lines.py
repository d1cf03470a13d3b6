"""What rules still need of timeline lines after these leave the record.

A run that continues as new keeps only its newest lines, and everybody can write lines. So no
rule may depend on how many lines the record still has: what a rule reads in them is kept here.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from models.incident.record import Incident, RoleHolder, TimelineEntry
from models.incident.timeline import PAGE, EntryKind, subject_of
from models.time.clock import FiredThreshold

ON_THE_WAY = timedelta(minutes=1)
"""How long a command may take to arrive while a worker runs."""
_APART = timedelta(seconds=15)
FIRED = frozenset({EntryKind.CLOCK_BREACHED, EntryKind.UPDATE_MISSED})
"""Timeline kinds that say that a clock passed its limit."""
HEARD = (".sent", ".summarised")
_GIVES_ROLE = frozenset({EntryKind.ROLE_ASSIGNED, EntryKind.HANDOVER_ACCEPTED})


def with_facts_of(incident: Incident, gone: tuple[TimelineEntry, ...]) -> Incident:
    """The record with what rules need of lines that leave it."""
    if not gone:
        return incident
    return incident.changed(
        paged=tuple(dict.fromkeys((*incident.paged, *recipients(gone)))),
        acted_at=_thinned((*incident.acted_at, *(entry.recorded_at for entry in gone))),
        fired=tuple(_with_hearers(fired, gone) for fired in incident.fired),
        roles=tuple(_with_giver(held, gone) for held in incident.roles),
    )


def recipients(entries: Iterable[TimelineEntry]) -> Iterator[str]:
    """Who was paged according to these entries, for any reason."""
    for entry in entries:
        if subject_of(entry.kind) == PAGE and "recipient" in entry.data:
            yield str(entry.data["recipient"])


def acted_between(incident: Incident, since: datetime, until: datetime) -> bool:
    """Whether the incident did something between two instants. `until` lies `ON_THE_WAY` back."""
    newest = (entry.recorded_at for entry in reversed(incident.timeline))
    return any(since < at < until for at in (*newest, *incident.acted_at))


def _thinned(instants: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """The newest instant that is `ON_THE_WAY` back, and a few of those since then."""
    last = instants[-1]
    edge = last - ON_THE_WAY
    kept = list(instants[:1])
    for at in instants:
        if at < edge:
            kept = [at]
        elif at - kept[-1] >= _APART:
            kept.append(at)
    return tuple(dict.fromkeys((*kept, last)))


def hearers(fired: FiredThreshold, entries: Iterable[TimelineEntry]) -> tuple[str, ...]:
    """Who heard of a breach and by which channel, according to the record and these lines."""
    return _heard(fired, entries)[0]


def _heard(
    fired: FiredThreshold, entries: Iterable[TimelineEntry]
) -> tuple[tuple[str, ...], str | None]:
    """Who heard of it, and the words by which further lines say so, if they may still come."""
    said, told = fired.said or None, list(fired.told)
    for entry in entries:
        data = entry.data
        if entry.kind in FIRED and data.get("clock") == fired.clock:
            line = (entry.recorded_at, data.get("threshold"), data.get("due_at"))
            this = line == (fired.fired_at, fired.threshold, fired.due_at.isoformat())
            said = entry.summary if this else None
        elif said and entry.kind.endswith(HEARD) and said in str(data.get("reason", "")):
            told.append(f"{data.get('recipient')} ({data.get('channel')})")
    return tuple(dict.fromkeys(told)), said


def _with_hearers(fired: FiredThreshold, gone: tuple[TimelineEntry, ...]) -> FiredThreshold:
    if not fired.breach:
        return fired
    told, said = _heard(fired, gone)
    return fired.changed(told=told, said=said or "")


def giver_of(held: RoleHolder, entries: Iterable[TimelineEntry]) -> str:
    """Who gave somebody their role or handed it over, according to these lines or the record."""
    giver = held.given_by
    for entry in entries:
        data = entry.data
        theirs = (data.get("role"), data.get("person")) == (held.role, held.person)
        if theirs and entry.kind in _GIVES_ROLE:
            giver = str(data.get("giver") or entry.actor.name)
    return giver


def _with_giver(held: RoleHolder, gone: tuple[TimelineEntry, ...]) -> RoleHolder:
    giver = giver_of(held, gone)
    return held if giver == held.given_by else held.changed(given_by=giver)
