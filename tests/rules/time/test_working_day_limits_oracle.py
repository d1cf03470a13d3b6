"""Limits that are dates agree with an oracle that counts every minute."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.time.clock import Roll, Target
from tests.rules.minute_by_minute import MINUTES, Oracle
from tests.rules.runs import QUICK, Case, cases, oracle_of, ruled


def days_of(case: Case) -> list[int]:
    """The days of the era that existed, without the first and the last."""
    days = {minute // MINUTES for minute in case.era.shows}
    return sorted(days)[1:-1]


def known_days(case: Case) -> list[int]:
    """The days among them that the slice covers."""
    ends = case.tick(case.known)
    return [day for day in days_of(case) if first_tick(case, day * MINUTES) < ends]


def first_tick(case: Case, minute: int) -> int:
    """The first tick at which the clock shows that minute, or has jumped past it."""
    return bisect_left(case.era.seen, minute)


def spans_of(case: Case, day: int) -> list[tuple[int, int]]:
    """The windows that begin on a day, in ticks."""
    windows = case.week.windows_on(day)
    first = day * MINUTES
    return [(first_tick(case, first + o), first_tick(case, first + c)) for o, c in windows]


def ends_of_days(case: Case) -> Iterator[tuple[int, int]]:
    """Each working day, and the tick at which the last window that begins on it ends.

    The windows of a day that its zone skipped begin at the midnight to which the clocks jump.
    """
    were = {minute // MINUTES for minute in case.era.shows}
    for day in days_of(case):
        skipped = day - 1 not in were
        spans = spans_of(case, day) + (spans_of(case, day - 1) if skipped else [])
        last_night = spans_of(case, day - 2 if skipped else day - 1)
        night_ends = max((closes for _, closes in last_night), default=0)
        closes = [closes for opens, closes in spans if opens < closes and closes > night_ends]
        if case.week.windows_on(day):
            yield day, max(closes, default=first_tick(case, (day + 1) * MINUTES))


def is_paused(oracle: Oracle, end: int) -> bool:
    """Whether the minute that ends at a tick was paused."""
    return end - 1 in oracle.paused


@QUICK
@given(cases(), st.integers(0, 3))
def test_the_end_of_a_working_day_is_that_of_its_last_window(case: Case, number: int) -> None:
    """Days that end during a pause are passed over."""
    known = case.known
    oracle, run = (
        oracle_of(case, known),
        ruled(case, known, Target(day_end=number, calendar="office")),
    )
    today = case.era.shows[case.start] // MINUTES
    ends = [
        end
        for day, end in ends_of_days(case)
        if (day > today if number else day >= today and end > case.start)
        and not is_paused(oracle, end)
    ]
    place = max(number, 1) - 1
    known_ends = [end for end in ends if end <= case.tick(known)]
    expected = case.era.at(known_ends[place]) if place < len(known_ends) else None
    assert run.limit_at == expected


@QUICK
@given(cases(), st.sampled_from(("00:00", "12:00", "02:30", "24:00")))
def test_a_limit_on_a_day_off_goes_to_the_next_working_day(case: Case, time: str) -> None:
    """It goes to the stated local time; the midnight after a working day belongs to that day."""
    known = case.known
    target = Target(within=timedelta(minutes=case.amount), rolls=Roll(calendar="office", at=time))
    run = ruled(case, known, target)
    ticks = list(oracle_of(case, known).elapsed_minutes(case.start))
    if len(ticks) < case.amount:
        assert run.limit_at is None
        return
    limit = ticks[case.amount - 1] + 1
    day = case.era.seen[limit] // MINUTES
    worked = [d for d in known_days(case) if case.week.windows_on(d)]
    before = max((d for d in days_of(case) if d < day), default=day)
    at_midnight = limit == first_tick(case, day * MINUTES)
    if day not in worked and not (at_midnight and before in worked):
        hours, minutes = map(int, time.split(":"))
        later = [first_tick(case, d * MINUTES + hours * 60 + minutes) for d in worked if d > day]
        limit = min(later, default=case.tick(known) + 1)
    assert run.limit_at == (case.era.at(limit) if limit <= case.tick(known) else None)


@QUICK
@given(cases(), st.booleans())
def test_before_a_date_the_same_minutes_count_backwards(case: Case, by_day: bool) -> None:  # noqa: FBT001 - drawn
    """They are open hours or days on the local clock; pauses do not move the limit."""
    known = case.known
    days = max(case.amount // MINUTES, 1) if by_day else 0
    within = timedelta() if by_day else timedelta(minutes=case.amount)
    target = Target(days=days, within=within, calendar="office", before="launch")
    run = ruled(case, known, target, {"launch": case.era.at(case.until)})
    begins = (known.valid_from - case.era.first) // timedelta(minutes=1)
    oracle = oracle_of(case, known)
    if by_day:
        existing = days_of(case)
        worked = {
            day
            for day in range(existing[0], existing[-1] + 1)
            if case.week.windows_on(day if day in existing else day - 1)
        }
        wall = range(case.era.shows[begins], case.era.shows[case.until])
        minutes = [minute for minute in wall if minute // MINUTES in worked]
        ticks = [first_tick(case, m) for m in minutes[-days * MINUTES :][:1]]
        enough = len(minutes) >= days * MINUTES
    else:
        oracle.paused = set()
        counted = [tick for tick in oracle.open_minutes(begins) if tick < case.until]
        ticks = counted[-case.amount :][:1]
        enough = len(counted) >= case.amount
    assert run.limit_at == (case.era.at(ticks[0]) if enough else None)
