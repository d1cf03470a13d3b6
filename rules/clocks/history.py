"""The history of a moment: each time that it came, and until when it was true.

A clock follows the history of its moments, so a later message never changes the past.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from models.incident.record import Incident, Milestone
from models.time.moments import Choice, Moment, parse_moment
from rules.clocks.moments import occurrences
from rules.time.segments import Span
from states.lifecycle import BY_TRIGGER, Trigger

UNDONE = frozenset(BY_TRIGGER[Trigger.REOPEN].voids) - frozenset(
    BY_TRIGGER[Trigger.RETURN_TO_DIAGNOSIS].voids
)
"""Milestones of the end of an incident, which a reopening undoes."""


def history_of(text: str, incident: Incident) -> tuple[Milestone, ...]:
    """Each time that a moment came; if it has several milestones, its words choose."""
    moment = parse_moment(text)
    if len(moment.of) == 1:
        return occurrences(moment.of[0], incident)
    if moment.choice is Choice.LATER:
        return tuple(_later(moment, incident))
    if moment.choice is Choice.EARLIER:
        return tuple(_earlier(moment, incident))
    return tuple(_first_known(moment, incident))


def stops_of(text: str, incident: Incident) -> tuple[Milestone, ...]:
    """Each time that a moment stopped a clock; `one or another` stops it with each of them."""
    moment = parse_moment(text)
    if moment.choice is not Choice.FIRST_KNOWN:
        return history_of(text, incident)
    every = (m for name in moment.of for m in occurrences(name, incident))
    return tuple(sorted(every, key=lambda m: m.at))


def true_at(milestone: Milestone, at: datetime) -> bool:
    """Whether a milestone that came by `at` is still true then."""
    return milestone.at <= at and (milestone.void_at is None or milestone.void_at > at)


def over_between(incident: Incident) -> tuple[Span, ...]:
    """The spans from each resolution to its reopening, when nothing was owed."""
    return tuple((m.at, m.void_at) for m in occurrences("resolved", incident) if m.void_at)


def _first_known(moment: Moment, incident: Incident) -> Iterator[Milestone]:
    """Those of the first name, then those of each further name that no earlier name covers."""
    preferred: list[Milestone] = []
    for name in moment.of:
        mine = occurrences(name, incident)
        yield from (left for m in mine if (left := _left(m, preferred, begun=False)))
        preferred += mine


def _earlier(moment: Moment, incident: Incident) -> Iterator[Milestone]:
    every = sorted(
        (m for name in moment.of for m in occurrences(name, incident)), key=lambda m: m.at
    )
    kept: list[Milestone] = []
    for milestone in every:
        others = [m for m in kept if m.name != milestone.name]
        left = _left(milestone, others, begun=True)
        if left:
            kept.append(left)
            yield left


def _left(milestone: Milestone, others: Sequence[Milestone], *, begun: bool) -> Milestone | None:
    """The rest of a milestone without `others`; `begun` leaves out those that began later."""
    at = milestone.at
    for other in sorted(others, key=lambda m: m.at):
        beside = milestone.void_at is None or other.at < milestone.void_at
        before = not begun or other.at <= at
        if not (beside and before) or (other.void_at and other.void_at <= at):
            continue
        if other.void_at is None:
            return None
        at = other.void_at
        if milestone.void_at and at >= milestone.void_at:
            return None
    return milestone if at == milestone.at else milestone.changed(at=at)


class _Change(NamedTuple):
    at: datetime
    name: str
    milestone: Milestone
    comes: bool


def _later(moment: Moment, incident: Incident) -> Iterator[Milestone]:
    """From when all of them are true until one no longer is, then each further time of the last."""
    undone = next((name for name in moment.of if name in UNDONE), None)
    live: dict[str, list[Milestone]] = {name: [] for name in moment.of}
    last, begun = None, list[Milestone]()
    for change in sorted(_changes(moment, incident), key=lambda c: (c.at, c.comes)):
        if not change.comes:
            live[change.name].remove(change.milestone)
            if not live[change.name]:
                yield from (m.changed(void_at=change.at) for m in begun)
                last, begun = None, []
            continue
        live[change.name].append(change.milestone)
        last = change.name if last is None and all(live.values()) else last
        if last == change.name:
            begun.append(
                change.milestone.changed(at=change.at, void_at=None, name=undone or change.name)
            )
    yield from begun


def _changes(moment: Moment, incident: Incident) -> Iterator[_Change]:
    for name in moment.of:
        for milestone in occurrences(name, incident):
            if milestone.void_at and milestone.void_at <= milestone.at:
                continue
            yield _Change(milestone.at, name, milestone, comes=True)
            if milestone.void_at:
                yield _Change(milestone.void_at, name, milestone, comes=False)
