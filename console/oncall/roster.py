"""Finds who is on call by the schedules of a policy, for people and for scripts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from connectors.feeds.directory import FeedDirectory
from console.policies.file import read_policy
from console.terminal.failure import usage
from incidents.schedules.on_call import OnCallLookup
from models.compiled import Person
from models.people.schedule import OnCall, ScheduleSpec
from models.policy.values.words import suggestion
from policies.compiling.policy import people_of
from policies.compiling.schedules import schedule_spec
from rules.time.localtime import DAY
from rules.zones.rotations import ScheduleGap, Shift, gaps_of, shifts_of
from runtime.settings import load_settings

LONGEST = timedelta(days=400)
AHEAD = timedelta(days=14)
"""How far ahead the picture goes if no period is given."""


@dataclass(frozen=True, slots=True)
class Roster:
    """One schedule: who is on call at an instant, and over a period.

    `days` has the same shifts and gaps over the whole local days of that period.
    """

    spec: ScheduleSpec
    at: OnCall
    shifts: tuple[Shift, ...]
    gaps: tuple[ScheduleGap, ...]
    days: tuple[tuple[Shift, ...], tuple[ScheduleGap, ...]]


@dataclass(frozen=True, slots=True)
class OnCallQuestion:
    """The question: an instant, and the period to show."""

    at: datetime
    start: datetime
    end: datetime


def _named(names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    every = tuple(known)
    for name in names:
        if name not in every:
            raise usage(f"there is no schedule {name}; {suggestion(name, every)}")
    return tuple(dict.fromkeys(names)) or every


async def rosters(
    policy: Path | None, names: Iterable[str], asked: OnCallQuestion
) -> tuple[Roster, ...]:
    """The schedules of a policy file, or of the policy in force.

    Raises `Failure` (usage) for an unknown name, PolicyBroken for a file with errors.
    """
    settings = load_settings()
    read = read_policy(policy or settings.policy_file).policy
    chosen = _named(names, read.schedules)
    feeds = FeedDirectory(settings.feeds, settings.feed_copies, fresh=timedelta())
    lookup = OnCallLookup(feeds)
    try:
        people = people_of(read)
        return tuple(
            [await _roster(lookup, schedule_spec(read, name), people, asked) for name in chosen]
        )
    finally:
        await feeds.aclose()


async def _roster(
    lookup: OnCallLookup, spec: ScheduleSpec, people: Mapping[str, Person], asked: OnCallQuestion
) -> Roster:
    found = await lookup.who(spec, people, asked.at)
    around = (asked.start - 2 * DAY, asked.end + 2 * DAY)
    bookings, _ = await lookup.booked(spec, people, *around)
    return Roster(
        spec=spec,
        at=found,
        shifts=shifts_of(spec, asked.start, asked.end, bookings),
        gaps=gaps_of(spec, asked.start, asked.end, bookings),
        days=(shifts_of(spec, *around, bookings), gaps_of(spec, *around, bookings)),
    )
