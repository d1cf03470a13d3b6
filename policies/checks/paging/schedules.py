"""On-call schedules: whether what they name exists, and whether anybody asks them."""

from collections.abc import Iterator

from models.people.party import Party, PartyKind
from models.people.schedule import NOBODY
from models.policy import Policy
from models.policy.sections.calendars import HOLIDAY
from models.policy.sections.schedules import RotationEntry, WindowEntry
from models.time.calendar import LOCAL
from policies.compiling.escalations import target_of
from policies.compiling.responsibility import default_of
from policies.reading.findings import Check, Finding, no_zone, unknown, warning
from policies.reading.tree import Loc


def _rotations(policy: Policy) -> Iterator[tuple[Loc, RotationEntry]]:
    for name, entry in policy.schedules.items():
        if entry.rotation:
            yield ("schedules", name, "rotation"), entry.rotation
        for called, layer in entry.layers.items():
            yield ("schedules", name, "layers", called), layer


def _windows(policy: Policy) -> Iterator[tuple[Loc, WindowEntry]]:
    yield from _rotations(policy)
    for name, entry in policy.schedules.items():
        for index, gap in enumerate(entry.gaps or ()):
            yield ("schedules", name, "gaps", index), gap


def people(policy: Policy) -> Iterator[Finding]:
    """The policy has all people who take turns, stand in, or have a name in a feed."""
    known = (*policy.people, NOBODY)
    for loc, rotation in _rotations(policy):
        for index, person in enumerate(rotation.people):
            yield from unknown((*loc, "people", index), "person", person, known)
    for name, entry in policy.schedules.items():
        for index, override in enumerate(entry.overrides):
            where: Loc = ("schedules", name, "overrides", index, "who")
            for place, person in enumerate(override.who):
                yield from unknown((*where, place), "person", person, known)
            if NOBODY in override.who and len(override.who) > 1:
                yield Finding(where, "this says both nobody and somebody", "write one of them")
        for called, person in entry.ical.names.items() if entry.ical else ():
            loc = ("schedules", name, "ical", "names", called)
            yield from unknown(loc, "person", person, policy.people)


def zones(policy: Policy) -> Iterator[Finding]:
    """The zone of every schedule and rotation exists."""
    for name, entry in policy.schedules.items():
        if entry.zone:
            yield from no_zone(("schedules", name, "zone"), entry.zone)
    for loc, rotation in _rotations(policy):
        if rotation.zone:
            yield from no_zone((*loc, "zone"), rotation.zone)


def windows(policy: Policy) -> Iterator[Finding]:
    """A calendar of the policy, or days of a week, restrict a rotation or make a gap."""
    for loc, entry in _windows(policy):
        if entry.during:
            known = (*policy.calendars, LOCAL)
            yield from unknown((*loc, "during"), "calendar", entry.during, known)
        if HOLIDAY in (entry.days or ()):
            what = "holidays belong to a calendar"
            yield Finding((*loc, "days"), what, "write during: NAME, a calendar with holidays")


def schedules_are_used(policy: Policy) -> Iterator[Finding]:
    """Some level or role asks each schedule who is on call."""
    levels = (line for lines in policy.escalations.values() for line in lines)
    targets = {target_of(policy, written) for line in levels for written in line.targets}
    targets |= {default_of(policy, name) or "" for name in policy.roles}
    for name in policy.schedules:
        target = str(Party(PartyKind.SCHEDULE, name))
        if target not in targets:
            yield warning(
                ("schedules", name),
                f"nobody asks the schedule {name}",
                f"page {target} in a level, or make it a role's default",
                key=True,
            )


CHECKS: tuple[Check, ...] = (people, zones, windows, schedules_are_used)
