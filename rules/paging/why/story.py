"""The escalation by the timeline: who was paged or passed over, and where it stood."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.compiled import CompiledPolicy, EscalationPolicy, RoleRule
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident, TimelineEntry
from models.incident.timeline import PAGE, EntryKind, subject_of
from models.people.party import party_named
from rules.paging.escalation import NoPage, WaitForAnswer, in_force, next_page
from rules.wording.times import in_utc

SENT = frozenset({EntryKind.PAGE_SENT, EntryKind.PAGE_SUMMARISED})
"""Kinds of lines about a page that reached somebody: by itself, or in a summary of many."""
HELD = EntryKind.PAGE_HELD
MOST_TURNS = 1000
"""A search for a level looks this many turns ahead: more than any sensible policy has."""

ACKNOWLEDGED = EntryKind.INCIDENT_ACKNOWLEDGED
_STOPS: dict[str, str] = {
    ACKNOWLEDGED: "{actor} acknowledged at {at}",
    EntryKind.INCIDENT_RESOLVED: "{actor} resolved the incident at {at}",
    EntryKind.INCIDENT_CANCELLED: "{actor} cancelled the incident at {at}",
    EntryKind.ESCALATION_TAKEN_UP: "{summary}, at {at}",
    EntryKind.ESCALATION_ANSWERED: "{summary}, at {at}",
    EntryKind.ESCALATION_EXHAUSTED: "the escalation ended at {at}: every level had its turn",
}


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line about a page and its data; `level` 0 is none, and `targets` are whom it could page.

    `tried` are the channels that had failed before.
    """

    seq: int
    kind: str
    at: datetime
    summary: str
    level: int
    recipient: str
    targets: tuple[str, ...]
    data: Mapping[str, Any]
    tried: tuple[str, ...] = ()

    def means(self, who: str) -> bool:
        """Whether the line is about this person or target."""
        names = {self.recipient, *self.targets}
        return who in names or who in {party_named(target).name for target in self.targets}


def page_lines(incident: Incident) -> tuple[PageLine, ...]:
    """Every line about a page.

    A page that was owed gets the level of the line that asked for it.
    """
    asked: dict[str, PageLine] = {}
    found = []
    for entry in incident.timeline:
        if subject_of(entry.kind) != PAGE:
            continue
        line = _line(entry)
        key = str(entry.data.get("key", ""))
        before = asked.get(key) if key else None
        if before:
            failed = () if before.kind == HELD else (str(before.data.get("channel", "")),)
            line = replace(
                line,
                level=line.level or before.level,
                targets=line.targets or before.targets,
                data={**line.data, **before.data, "channel": line.data.get("channel", "")},
                tried=tuple(dict.fromkeys((*before.tried, *line.tried, *failed))),
            )
        if key:
            asked[key] = line
        found.append(line)
    return tuple(found)


def _line(entry: TimelineEntry) -> PageLine:
    data = entry.data
    one = (str(data["target"]),) if data.get("target") else ()
    return PageLine(
        seq=entry.seq,
        kind=entry.kind,
        at=entry.recorded_at,
        summary=entry.summary,
        level=int(data.get("level") or 0),
        recipient=str(data.get("recipient") or ""),
        targets=tuple(data.get("targets") or one),
        data=data,
        tried=tuple(data.get("not_by") or ()),
    )


@dataclass(frozen=True, slots=True)
class LadderPosition:
    """Where the escalation stood: after which level, and when silence would page the next.

    `stopped` says in words why silence would page nobody; `by` are the lines that say so.
    """

    ladder: EscalationPolicy | None
    next_at: datetime
    level: int = 0
    cycle: int = 0
    stopped: str | None = None
    by: tuple[int, ...] = ()


def severity_at(incident: Incident, at: datetime) -> str:
    """The severity at an instant."""
    known = [change for change in incident.severities if change.at <= at]
    return known[-1].severity if known else incident.severities[0].severity


def ladder_at(policy: CompiledPolicy, incident: Incident, at: datetime) -> EscalationPolicy | None:
    """The ladder that the incident followed at an instant."""
    then = incident.changed(severity=severity_at(incident, at))
    return in_force(policy.escalation, then, at)


def position_at(policy: CompiledPolicy, incident: Incident, at: datetime) -> LadderPosition:
    """Where the escalation stood at an instant, by the timeline until then."""
    began = incident.timeline[0].recorded_at if incident.timeline else incident.reported_at
    position = LadderPosition(ladder_at(policy, incident, at), began)
    for entry in incident.timeline:
        if entry.recorded_at <= at:
            position = _moved(position, entry)
    return position


def _moved(position: LadderPosition, entry: TimelineEntry) -> LadderPosition:
    data = entry.data
    if entry.kind in _STOPS:
        if position.stopped and entry.kind != ACKNOWLEDGED:
            return position
        words = _STOPS[entry.kind].format(
            actor=entry.actor.name, at=in_utc(entry.recorded_at), summary=entry.summary
        )
        return replace(position, stopped=words, by=(entry.seq,))
    if entry.kind == EntryKind.ESCALATION_RESUMED:
        level = int(data["level"]) - 1
        return replace(position, level=level, next_at=entry.recorded_at, stopped=None, by=())
    if entry.kind == EntryKind.ESCALATION_WAITS:
        level = int(data.get("level", 0))
        return replace(position, level=level, next_at=datetime.fromisoformat(data["next_at"]))
    if subject_of(entry.kind) == PAGE and data.get("level"):
        return _after_turn(position, entry)
    return position


def _after_turn(position: LadderPosition, entry: TimelineEntry) -> LadderPosition:
    """The position after a level's turn: its line says when silence pages the next level."""
    data = entry.data
    level, next_at = int(data["level"]), data.get("next_at")
    position = replace(position, level=level, cycle=int(data.get("cycle", position.cycle)))
    if next_at:
        return replace(position, next_at=datetime.fromisoformat(next_at), stopped=None, by=())
    ladder = position.ladder
    wait = ladder.levels[level - 1].wait if ladder and level <= len(ladder.levels) else None
    asked = datetime.fromisoformat(data["asked_at"]) if "asked_at" in data else entry.recorded_at
    return replace(position, next_at=asked + wait if wait else position.next_at)


def levels_ahead(position: LadderPosition) -> Iterator[tuple[int, datetime]]:
    """The levels that silence pages from there on, or would have, and when."""
    due_at = position.next_at
    progress = EscalationProgress(level=position.level, cycle=position.cycle)
    for _ in range(MOST_TURNS):
        asked = next_page(position.ladder, progress, due_at)
        if isinstance(asked, NoPage | WaitForAnswer):
            return
        yield asked.level, due_at
        due_at = asked.next_at or due_at
        progress = EscalationProgress(level=asked.level, cycle=asked.cycle)


def held_by(incident: Incident, rule: RoleRule, at: datetime) -> tuple[str, ...]:
    """Who held a role at an instant, by the timeline until then."""
    held: dict[str, None] = {}
    for entry in incident.timeline:
        if entry.recorded_at > at or entry.data.get("role") != rule.name:
            continue
        person = str(entry.data.get("person"))
        if entry.kind == EntryKind.ROLE_ASSIGNED:
            held = {**(held if rule.at_most != 1 else {}), person: None}
        elif entry.kind == EntryKind.HANDOVER_ACCEPTED:
            held.pop(str(entry.data.get("giver")), None)
            held[person] = None
        elif entry.kind == EntryKind.ROLE_UNASSIGNED:
            held.pop(person, None)
    return tuple(held)


def pages_of(lines: Iterable[PageLine]) -> tuple[PageLine, ...]:
    """The lines about pages that were sent."""
    return tuple(line for line in lines if line.kind in SENT)
