"""Calculates with calendars: when something is due, how much time has passed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from console.calendar.arguments import Almanac, instant_of, never_due, pause_of
from console.terminal.failure import usage
from models.time.calendar import LOCAL, CalendarSlice, CalendarSpec
from models.time.clock import Target
from rules.time.needed_calendars import calendars_of
from rules.time.reckoning import Reckoning, reckon
from rules.time.segments import Span, counting
from rules.zones.calendars import holidays_between, slice_of

REACHES = (90, 800, 3700)
"""How many days around an instant are searched, step by step, until the target comes due."""

LONGEST = timedelta(days=3700)
"""The longest elapsed time that is calculated."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Time that did not count."""

    begins_at: datetime
    ends_at: datetime
    why: str
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculation:
    """A calculation: its start, its calendars, and the pauses to leave out."""

    known: Almanac
    start: datetime
    pauses: tuple[Span, ...]
    notes: tuple[str, ...]

    @property
    def zone(self) -> str:
        """The zone whose local times are shown."""
        return self.known.spec.zone

    def slices(
        self, names: frozenset[str], first: datetime, last: datetime
    ) -> dict[str, CalendarSlice]:
        """The slices of the calendars between two instants."""
        of = {name: self.known.named(name) for name in names | {self.known.chosen or LOCAL}}
        return {name: slice_of(spec, first, last, self.start) for name, spec in of.items()}


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """The result: an instant, how much time counts until then, and what did not count."""

    at: datetime
    counted: timedelta
    skipped: tuple[Skipped, ...]
    changes: tuple[tuple[datetime, int], ...]
    softer_at: datetime | None = None
    moved_from: datetime | None = None
    date_at: datetime | None = None
    in_days: timedelta = timedelta()


def closed(
    known: CalendarSlice, spec: CalendarSpec, start: datetime, until: datetime, *, by_day: bool
) -> Iterator[Skipped]:
    """When the calendar is closed between two instants; if days count, its days off."""
    for begins_at, open_end in counting(start, known.days if by_day else known.opens):
        ends_at = until if open_end is None else min(open_end, until)
        if begins_at < ends_at:
            why = "not worked" if by_day else "closed"
            off = tuple(holidays_between(spec, begins_at, ends_at))
            yield Skipped(begins_at, ends_at, why, off)


def paused(pauses: Sequence[Span], start: datetime, until: datetime) -> Iterator[Skipped]:
    """The pauses between two instants."""
    for begins, ends in sorted(pauses, key=lambda pause: pause[0]):
        begins_at, ends_at = max(begins, start), min(ends or until, until)
        if begins_at < ends_at:
            yield Skipped(begins_at, ends_at, "paused")


def clock_changes(
    known: CalendarSlice, start: datetime, until: datetime
) -> tuple[tuple[datetime, int], ...]:
    """When clocks change between two instants, and by how many seconds."""
    pairs = zip(known.offsets, known.offsets[1:], strict=False)
    return tuple((at, new - old) for (_, old), (at, new) in pairs if start < at <= until)


def sum_from(known: Almanac, start: str, pauses: Sequence[str], now: datetime) -> Calculation:
    """Parse a calculation from an instant. Raises `Failure` (usage)."""
    at, note = instant_of(start, known, now)
    spans = tuple(pause_of(text, known, now) for text in pauses)
    return Calculation(known, at, spans, (*((note,) if note else ()), *last_minutes(known.spec)))


def last_minutes(spec: CalendarSpec) -> Iterator[str]:
    """A note for hours that end a minute early, as people write the end of a day."""
    closes = dict.fromkeys(end for window in spec.opens for _, end in window.hours)
    for end in closes:
        if end.endswith(":59"):
            meant = f"{int(end[:2]) + 1:02}:00"
            yield f"hours until {end} leave a minute out; write {meant} if you mean that"


def _skipped(
    given: Calculation,
    target: Target,
    found: Reckoning,
    due: datetime,
    slices: Mapping[str, CalendarSlice],
) -> Iterator[Skipped]:
    known = slices.get(target.calendar or "")
    if found.dated and known:
        spec = given.known.named(known.calendar)
        yield from closed(known, spec, given.start, due, by_day=False)
    starts = [part.start for part, _ in found.parts]
    for (part, _), ends_at in zip(found.parts, [*starts[1:], due], strict=True):
        if part.slice_:
            spec = given.known.named(part.slice_.calendar)
            yield from closed(part.slice_, spec, part.start, ends_at, by_day=part.by_day)
    yield from paused(given.pauses, given.start, due)


def _skipped_back(
    given: Calculation,
    target: Target,
    due: datetime,
    date: datetime,
    slices: Mapping[str, CalendarSlice],
) -> Iterator[Skipped]:
    known = slices.get(target.calendar or "")
    if known:
        spec = given.known.named(known.calendar)
        yield from closed(known, spec, due, date, by_day=bool(target.days))


def _in_order(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    return tuple(sorted(skipped, key=lambda span: span.begins_at))


def due_answer(
    given: Calculation, text: str, target: Target, extra: timedelta, dates: Mapping[str, datetime]
) -> CalendarAnswer:
    """Calculate when a target is due. Raises `Failure` (usage) if its calendar never reaches it."""
    if max(timedelta(days=min(target.days, 9999)), target.within, extra) > LONGEST:
        raise never_due(text, LONGEST.days // 365)
    around = (given.start, *dates.values(), *(begins for begins, _ in given.pauses))
    names = calendars_of(target)
    for reach in REACHES:
        first = min(around) - timedelta(days=reach if target.before else 10)
        slices = given.slices(names, first, max(around) + timedelta(days=reach))

        def reckoned(
            limit: Target, slices: Mapping[str, CalendarSlice] = slices
        ) -> Reckoning | None:
            return reckon(given.start, limit, given.pauses, slices, extra=extra, dates=dates)

        found = reckoned(target)
        if not found or not found.limit_at:
            continue
        softer = reckoned(target.should) if target.should else None
        rolled_from = reckoned(target.changed(rolls=None)) if target.rolls else None
        before = rolled_from.limit_at if rolled_from else None
        due = found.limit_at
        date = dates.get(target.before or "")
        skipped = (
            _skipped_back(given, target, due, date, slices)
            if date
            else _skipped(given, target, found, due, slices)
        )
        return CalendarAnswer(
            at=due,
            counted=found.total,
            skipped=_in_order(skipped),
            changes=clock_changes(slices[given.known.chosen or LOCAL], given.start, due),
            softer_at=softer.limit_at if softer else None,
            moved_from=before if before != due else None,
            date_at=date,
        )
    raise never_due(text, LONGEST.days // 365)


def elapsed_answer(given: Calculation, until: datetime) -> CalendarAnswer:
    """Calculate how much time has passed between two instants. Raises `Failure` (usage)."""
    if until < given.start:
        raise usage("--to is before --from")
    if until - given.start > LONGEST:
        raise usage(f"that is longer than {LONGEST.days // 365} years")
    name = given.known.chosen
    slices = given.slices(frozenset({LOCAL}), given.start, until)

    def passed(target: Target) -> timedelta:
        run = reckon(given.start, target, given.pauses, slices)
        return run.elapsed(until) if run else timedelta()

    known = slices[name or LOCAL]
    spec = given.known.spec
    off = closed(known, spec, given.start, until, by_day=False) if name else ()
    return CalendarAnswer(
        at=until,
        counted=passed(Target(within=timedelta(hours=1), calendar=name)),
        skipped=_in_order((*off, *paused(given.pauses, given.start, until))),
        changes=clock_changes(known, given.start, until),
        in_days=passed(Target(days=1, calendar=name)),
    )
