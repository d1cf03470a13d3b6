"""What an incident carries of everything timed: calendars, clocks, metrics."""

from collections.abc import Iterable, Iterator, Mapping

from models.compiled import RunningClocks
from models.policy import Policy
from models.policy.sections.clocks import ClockEntry
from models.policy.values.actions import parse_point
from models.policy.values.cadence import RhythmEntry
from models.policy.values.targets import Open
from models.time.cadence import Rhythm, Slower
from models.time.calendar import LOCAL, CalendarSpec, OpenHours
from models.time.clock import ClockSpec, Latest, MetricSpec, Target, Threshold
from policies.compiling.severity_rules import axes as severity_axes
from rules.clocks.conditions import FIXED
from rules.time.needed_calendars import calendars_of

ANY = "any"
MAJOR = "major"
"""Keys of targets: every severity, and every major one."""


def by_severity(policy: Policy, given: Mapping[str, Target | Open | None]) -> dict[str, Target]:
    """The target of each severity: its own, else that of the major ones, else that of all."""
    found = decided(policy, given)
    targets = {name: given[key] for name, key in found.items()}
    return {name: target for name, target in targets.items() if isinstance(target, Target)}


def decided(policy: Policy, given: Iterable[str]) -> dict[str, str]:
    """For each severity with a decision, the key that decides it."""
    keys = set(given)
    found = {}
    for name, severity in policy.severities.items():
        near = (name, MAJOR, ANY) if severity.major else (name, ANY)
        key = next((key for key in near if key in keys), None)
        if key:
            found[name] = key
    return found


def calendars(policy: Policy) -> tuple[CalendarSpec, ...]:
    """The calendars of the policy, and the one whose days are those of its time zone."""
    local = CalendarSpec(name=LOCAL, zone=policy.time_zone)
    return (local, *_written(policy))


def _written(policy: Policy) -> Iterator[CalendarSpec]:
    for name, entry in policy.calendars.items():
        yield CalendarSpec(
            name=name,
            zone=entry.zone or policy.time_zone,
            opens=tuple(OpenHours(days=w.days, hours=w.hours) for w in entry.windows),
            holidays=entry.holidays,
            worked=entry.worked_as,
        )


def calendars_in_use(policy: Policy) -> tuple[CalendarSpec, ...]:
    """The calendars that clocks, cadences or metrics of the policy use."""
    used = set(_cited(policy))
    return tuple(spec for spec in calendars(policy) if spec.name in used)


def _cited(policy: Policy) -> Iterator[str]:
    for clock in policy.clocks.values():
        targets = [*clock.targets.values()]
        if clock.no_later_than and isinstance(clock.no_later_than.within, Target):
            targets.append(clock.no_later_than.within)
        if clock.rolls:
            yield clock.rolls.calendar
        for target in targets:
            yield from calendars_of(target)
    for metric in policy.metrics.values():
        if metric.calendar:
            yield metric.calendar
    for rhythm in _all_rhythms(policy):
        slower = (rhythm.slower.every,) if rhythm.slower else ()
        paces = (t for _, t in rhythm.later)
        for target in (rhythm.every, *rhythm.in_state.values(), *paces, *slower):
            yield from calendars_of(target)


def _all_rhythms(policy: Policy) -> Iterator[Rhythm]:
    updates = policy.communication.updates if policy.communication else {}
    for given in updates.values():
        yield from rhythms(policy, given).values()


def rhythms(policy: Policy, given: Mapping[str, RhythmEntry]) -> dict[str, Rhythm]:
    """How often an audience hears, for each severity at which it does."""
    found = {name: _rhythm(given[key]) for name, key in decided(policy, given).items()}
    return {name: rhythm for name, rhythm in found.items() if rhythm}


def _rhythm(entry: RhythmEntry) -> Rhythm | None:
    if not isinstance(entry.every, Target):
        return None
    later = ((after, t) for after, t in sorted(entry.after.items()) if isinstance(t, Target))
    slower = entry.slower
    return Rhythm(
        every=entry.every,
        once=entry.once,
        in_state={state: t for state, t in entry.in_state.items() if isinstance(t, Target)},
        later=tuple(later),
        slower=Slower(
            every=slower.every,
            begins_after=slower.begins_after,
            decided_after=slower.decided_after,
        )
        if slower and isinstance(slower.every, Target)
        else None,
    )


def late_updates(policy: Policy) -> tuple[Threshold, ...]:
    """What happens when an update is late."""
    said = policy.communication.late if policy.communication else {}
    return tuple(parse_point(point, actions) for point, actions in said.items())


def clocks(policy: Policy) -> tuple[ClockSpec, ...]:
    """The clocks of the policy."""
    return tuple(_clock(policy, name, entry) for name, entry in policy.clocks.items())


def _clock(policy: Policy, name: str, clock: ClockEntry) -> ClockSpec:
    targets = by_severity(policy, clock.within)
    latest = clock.no_later_than
    return ClockSpec(
        name=name,
        starts=clock.starts,
        stops=clock.stops,
        within={
            key: target.changed(rolls=clock.rolls) if clock.rolls else target
            for key, target in targets.items()
        },
        thresholds=tuple(parse_point(point, actions) for point, actions in clock.at.items()),
        when=clock.when,
        no_later_than=Latest(starts=latest.starts, target=latest.within)
        if latest and isinstance(latest.within, Target)
        else None,
        pauses_on=clock.pauses_on,
        on_repeat=clock.on_repeat,
        recurs=clock.recurs,
        until=clock.until,
        outlives=clock.outlives,
        extendable=clock.extendable,
    )


def metrics(policy: Policy) -> tuple[MetricSpec, ...]:
    """The figures that the policy asks of every incident."""
    return tuple(
        MetricSpec(name=name, starts=entry.starts, stops=entry.stops, calendar=entry.calendar)
        for name, entry in policy.metrics.items()
    )


def attributes(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The attributes of an incident and their values; a flag is one with the value `yes`.

    The axes of severity tables are attributes, too, except what every incident has anyway.
    """
    flags = dict.fromkeys(policy.flags, ("yes", "no"))
    axes = {name: values for name, values in severity_axes(policy).items() if name not in FIXED}
    return {**axes, **dict(policy.attributes), **flags}


def running_clocks(said: str | None) -> RunningClocks:
    """What a changed severity does to running clocks; by default, they get a new target."""
    return RunningClocks(said) if said else RunningClocks.RETARGET
