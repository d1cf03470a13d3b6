"""Reckoning agrees with an oracle that counts every minute, wherever clocks change."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

from hypothesis import given

from models.time.clock import Target
from tests.rules.minute_by_minute import MINUTES, Oracle, era, lived
from tests.rules.runs import PLACES, QUICK, Case, cases, oracle_of, ruled


def agrees(
    case: Case,
    target: Target,
    counted: Callable[[Oracle, int], Iterator[int]],
    *,
    by_day: bool = False,
) -> None:
    """The oracle counts the same limit and elapsed time."""
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
    """Clocks on walls do not matter."""
    agrees(case, Target(within=timedelta(minutes=case.amount)), Oracle.elapsed_minutes)


@QUICK
@given(cases())
def test_open_hours_are_every_minute_in_which_it_is_open(case: Case) -> None:
    """Each counts once, across changes of clocks, holidays, midnights and pauses."""
    target = Target(within=timedelta(minutes=case.amount), calendar="office")
    agrees(case, target, Oracle.open_minutes)


@QUICK
@given(cases())
def test_days_are_every_minute_that_passes_on_the_wall(case: Case) -> None:
    """It counts on working days, once; minutes that clocks jump over count at once."""
    whole = max(case.amount // MINUTES, 1)
    rounded = Case(**{**vars(case), "amount": whole * MINUTES})
    agrees(rounded, Target(days=whole, calendar="office"), Oracle.day_minutes, by_day=True)


@QUICK
@given(cases())
def test_days_that_are_shared_out_agree_as_well(case: Case) -> None:
    """The oracle finds the same instant for a share of a target, such as a threshold at 50 %."""
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
    """The hours of a target begin to count where its days end."""
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
    """Without changes of clocks, the oracle would prove little."""
    jumps = {
        era(zone, middle).shows[tick] - era(zone, middle).shows[tick - 1] - 1
        for zone, middle in PLACES
        for tick in era(zone, middle).changes
    }
    assert {-120, -60, -30, 0, 15, 30, 60, 120, MINUTES} & jumps >= {-60, -30, 15, 30, 60, MINUTES}
    assert all(era(zone, middle).first.tzinfo is UTC for zone, middle in PLACES)
