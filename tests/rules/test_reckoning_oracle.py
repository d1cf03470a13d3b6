"""Reckoning agrees with an oracle that lives through every minute, wherever clocks change."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import CalendarSlice, CalendarSpec, OpenHours
from models.clock import Target
from models.policy.calendars import HOLIDAY, WEEK
from rules.calendars import slice_of
from rules.reckoning import Reckoning, reckon
from tests.rules.minute_by_minute import AFTER, BEFORE, MINUTES, Era, Oracle, Week, era, lived

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


def ruled(case: Case, known: CalendarSlice, target: Target) -> Reckoning:
    """What the rules say."""
    pauses = [(case.era.at(b), None if e is None else case.era.at(e)) for b, e in case.pauses]
    found = reckon(case.era.at(case.start), target, pauses, {"office": known})
    assert found is not None
    return found


def oracle_of(case: Case, known: CalendarSlice) -> Oracle:
    """An oracle for the case."""
    pauses = [(b, BEFORE + AFTER if e is None else e) for b, e in case.pauses]
    return Oracle(case.era, case.week, pauses, case.tick(known))


def agrees(
    case: Case,
    target: Target,
    counted: Callable[[Oracle, int], Iterator[int]],
    *,
    by_day: bool = False,
) -> None:
    """Limit and elapsed time are what the oracle counted."""
    known = case.known
    oracle, run = oracle_of(case, known), ruled(case, known, target)
    ticks = lived(counted(oracle, case.start), case.amount, case.until)
    assert run.elapsed(case.era.at(case.until)) == timedelta(minutes=bisect_left(ticks, case.until))
    if len(ticks) < case.amount:
        assert run.limit_at is None or run.limit_at > known.valid_until
        return
    limit = ticks[case.amount - 1] + 1
    if by_day:
        limit = oracle.new_on_the_wall(case.start, limit)
    expected = case.era.at(limit)
    assert run.limit_at == (expected if expected <= known.valid_until else None)


@QUICK
@given(cases())
def test_elapsed_time_is_every_minute_that_is_not_paused(case: Case) -> None:
    """Whatever clocks on walls do."""
    agrees(case, Target(within=timedelta(minutes=case.amount)), Oracle.elapsed_minutes)


@QUICK
@given(cases())
def test_open_hours_are_every_minute_in_which_it_is_open(case: Case) -> None:
    """Each is counted once, over changes of clocks, holidays, midnights and pauses."""
    target = Target(within=timedelta(minutes=case.amount), calendar="office")
    agrees(case, target, Oracle.open_minutes)


@QUICK
@given(cases())
def test_days_are_every_minute_that_passes_on_the_wall(case: Case) -> None:
    """On working days, once, and at once where clocks jump over it."""
    whole = max(case.amount // MINUTES, 1)
    rounded = Case(**{**vars(case), "amount": whole * MINUTES})
    agrees(rounded, Target(days=whole, calendar="office"), Oracle.day_minutes, by_day=True)


@QUICK
@given(cases())
def test_days_that_are_shared_out_agree_as_well(case: Case) -> None:
    """A share of a target, such as a threshold at 50%, is reached where the oracle says."""
    known = case.known
    oracle, run = oracle_of(case, known), ruled(case, known, Target(days=9, calendar="office"))
    ticks = lived(oracle.day_minutes(case.start), case.amount, 0)
    found = run.reached(timedelta(minutes=case.amount))
    if len(ticks) < case.amount:
        assert found is None
        return
    expected = case.era.at(oracle.new_on_the_wall(case.start, ticks[case.amount - 1] + 1))
    assert found == (expected if expected <= known.valid_until else None)


@QUICK
@given(cases())
def test_days_come_before_hours(case: Case) -> None:
    """A day and some hours: the hours begin to count where the day ends."""
    known = case.known
    hours = case.amount % 600 + 1
    target = Target(days=1, within=timedelta(minutes=hours), calendar="office")
    oracle, run = oracle_of(case, known), ruled(case, known, target)
    days = lived(oracle.day_minutes(case.start), MINUTES, 0)
    if len(days) < MINUTES:
        assert run.limit_at is None
        return
    day_ends = oracle.new_on_the_wall(case.start, days[-1] + 1)
    after = lived(oracle.open_minutes(day_ends), hours, case.until)
    limit = case.era.at(after[hours - 1] + 1) if len(after) >= hours else None
    assert run.limit_at == limit
    passed = bisect_left(days, case.until) + bisect_left(after, case.until)
    assert run.elapsed(case.era.at(case.until)) == timedelta(minutes=passed)


def test_the_oracle_has_clocks_that_change() -> None:
    """It would prove little where they never do."""
    jumps = {
        era(zone, middle).shows[tick] - era(zone, middle).shows[tick - 1] - 1
        for zone, middle in PLACES
        for tick in era(zone, middle).changes
    }
    assert {-120, -60, -30, 0, 15, 30, 60, 120, MINUTES} & jumps >= {-60, -30, 15, 30, 60, MINUTES}
    assert all(era(zone, middle).first.tzinfo is UTC for zone, middle in PLACES)
