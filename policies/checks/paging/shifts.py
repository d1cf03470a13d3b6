"""People who are on call for too long, or again too soon, by all schedules together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from models.policy import Policy
from models.policy.values.durations import format_duration
from policies.compiling.schedules import schedule_spec
from policies.reading.findings import Finding, warning
from rules.wording.times import in_utc_minutes
from rules.zones.rotations import shifts_of

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class TimeOnCall:
    """A time in which a person is on call without a break, and by which schedules."""

    begins_at: datetime
    ends_at: datetime
    schedules: frozenset[str]

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.ends_at - self.begins_at


def times_on_call(policy: Policy, span: Span) -> dict[str, list[TimeOnCall]]:
    """When each person is on call, in order. Nothing is known of feeds."""
    found: dict[str, list[TimeOnCall]] = {}
    for name, entry in policy.schedules.items():
        for shift in () if entry.ical else shifts_of(schedule_spec(policy, name), *span):
            one = TimeOnCall(shift.begins_at, shift.ends_at, frozenset({name}))
            found.setdefault(shift.person, []).append(one)
    return {person: _joined(mine) for person, mine in found.items()}


def _joined(mine: list[TimeOnCall]) -> list[TimeOnCall]:
    joined: list[TimeOnCall] = []
    for one in sorted(mine, key=lambda stretch: stretch.begins_at):
        last = joined[-1] if joined else None
        if last and one.begins_at <= last.ends_at:
            until, by = max(last.ends_at, one.ends_at), last.schedules | one.schedules
            joined[-1] = TimeOnCall(last.begins_at, until, by)
        else:
            joined.append(one)
    return joined


def overtired(policy: Policy, span: Span) -> Iterator[Finding]:
    """Times when somebody is on call for longer than a schedule allows, or has less rest."""
    if not any(entry.longest or entry.rest for entry in policy.schedules.values()):
        return
    duties = times_on_call(policy, span)
    for name, entry in policy.schedules.items():
        if entry.longest:
            yield from _too_long(name, entry.longest, duties)
        if entry.rest:
            yield from _too_soon(name, entry.rest, duties)


def _too_long(
    name: str, longest: timedelta, duties: dict[str, list[TimeOnCall]]
) -> Iterator[Finding]:
    for person, mine in duties.items():
        long = [one for one in mine if name in one.schedules and one.length > longest]
        if long:
            first = long[0]
            yield warning(
                ("schedules", name, "longest"),
                f"{person} is on call for {format_duration(first.length)} from "
                f"{in_utc_minutes(first.begins_at)}{_by(first)}{_more(long)}",
                "hand over sooner, or put somebody else on call before or after",
            )


def _too_soon(name: str, rest: timedelta, duties: dict[str, list[TimeOnCall]]) -> Iterator[Finding]:
    for person, mine in duties.items():
        soon = [
            (one, following)
            for one, following in pairwise(mine)
            if name in one.schedules and following.begins_at - one.ends_at < rest
        ]
        if soon:
            one, following = soon[0]
            had = format_duration(following.begins_at - one.ends_at)
            yield warning(
                ("schedules", name, "rest"),
                f"{person} has {had} of rest from {in_utc_minutes(one.ends_at)} on, before being "
                f"on call again{_by(following)}{_more(soon)}",
                "give that turn to somebody else, or accept less rest",
            )


def _by(stretch: TimeOnCall) -> str:
    return f" by {' and '.join(sorted(stretch.schedules))}"


def _more(found: list[TimeOnCall] | list[tuple[TimeOnCall, TimeOnCall]]) -> str:
    more = len(found) - 1
    return f", and {more} more time{'s' * (more != 1)}" if more else ""
