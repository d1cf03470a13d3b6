"""Runs of clocks under calendars, drawn by hypothesis: for the rules, and for the oracle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from hypothesis import strategies as st

from models.policy.sections.calendars import HOLIDAY, WEEK
from models.time.calendar import CalendarSlice, CalendarSpec, OpenHours
from models.time.clock import Target
from rules.time.reckoning import NO_DATES, Reckoning, reckon
from rules.zones.calendars import slice_of
from tests.examples import examples
from tests.rules.minute_by_minute import AFTER, BEFORE, MINUTES, Era, Oracle, Week, era

PLACES = (
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2025, 10, 26)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2025, 11, 2)),
    ("Asia/Kolkata", date(2026, 1, 5)),
    ("Asia/Kathmandu", date(1986, 1, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/St_Johns", date(2011, 3, 13)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Antarctica/Troll", date(2026, 3, 29)),
)
"""Zones and a day near which their clocks change: by an hour, half, two, a day, or never."""

QUICK = examples(120)
DAYS = (*WEEK, HOLIDAY)


@dataclass(frozen=True)
class Case:
    """A calendar as a policy has it and as the oracle has it, and a run of a clock in ticks."""

    era: Era
    spec: CalendarSpec
    week: Week
    start: int
    pauses: tuple[tuple[int, int | None], ...]
    until: int
    amount: int

    @cached_property
    def known(self) -> CalendarSlice:
        """The slice of the calendar; it ends before the era does."""
        ends_at = self.era.at(BEFORE + AFTER - 3 * MINUTES)
        return slice_of(self.spec, self.era.at(2 * MINUTES), ends_at, ends_at)

    def tick(self, of: CalendarSlice) -> int:
        """The tick at which the slice ends."""
        return (of.valid_until - self.era.first) // timedelta(minutes=1)


def clock_time(minute: int) -> str:
    """A minute of the day as `HH:MM`; of the next day, if over midnight."""
    minute = minute if minute <= MINUTES else minute - MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"


def _window(unit: int, opens: int, length: int) -> tuple[int, int]:
    opens = opens % (MINUTES // unit) * unit
    return opens, opens + min(length * unit, MINUTES)


WINDOWS = st.builds(
    _window, st.sampled_from((60, 60, 15, 1)), st.integers(0, MINUTES - 1), st.integers(1, 600)
)
"""Windows, often of whole hours, now and then over midnight."""

ENTRIES = st.lists(
    st.tuples(
        st.sets(st.sampled_from(DAYS), min_size=1), st.lists(WINDOWS, min_size=1, max_size=3)
    ),
    max_size=2,
)
HOLIDAYS = st.sets(st.integers(-3, 5), max_size=2)
NEAR = st.one_of(st.integers(-180, 180), st.integers(-3 * MINUTES, 2 * MINUTES))
PAUSES = st.lists(
    st.tuples(
        st.one_of(st.none(), NEAR),
        st.one_of(st.integers(0, 180), st.integers(0, 2 * MINUTES), st.none()),
    ),
    max_size=3,
)
"""From a tick near the change, or from the start; for so long, or to no end."""

LATER = st.one_of(st.integers(0, 300), st.integers(0, 4 * MINUTES))
AMOUNTS = st.one_of(st.integers(1, 600), st.integers(1, 5 * MINUTES))


def calendar(
    zone: str, entries: list[tuple[set[str], list[tuple[int, int]]]], holidays: frozenset[date]
) -> tuple[CalendarSpec, Week]:
    """The same calendar for the rules and for the oracle; without entries it is always open."""
    opens = tuple(
        OpenHours(days=tuple(days), hours=tuple((clock_time(o), clock_time(c)) for o, c in hours))
        for days, hours in entries
    )
    by_day: dict[int, list[tuple[int, int]]] = {}
    for days, hours in entries or [(set(WEEK), [(0, MINUTES)])]:
        for day in days:
            by_day.setdefault(DAYS.index(day), []).extend(hours)
    named = tuple(day.isoformat() for day in sorted(holidays))
    return CalendarSpec(name="office", zone=zone, opens=opens, holidays=named), Week(
        by_day, holidays
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A run that begins around a change of clocks, with pauses anywhere."""
    zone, middle = draw(st.sampled_from(PLACES))
    offs = draw(HOLIDAYS)
    holidays = frozenset(middle + timedelta(days=off) for off in offs)
    spec, week = calendar(zone, draw(ENTRIES), holidays)
    weeks = era(zone, middle)
    start = weeks.changes[0] + draw(NEAR)
    pauses = [
        (start if near is None else weeks.changes[0] + near, length)
        for near, length in draw(PAUSES)
    ]
    return Case(
        weeks,
        spec,
        week,
        start,
        tuple((begins, None if length is None else begins + length) for begins, length in pauses),
        start + draw(LATER),
        draw(AMOUNTS),
    )


def ruled(
    case: Case,
    known: CalendarSlice,
    target: Target,
    dates: Mapping[str, datetime] = NO_DATES,
) -> Reckoning:
    """What the rules say."""
    pauses = [(case.era.at(b), None if e is None else case.era.at(e)) for b, e in case.pauses]
    found = reckon(case.era.at(case.start), target, pauses, {"office": known}, dates=dates)
    assert found is not None
    return found


def oracle_of(case: Case, known: CalendarSlice) -> Oracle:
    """An oracle for the case."""
    pauses = [(b, BEFORE + AFTER if e is None else e) for b, e in case.pauses]
    return Oracle(case.era, case.week, pauses, case.tick(known))
