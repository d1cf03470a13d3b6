"""Calendars and targets: whether they exist, and what no calendar covers."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from models.policy import Policy
from models.policy.sections.calendars import HOLIDAY
from models.policy.sections.clocks import ClockEntry
from models.policy.values.cadence import RhythmEntry
from models.time.calendar import LOCAL, CalendarSpec
from models.time.clock import SHOULD, Target
from models.time.moments import parse_moment
from policies.checks.calendars.uncovered import closed_between, how_to_accept, times_in_words
from policies.compiling.timing import ANY, MAJOR, calendars, decided
from policies.reading.findings import Check, Finding, no_zone, unknown, warning
from policies.reading.tree import Loc
from policies.render.writing.words import listed
from rules.time.localtime import Open
from rules.time.needed_calendars import calendars_of
from rules.time.weekly import LOOKED_AT
from rules.zones.calendars import joined_spans, slice_of, unknown_region


def zones(policy: Policy) -> Iterator[Finding]:
    """The zone of every calendar exists."""
    yield from no_zone(("time_zone",), policy.time_zone)
    for name, entry in policy.calendars.items():
        if entry.zone:
            yield from no_zone(("calendars", name, "zone"), entry.zone)
        if name == LOCAL:
            what = f"{LOCAL} is the calendar of every policy: the days of its time zone"
            yield Finding(("calendars", name), what, "choose another name", key=True)


def regions(policy: Policy) -> Iterator[Finding]:
    """The region of holidays is known, and their dates exist."""
    for name, entry in policy.calendars.items():
        for index, region in enumerate(entry.holidays):
            instead = unknown_region(region)
            if instead:
                loc = ("calendars", name, "holidays", index)
                yield Finding(loc, f"the engine knows no holidays of {region}", instead)
        days = {day for window in entry.windows for day in window.days}
        if not entry.holidays and HOLIDAY in days and days != {HOLIDAY}:
            what = f"{name} has hours for holidays, but no holidays"
            yield warning(("calendars", name), what, "add holidays: GB-ENG", key=True)


def _targets(clock: ClockEntry) -> Iterator[tuple[Loc, Target]]:
    yield from ((("within", severity), target) for severity, target in clock.targets.items())
    if clock.no_later_than and isinstance(clock.no_later_than.within, Target):
        yield ("no_later_than", "within"), clock.no_later_than.within


def _paces(policy: Policy) -> Iterator[tuple[Loc, Target]]:
    updates = policy.communication.updates if policy.communication else {}
    for audience, entries in updates.items():
        for severity, entry in entries.items():
            loc = ("communication", "updates", audience, severity)
            yield from (((*loc, *where), t) for where, t in _of(entry) if isinstance(t, Target))


def _of(entry: RhythmEntry) -> Iterator[tuple[Loc, object]]:
    """Every pace of a rhythm, and its place in it."""
    yield ("every",), entry.every
    yield from ((("in", state), target) for state, target in entry.in_state.items())
    # A path names a key as its author wrote it; a duration has lost that text.
    yield from ((("after",), target) for target in entry.after.values())
    if entry.slower:
        yield ("slower", "every"), entry.slower.every


def cited_calendars_exist(policy: Policy) -> Iterator[Finding]:
    """Each cited calendar exists."""
    known = (*policy.calendars, LOCAL)
    for name, clock in policy.clocks.items():
        for where, target in _targets(clock):
            for calendar in sorted(calendars_of(target)):
                yield from unknown(("clocks", name, *where), "calendar", calendar, known)
        if clock.rolls:
            loc = ("clocks", name, "rolls")
            yield from unknown(loc, "calendar", clock.rolls.calendar, known)
    for where, target in _paces(policy):
        for calendar in sorted(calendars_of(target)):
            yield from unknown(where, "calendar", calendar, known)
    for name, metric in policy.metrics.items():
        if metric.calendar:
            yield from unknown(("metrics", name, "calendar"), "calendar", metric.calendar, known)


def counted_from_what_exists(policy: Policy) -> Iterator[Finding]:
    """A target counts back from a date of the policy, or from the limit of another clock."""
    for where, target in _paces(policy):
        yield from _counted_from(policy, where, target)
    for name, clock in policy.clocks.items():
        for at, target in _targets(clock):
            loc: Loc = ("clocks", name, *at)
            yield from _counted_from(policy, loc, target)
            if target.before_limit_of and _goes_round(policy, name):
                yield Finding(
                    loc,
                    f"the limit of {name} counts from itself",
                    "name another clock",
                )


def _counted_from(policy: Policy, loc: Loc, target: Target) -> Iterator[Finding]:
    if target.before_limit_of:
        yield from unknown(loc, "clock", target.before_limit_of, policy.clocks)
    elif target.before:
        for finding in unknown(loc, "date", target.before, policy.dates):
            own = f"{finding.instead}, or add {target.before} to dates"
            yield Finding(finding.loc, finding.what, own)


def _goes_round(policy: Policy, start: str) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        clock = policy.clocks.get(waiting.pop())
        for _, target in _targets(clock) if clock else ():
            of = target.before_limit_of
            if of == start:
                return True
            if of and of not in seen:
                seen.add(of)
                waiting.append(of)
    return False


def softer_limits(policy: Policy) -> Iterator[Finding]:
    """Only a clock with a softer limit says what happens at it."""
    for name, clock in policy.clocks.items():
        has_one = any(target.should for _, target in _targets(clock))
        if SHOULD in clock.at and not has_one:
            what = f"{name} has no softer limit"
            instead = "write a target of two limits, such as 4h-8h"
            about = f"clocks.{name}.within"
            yield Finding(("clocks", name, "at", SHOULD), what, instead, key=True, about=about)


def promises_name_severities(policy: Policy) -> Iterator[Finding]:
    """A promise to an audience names severities."""
    updates = policy.communication.updates if policy.communication else {}
    for audience, entries in updates.items():
        if not entries:
            loc: Loc = ("communication", "updates", audience)
            yield warning(loc, f"how often {audience} hear is left open", "write it by severity")


_Held = dict[tuple[str, ...], list[tuple[str, Loc]]]
"""Severities, and where they are written, by the calendars of their acknowledgement."""


def nights_are_answered(policy: Policy) -> Iterator[Finding]:
    """Somebody must answer major incidents at night, and on weekends."""
    specs = {spec.name: spec for spec in calendars(policy)}
    since = datetime.combine(policy.effective_from, time(), UTC)
    for names, held in _held(policy).items():
        try:
            closed = _closed([specs[name] for name in names], since)
            at = times_in_words(policy.time_zone, closed, since) if closed else ""
        except (KeyError, NotImplementedError):
            continue
        if at:
            yield warning(
                held[0][1],
                f"nobody must acknowledge {listed(severity for severity, _ in held)} {at}: "
                f"only the open hours of {listed(names)} count",
                f"make every hour count, {how_to_accept(held[0][1])}",
            )


def _held(policy: Policy) -> _Held:
    """Major incidents that nobody must acknowledge at all hours; or all, if a target is for all."""
    found: _Held = {}
    for severity, entry in policy.severities.items():
        targets: list[tuple[Target, Loc]] = []
        asked = entry.major
        for name, clock in policy.clocks.items():
            key = decided(policy, clock.within).get(severity)
            target = clock.within[key] if key else None
            if "acknowledged" in parse_moment(clock.stops).of and isinstance(target, Target):
                asked = asked or key in {MAJOR, ANY}
                targets.append((target, ("clocks", name, "within", str(key))))
        if asked and targets and all(target.calendar for target, _ in targets):
            names = tuple(dict.fromkeys(str(target.calendar) for target, _ in targets))
            found.setdefault(names, []).append((severity, targets[0][1]))
    return found


def _closed(specs: list[CalendarSpec], since: datetime) -> list[Open]:
    until = since + LOOKED_AT + timedelta(days=7)
    opens = (span for spec in specs for span in slice_of(spec, since, until, as_of=since).opens)
    return closed_between(joined_spans(sorted(opens)), since, until)


CHECKS: tuple[Check, ...] = (
    zones,
    regions,
    cited_calendars_exist,
    counted_from_what_exists,
    softer_limits,
    promises_name_severities,
    nights_are_answered,
)
