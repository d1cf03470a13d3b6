"""Compares a scenario under two policies: messages, clocks and breaches."""

from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from models.base import Frozen
from models.time.clock import ClockReading
from rehearsal.results.played import Breach, Played, ReceivedMessage, RefusedAttempt

Thing = TypeVar("Thing", ReceivedMessage, Breach, RefusedAttempt)


class ClockDifference(Frozen):
    """A run of a clock that went differently; None on the side where it did not run."""

    incident: str
    clock: str
    run: int
    here: ClockReading | None
    there: ClockReading | None


class EndDifference(Frozen):
    """An incident that ended differently: its state and severity; None on the side without it."""

    incident: str
    here: str | None
    there: str | None


class Comparison(Frozen):
    """What differs. `here` belongs to the first policy, `there` to the second."""

    said_here: tuple[ReceivedMessage, ...]
    said_there: tuple[ReceivedMessage, ...]
    clocks: tuple[ClockDifference, ...]
    breached_here: tuple[Breach, ...]
    breached_there: tuple[Breach, ...]
    refused_here: tuple[RefusedAttempt, ...]
    refused_there: tuple[RefusedAttempt, ...]
    ends: tuple[EndDifference, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not any(dict(self).values())


def compare(here: Played, there: Played) -> Comparison:
    """Compare a scenario under one policy with the same scenario under another."""
    slack = max(here.slack, there.slack)
    said_here, said_there = _apart(here.said, there.said, _who, _at, slack)
    breached_here, breached_there = _apart(here.breaches, there.breaches, _promise, _always, slack)
    refused_here, refused_there = _apart(here.refused, there.refused, _tried, _always, slack)
    return Comparison(
        said_here=said_here,
        said_there=said_there,
        clocks=tuple(_clocks(here, there, slack)),
        breached_here=breached_here,
        breached_there=breached_there,
        refused_here=refused_here,
        refused_there=refused_there,
        ends=tuple(_ends(here, there)),
    )


def _who(said: ReceivedMessage) -> Hashable:
    return said.incident, said.kind, said.who


def _at(said: ReceivedMessage) -> datetime:
    return said.at


def _promise(breach: Breach) -> Hashable:
    return breach.incident, breach.clock, breach.run


def _tried(refused: RefusedAttempt) -> Hashable:
    return refused.at, refused.incident, refused.what, refused.by


def _always(_: object) -> datetime:
    return datetime.min.replace(tzinfo=UTC)


def _apart(
    here: Iterable[Thing],
    there: Iterable[Thing],
    named: Callable[[Thing], Hashable],
    when: Callable[[Thing], datetime],
    slack: timedelta,
) -> tuple[tuple[Thing, ...], tuple[Thing, ...]]:
    """Those without a counterpart of the same name at about the same time on the other side."""
    only_here, left = [], list(there)
    for thing in here:
        fitting = (
            other
            for other in left
            if named(other) == named(thing) and abs(when(other) - when(thing)) <= slack
        )
        found = next(fitting, None)
        if found is None:
            only_here.append(thing)
        else:
            left.remove(found)
    return tuple(only_here), tuple(left)


def _runs(played: Played) -> dict[tuple[str, str, int], ClockReading]:
    return {
        (standing.incident, reading.clock, reading.run): reading
        for standing in played.standings()
        for reading in standing.clocks
    }


def _clocks(here: Played, there: Played, slack: timedelta) -> Iterable[ClockDifference]:
    one, other = _runs(here), _runs(there)
    for key in dict.fromkeys((*one, *other)):
        first, second = one.get(key), other.get(key)
        if first is None or second is None or _differ(first, second, slack):
            incident, clock, run = key
            yield ClockDifference(incident=incident, clock=clock, run=run, here=first, there=second)


def _differ(one: ClockReading, other: ClockReading, slack: timedelta) -> bool:
    if (one.status, one.stage, one.calendar) != (other.status, other.stage, other.calendar):
        return True
    if abs(one.target - other.target) > slack:
        return True
    return one.stopped_at is not None and abs(one.elapsed - other.elapsed) > slack


def _ends(here: Played, there: Played) -> Iterable[EndDifference]:
    one = {s.incident: f"{s.state}, {s.severity}" for s in here.standings()}
    other = {s.incident: f"{s.state}, {s.severity}" for s in there.standings()}
    for name in dict.fromkeys((*one, *other)):
        if one.get(name) != other.get(name):
            yield EndDifference(incident=name, here=one.get(name), there=other.get(name))
