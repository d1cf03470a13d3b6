"""Runs of clocks under calendars, drawn by hypothesis: for the rules, and for the oracle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from models.calendar import CalendarSlice, CalendarSpec, OpenHours
from models.clock import Target
from models.policy.calendars import HOLIDAY, WEEK
from rules.calendars import slice_of
from rules.reckoning import NO_DATES, Reckoning, reckon
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

QUICK = settings(max_examples=600, deadline=None)
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

    @property
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


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int]:
    """A window, often of whole hours, now and then over midnight."""
    unit = draw(st.sampled_from((60, 60, 15, 1)))
    opens = draw(st.integers(0, MINUTES // unit - 1)) * unit
    return opens, opens + draw(st.integers(1, MINUTES // unit)) * unit


@st.composite
def calendars(draw: st.DrawFn, zone: str, middle: date) -> tuple[CalendarSpec, Week]:
    """A calendar with windows for some days, and now and then a holiday."""
    days = st.sets(st.sampled_from(DAYS), min_size=1)
    entries = draw(
        st.lists(st.tuples(days, st.lists(windows(), min_size=1, max_size=3)), max_size=2)
    )
    entries = entries or [(set(DAYS), [(0, MINUTES)])]
    offs = draw(st.sets(st.integers(-3, 5), max_size=2))
    holidays = frozenset(middle + timedelta(days=off) for off in offs)
    opens = tuple(
        OpenHours(
            days=tuple(sorted(named)),
            hours=tuple((clock_time(o), clock_time(c)) for o, c in hours),
        )
        for named, hours in entries
    )
    by_day: dict[int, list[tuple[int, int]]] = {}
    for named, hours in entries:
        for day in named:
            by_day.setdefault(DAYS.index(day), []).extend(hours)
    spec = CalendarSpec(
        name="office",
        zone=zone,
        opens=opens,
        holidays=tuple(day.isoformat() for day in sorted(holidays)),
    )
    return spec, Week(by_day, holidays)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A run that begins around a change of clocks, with pauses anywhere."""
    zone, middle = draw(st.sampled_from(PLACES))
    weeks = era(zone, middle)
    spec, week = draw(calendars(zone, middle))
    change = weeks.changes[0]
    near = st.one_of(st.integers(-180, 180), st.integers(-3 * MINUTES, 2 * MINUTES))
    start = change + draw(near)
    begin = st.one_of(near.map(lambda n: change + n), st.just(start))
    length = st.one_of(st.integers(0, 180), st.integers(0, 2 * MINUTES), st.none())
    pairs = draw(st.lists(st.tuples(begin, length), max_size=3))
    return Case(
        weeks,
        spec,
        week,
        start,
        tuple((b, None if n is None else b + n) for b, n in pairs),
        start + draw(st.one_of(st.integers(0, 300), st.integers(0, 4 * MINUTES))),
        draw(st.one_of(st.integers(1, 600), st.integers(1, 5 * MINUTES))),
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
