"""When nobody is on call, and when somebody twice or too long, over the next thirteen months."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from models.people.schedule import ScheduleSpec
from models.policy import Policy
from policies.checks.calendars.uncovered import how_to_accept, times_in_words
from policies.checks.paging.shifts import overtired
from policies.compiling.escalations import target_of
from policies.compiling.schedules import schedule_spec
from policies.reading.findings import Check, Finding, warning
from rules.people.on_call.words import schedules_of
from rules.time.localtime import Open
from rules.zones.rotations import gaps_of, shifts_of

AHEAD = timedelta(days=396)

Span = tuple[datetime, datetime]


def coverage(now: datetime) -> Check:
    """The check of who is on call from `now` on, or from when the policy comes into force.

    It knows nothing of a schedule that follows a feed. Other checks find what does not exist; this
    one says nothing until they find nothing.
    """

    def check(policy: Policy) -> Iterator[Finding]:
        since = max(now, datetime.combine(policy.effective_from, time(), UTC))
        span = (since, since + AHEAD)
        for of in (_gaps, _contradictions, _two_levels, _ladders, overtired):
            try:
                yield from of(policy, span)
            except (KeyError, StopIteration, NotImplementedError):
                return

    return check


def _known(policy: Policy) -> Iterator[ScheduleSpec]:
    for name, entry in policy.schedules.items():
        if not entry.ical:
            yield schedule_spec(policy, name)


def _gaps(policy: Policy, span: Span) -> Iterator[Finding]:
    for spec in _known(policy):
        gaps = [(h.begins_at, h.ends_at) for h in gaps_of(spec, *span) if not h.declared]
        if gaps:
            yield warning(
                ("schedules", spec.name),
                f"nobody is on call by {spec.name} {times_in_words(spec.zone, gaps, span[0])}",
                "cover it, or declare it: gaps: declared",
                key=True,
            )


def _both(first: Iterable[Open], second: Iterable[Open]) -> list[Open]:
    """The times that two lists of spans share."""
    shared = (
        (max(a[0], b[0]), min(a[1], b[1]))
        for a in first
        for b in second
        if a[0] < b[1] and b[0] < a[1]
    )
    return sorted(shared)


def _contradictions(policy: Policy, span: Span) -> Iterator[Finding]:
    """Overrides of one schedule that contradict each other at some time."""
    for spec in _known(policy):
        alone = [
            (index, override.people, _schedule_overrides(spec, index, span))
            for index, override in enumerate(spec.overrides)
        ]
        for place, (index, who, times) in enumerate(alone):
            for _, other, others in alone[:place]:
                shared = _both(times, others)
                if shared and who != other:
                    yield warning(
                        ("schedules", spec.name, "overrides", index),
                        f"{', '.join(who)} and {', '.join(other)} both stand in "
                        f"{times_in_words(spec.zone, shared, span[0])}",
                        "the last one written counts; shorten one of them",
                    )


def _schedule_overrides(spec: ScheduleSpec, index: int, span: Span) -> list[Open]:
    one = spec.overrides[index].changed(people=("somebody",))
    alone = ScheduleSpec(name=spec.name, zone=spec.zone, overrides=(one,))
    return _both([(s.begins_at, s.ends_at) for s in shifts_of(alone, *span)], [span])


def _asked(policy: Policy, written_targets: Iterable[str]) -> list[str]:
    """The schedules among the targets of a level, without those of a feed."""
    targets = (target_of(policy, written) for written in written_targets)
    return [name for name in schedules_of(targets) if not policy.schedules[name].ical]


def _two_levels(policy: Policy, span: Span) -> Iterator[Finding]:
    """People who are on call for two levels of one escalation: then it asks nobody else."""
    told: set[tuple[str, str]] = set()
    for name, lines in policy.escalations.items():
        asked = [(index, _asked(policy, line.targets)) for index, line in enumerate(lines)]
        pairs = (
            ((index, first), second)
            for place, (index, named) in enumerate(asked)
            for first in named
            for _, earlier in asked[:place]
            for second in earlier
            if first != second
        )
        for (index, first), second in pairs:
            shared = _doubled(policy, first, second, span)
            if shared and (first, second) not in told:
                told.add((first, second))
                person, times = shared
                zone = schedule_spec(policy, first).zone
                when = times_in_words(zone, times, span[0])
                yield warning(
                    ("escalations", name, index, "page"),
                    f"{person} is on call by {second} and by {first} {when}",
                    "put somebody else on call in one of them",
                )


def _doubled(policy: Policy, first: str, second: str, span: Span) -> tuple[str, list[Open]] | None:
    by_person: list[dict[str, list[Open]]] = []
    for name in (first, second):
        found: dict[str, list[Open]] = {}
        for shift in shifts_of(schedule_spec(policy, name), *span):
            found.setdefault(shift.person, []).append((shift.begins_at, shift.ends_at))
        by_person.append(found)
    shared = {
        person: _both(_both(times, by_person[1][person]), [span])
        for person, times in by_person[0].items()
        if person in by_person[1]
    }
    people = [person for person, times in shared.items() if times]
    times = sorted(time for person in people for time in shared[person])
    return (next(p for p in people if times[0] in shared[p]), times) if people else None


def _ladders(policy: Policy, span: Span) -> Iterator[Finding]:
    """Escalations that reach nobody at some time, because all their targets are schedules.

    Times that no schedule declares as gaps appear as problems of the schedules.
    """
    for name, lines in policy.escalations.items():
        levels = [(line, _asked(policy, line.targets)) for line in lines if line.targets]
        if not levels or any(len(named) < len(line.targets) for line, named in levels):
            continue
        free = [span]
        for schedule in dict.fromkeys(s for _, named in levels for s in named):
            gaps = gaps_of(schedule_spec(policy, schedule), *span)
            free = _both(free, [(gap.begins_at, gap.ends_at) for gap in gaps if gap.declared])
        if free:
            zone = schedule_spec(policy, levels[0][1][0]).zone
            when = times_in_words(zone, free, span[0])
            yield warning(
                ("escalations", name),
                f"{name} reaches nobody {when}: nobody is paged until then",
                f"end with somebody who is always there, {how_to_accept(('escalations', name))}",
                key=True,
            )
