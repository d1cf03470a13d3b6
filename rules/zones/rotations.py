"""Who is on call by a schedule: layers of rotations, feeds, gaps and overrides.

A later layer counts before an earlier one, a gap before both, and an override before all; of
several overrides the last one counts. This reads zone data through `rules.zones.calendars`, so the
results are recorded, and workflows may not import it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from models.people.schedule import (
    COVERS,
    NOBODY,
    OVERRIDE,
    Booking,
    Duty,
    GapKind,
    OnCall,
    RotationSpec,
    ScheduleOverrideSpec,
    ScheduleSpec,
)
from models.time.calendar import CalendarSpec
from rules.time.localtime import DAY, Open
from rules.zones.calendars import clock_between, joined_spans, slice_of
from rules.zones.turns import turns

_GAP = "gap"
_MOST_NAMED = 3
_AT_ONCE = timedelta(seconds=1)
_AHEAD = (timedelta(days=2), timedelta(days=16), timedelta(days=70), timedelta(days=400))
"""How far ahead the search for the next person on call looks, step by step."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A time for which somebody is on call, and why; `person` is `nobody` if the policy says so."""

    begins_at: datetime
    ends_at: datetime
    person: str
    because: str


@dataclass(frozen=True, slots=True)
class ScheduleGap:
    """A time for which nobody is on call, on purpose if it is `declared`."""

    begins_at: datetime
    ends_at: datetime
    declared: bool


def _without(shifts: Iterable[Shift], masks: Sequence[Shift]) -> Iterator[Shift]:
    """The shifts without the times of others."""
    times = joined_spans(sorted((mask.begins_at, mask.ends_at) for mask in masks))
    for shift in shifts:
        begins_at = shift.begins_at
        for masked_from, masked_until in times:
            if masked_until <= begins_at:
                continue
            if masked_from >= shift.ends_at:
                break
            if masked_from > begins_at:
                yield replace(shift, begins_at=begins_at, ends_at=masked_from)
            begins_at = masked_until
        if begins_at < shift.ends_at:
            yield replace(shift, begins_at=begins_at)


def _open(calendar: CalendarSpec, start: datetime, end: datetime) -> list[Open]:
    return joined_spans(slice_of(calendar, start - DAY, end + DAY, start).opens)


def _by_rotation(rotation: RotationSpec, start: datetime, end: datetime) -> Iterator[Shift]:
    found = tuple(turns(rotation, start, end))
    whole: list[Open] = []
    if rotation.during and found:
        whole = _open(rotation.during, found[0].begins_at, found[-1].ends_at)
    for turn in found:
        times = whole if rotation.during else [(turn.begins_at, turn.ends_at)]
        for opens_at, closes_at in times:
            begins_at = max(opens_at, turn.begins_at)
            ends_at = min(closes_at, turn.ends_at)
            if begins_at < ends_at:
                yield Shift(begins_at, ends_at, turn.person, rotation.name)


def _instant(zone: str, time: datetime) -> datetime:
    """The instant of a time, by the clock of its own year: an event may last for millennia."""
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    around = time.replace(tzinfo=UTC)
    return clock_between(zone, around - DAY, around + DAY).instant(time)


def _booked(
    spec: ScheduleSpec, bookings: Iterable[Booking], start: datetime, end: datetime
) -> Iterator[Shift]:
    because = f"feed {spec.feed.name}" if spec.feed else ""
    for booking in bookings:
        begins_at, ends_at = (_instant(spec.zone, t) for t in (booking.begins, booking.ends))
        if begins_at < ends_at and begins_at < end and ends_at > start:
            yield Shift(begins_at, ends_at, booking.person, because)


def _overridden(
    spec: ScheduleSpec, painted: list[Shift], start: datetime, end: datetime
) -> list[Shift]:
    """The shifts with the overrides laid over them, in their order."""
    for override in spec.overrides:
        begins_at, ends_at = (_instant(spec.zone, t) for t in (override.begins, override.ends))
        if begins_at < end and ends_at > start and begins_at < ends_at:
            painted = _covered(override, painted, begins_at, ends_at)
    return painted


def _covered(
    override: ScheduleOverrideSpec, painted: list[Shift], begins_at: datetime, ends_at: datetime
) -> list[Shift]:
    """The shifts with one override over them: over all, or over those of one person."""
    only = override.covers
    beneath = [s for s in painted if s.begins_at < ends_at and s.ends_at > begins_at]
    beneath = [s for s in beneath if s.person == only] if only else beneath
    times = [(begins_at, ends_at)]
    if only:
        cut = ((max(s.begins_at, begins_at), min(s.ends_at, ends_at)) for s in beneath)
        times = joined_spans(sorted(cut))
    because = _why_covered(override, beneath)
    layer = [Shift(*time, person, because) for time in times for person in override.people]
    beside = [s for s in painted if s not in beneath]
    return [*beside, *_without(beneath, layer), *layer]


def _why_covered(override: ScheduleOverrideSpec, beneath: Iterable[Shift]) -> str:
    """`override`; for one that people made, whom it covers and why."""
    if not override.reason:
        return OVERRIDE
    others = {s.person: None for s in beneath if s.person not in (NOBODY, *override.people)}
    names = list(others)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    covers = f"{COVERS}{', '.join(names[:_MOST_NAMED])}{more}" if names else OVERRIDE
    return f"{covers} ({override.reason})"


def _painted(
    spec: ScheduleSpec, bookings: Iterable[Booking], start: datetime, end: datetime
) -> list[Shift]:
    """The shifts from `start` to `end`, with each layer laid over those that it counts before."""
    layers = [list(_by_rotation(rotation, start, end)) for rotation in spec.rotations]
    layers.append(list(_booked(spec, bookings, start, end)))
    layers += [[Shift(*w, NOBODY, _GAP) for w in _open(gap, start, end)] for gap in spec.gaps]
    painted: list[Shift] = []
    for layer in layers:
        painted = [*_without(painted, layer), *layer]
    painted = _overridden(spec, painted, start, end)
    return [shift for shift in painted if shift.begins_at < end and shift.ends_at > start]


def _told(
    spec: ScheduleSpec, start: datetime, end: datetime, bookings: Iterable[Booking]
) -> list[Shift]:
    """The shifts of a schedule from `start` to `end`, gaps included; each shift whole."""
    known = tuple(bookings)
    found = _painted(spec, known, start, end)
    widest = (
        min([start, *(shift.begins_at for shift in found)]),
        max([end, *(shift.ends_at for shift in found)]),
    )
    whole = _painted(spec, known, *widest) if widest != (start, end) else found
    touching = (shift for shift in whole if shift.begins_at < end and shift.ends_at > start)
    return sorted(touching, key=lambda shift: (shift.begins_at, shift.person))


def shifts_of(
    spec: ScheduleSpec, start: datetime, end: datetime, bookings: Iterable[Booking] = ()
) -> tuple[Shift, ...]:
    """The shifts that touch the time from `start` to `end`, in order, each whole.

    `bookings` are those of its feed. Raises KeyError or NotImplementedError for a zone or region
    that this machine does not know.
    """
    return tuple(s for s in _told(spec, start, end, bookings) if s.person != NOBODY)


def gaps_of(
    spec: ScheduleSpec, start: datetime, end: datetime, bookings: Iterable[Booking] = ()
) -> tuple[ScheduleGap, ...]:
    """When nobody is on call between `start` and `end`, in order. Raises like `shifts_of`."""
    told = _told(spec, start, end, bookings)
    meant = [Shift(start, end, NOBODY, _GAP)] if spec.gaps_meant else []
    declared = [shift for shift in (*told, *meant) if shift.person == NOBODY]
    manned = [shift for shift in told if shift.person != NOBODY]
    open_ = list(_without([Shift(start, end, NOBODY, "")], manned))
    overlooked = _without(open_, declared)
    on_purpose = _without(open_, list(_without(open_, declared)))
    gaps = [
        *(ScheduleGap(gap.begins_at, gap.ends_at, declared=False) for gap in overlooked),
        *(ScheduleGap(gap.begins_at, gap.ends_at, declared=True) for gap in on_purpose),
    ]
    return tuple(sorted(gaps, key=lambda gap: gap.begins_at))


def on_call(spec: ScheduleSpec, at: datetime, bookings: Iterable[Booking] = ()) -> OnCall:
    """Who is on call at an instant, why, and until when. Raises like `shifts_of`.

    A shift ends before the instant of its hand-over, and the next one begins at that instant.
    """
    known = tuple(bookings)
    told = [s for s in _told(spec, at, at + _AT_ONCE, known) if s.begins_at <= at < s.ends_at]
    duties = tuple(
        Duty(person=s.person, because=s.because, since_at=s.begins_at, until_at=s.ends_at)
        for s in told
        if s.person != NOBODY
    )
    if duties:
        until_at = min(duty.until_at for duty in duties)
        return OnCall(schedule=spec.name, at=at, duties=duties, until_at=until_at)
    declared = bool(told) or spec.gaps_meant
    gap = GapKind.DECLARED if declared else GapKind.UNDECLARED
    return OnCall(schedule=spec.name, at=at, gap=gap, until_at=_next_on(spec, at, known))


def _next_on(spec: ScheduleSpec, at: datetime, bookings: tuple[Booking, ...]) -> datetime | None:
    """When somebody is on call next."""
    for ahead in _AHEAD:
        coming = [s.begins_at for s in shifts_of(spec, at, at + ahead, bookings)]
        if coming:
            return coming[0]
    return None
