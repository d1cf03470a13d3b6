"""Whether the calendar slices of an incident reach far enough, and which ones do not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.time.calendar import CalendarSlice
from models.time.clock import Target
from rules.clocks.clocks import counted_runs
from rules.time.needed_calendars import calendars_of

BEFORE = timedelta(days=35)
"""How far before an incident its calendars are known, because facts may come late."""
AHEAD = timedelta(days=70)
"""How far ahead slices reach at least; targets that are longer add their length."""
MARGIN = timedelta(days=7)
"""A slice is renewed when only this much of it is left."""
FURTHEST = timedelta(days=1100)


def _days(target: Target) -> timedelta:
    """A generous estimate of the days that a target may take: one working day a week."""
    own = timedelta(days=7 * target.days + 31 * target.months + 7 * (target.day_end or 0))
    return own + 24 * target.within if target.calendar else own + target.within


def _targets(policy: CompiledPolicy) -> Iterator[Target]:
    for spec in policy.clocks:
        yield from spec.within.values()
        if spec.no_later_than:
            yield spec.no_later_than.target


def reach_ahead(policy: CompiledPolicy, calendar: str) -> timedelta:
    """How far ahead the slice of a calendar must reach."""
    longest = (_days(t) for t in _targets(policy) if calendar in calendars_of(t))
    return min(max(longest, default=timedelta()) + AHEAD, FURTHEST)


def earliest_of(incident: Incident) -> datetime:
    """The earliest instant on the record."""
    known = (*(m.at for m in incident.milestones), *(h.from_at for h in incident.holds))
    return min(known, default=incident.reported_at)


def span_needed(
    policy: CompiledPolicy, calendar: str, since: datetime, now: datetime
) -> tuple[datetime, datetime]:
    """The span that the slice of a calendar must cover, for an incident since `since`."""
    return min(since, now) - BEFORE, now + reach_ahead(policy, calendar)


def stale_calendars(policy: CompiledPolicy, incident: Incident, now: datetime) -> tuple[str, ...]:
    """The calendars whose slice is missing, ends soon, or begins too late for the record."""
    earliest = earliest_of(incident)
    unknown = {
        calendar
        for course in counted_runs(policy, incident, now)
        if course.run.ended_at is None and course.limit_at is None
        for calendar in calendars_of(course.target)
        if _short_of(policy.slices.get(calendar), policy, calendar, now)
    }
    return tuple(
        spec.name
        for spec in policy.calendars
        if spec.name in unknown or _stale(policy.slices.get(spec.name), earliest, now)
    )


def _stale(known: CalendarSlice | None, earliest: datetime, now: datetime) -> bool:
    return known is None or known.valid_until <= now + MARGIN or earliest < known.valid_from


def _short_of(
    known: CalendarSlice | None, policy: CompiledPolicy, calendar: str, now: datetime
) -> bool:
    """Whether the slice could reach at least a week further."""
    return known is None or known.valid_until + MARGIN <= now + reach_ahead(policy, calendar)


def refresh_due_at(policy: CompiledPolicy) -> datetime | None:
    """When the first slice ends soon."""
    ends = (policy.slices[s.name].valid_until for s in policy.calendars if s.name in policy.slices)
    first = min(ends, default=None)
    return first - MARGIN if first else None


def spliced_slice(old: CalendarSlice | None, new: CalendarSlice) -> CalendarSlice:
    """The new slice; until `as_of` it keeps what the old one decided."""
    if old is None or old.valid_from > new.as_of or old.valid_until < new.as_of:
        return new
    cut = new.as_of
    keep_from = min(old.valid_from, cut)
    earlier_only = new.valid_from < old.valid_from
    return new.changed(
        valid_from=min(new.valid_from, keep_from),
        opens=_spliced(old.opens, new.opens, old.valid_from, cut, earlier=earlier_only),
        days=_spliced(old.days, new.days, old.valid_from, cut, earlier=earlier_only),
        offsets=_offsets(old, new),
    )


def _offsets(old: CalendarSlice, new: CalendarSlice) -> tuple[tuple[datetime, int], ...]:
    """The offsets of the old slice from its beginning to the cut, and of the new one around it."""
    cut = new.as_of
    now_ahead = [seconds for at, seconds in new.offsets if at <= cut][-1:]
    return (
        *((at, seconds) for at, seconds in new.offsets if at < old.valid_from),
        *((at, seconds) for at, seconds in old.offsets if at < cut),
        *((cut, seconds) for seconds in now_ahead),
        *((at, seconds) for at, seconds in new.offsets if at > cut),
    )


Spans = tuple[tuple[datetime, datetime], ...]


def _spliced(old: Spans, new: Spans, begins: datetime, cut: datetime, *, earlier: bool) -> Spans:
    """The new spans before `begins`, the old ones until `cut`, then the new.

    Spans that touch are joined.
    """
    parts = [*_clipped(new, None, begins)] if earlier else []
    parts += [*_clipped(old, begins, cut), *_clipped(new, cut, None)]
    spliced: list[tuple[datetime, datetime]] = []
    for start, end in parts:
        if spliced and spliced[-1][1] == start:
            spliced[-1] = (spliced[-1][0], end)
        else:
            spliced.append((start, end))
    return tuple(spliced)


def _clipped(spans: Spans, since: datetime | None, until: datetime | None) -> Spans:
    clipped = (
        (max(start, since) if since else start, min(end, until) if until else end)
        for start, end in spans
    )
    return tuple((start, end) for start, end in clipped if start < end)
