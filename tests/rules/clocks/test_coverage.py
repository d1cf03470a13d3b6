"""Slices reach as far as an incident needs them, and what they decided stays decided."""

from datetime import UTC, datetime, timedelta

import pytest

from models.compiled import CompiledPolicy
from models.time.calendar import CalendarSlice, CalendarSpec, OpenHours
from rules.clocks.coverage import (
    AHEAD,
    BEFORE,
    FURTHEST,
    MARGIN,
    earliest_of,
    reach_ahead,
    refresh_due_at,
    span_needed,
    spliced_slice,
    stale_calendars,
)
from rules.zones.calendars import slice_of
from tests.rules.timed import FRIDAY, incident, later, one, policy_of
from tests.specimens import done

DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    """An instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def office(hours: tuple[str, str], zone: str = "UTC") -> CalendarSpec:
    """A calendar of every weekday."""
    days = ("mon", "tue", "wed", "thu", "fri")
    return CalendarSpec(name="office", zone=zone, opens=(OpenHours(days=days, hours=(hours,)),))


@pytest.mark.parametrize(
    ("target", "longest"),
    [
        ("2h office", timedelta(days=2)),
        ("3d office", timedelta(days=21)),
        ("4h-3d office", timedelta(days=21)),
        ("end of next office day", timedelta(days=7)),
    ],
)
def test_a_calendar_is_worked_out_as_far_ahead_as_its_longest_target(
    target: str, longest: timedelta
) -> None:
    """Generously: of a week one day may be worked, of a day one hour be open."""
    assert (
        reach_ahead(one(f"from: reported, to: told, within: {target}"), "office") == longest + AHEAD
    )


def test_a_target_of_months_reaches_months_ahead_and_none_reaches_for_ever() -> None:
    """Thirty-one days each; ten years are cut."""
    assert (
        reach_ahead(one("from: reported, to: told, within: 2 months"), "local") == 62 * DAY + AHEAD
    )
    far = one("from: reported, to: told, within: 900d office")
    assert reach_ahead(far, "office") == FURTHEST


def test_a_second_limit_counts_for_how_far_ahead() -> None:
    """It is reckoned in the same calendars."""
    rest = "within: 1h, no_later_than: { from: aware, within: 2d office }"
    assert reach_ahead(one(f"from: reported, to: told, {rest}"), "office") == 14 * DAY + AHEAD


def test_the_span_begins_before_the_earliest_fact() -> None:
    """Facts may come late; of now and the first fact the earlier counts."""
    policy = one("from: reported, to: told, within: 2h office")
    reach = reach_ahead(policy, "office")
    assert span_needed(policy, "office", later(-50), FRIDAY) == (
        later(-50) - BEFORE,
        FRIDAY + reach,
    )
    assert span_needed(policy, "office", later(50), FRIDAY) == (FRIDAY - BEFORE, FRIDAY + reach)


def test_the_earliest_fact_is_a_milestone_or_a_hold() -> None:
    """Whichever came first."""
    policy = one("from: reported, to: told, within: 1h")
    record = incident(policy)
    assert earliest_of(record) == FRIDAY
    held = done(
        record, "hold", later(1), policy, reason="third_party", happened_at=later(-3).isoformat()
    )
    assert earliest_of(held) == later(-3)


def test_calendars_are_stale_when_missing_ending_soon_or_begun_too_late() -> None:
    """A week is left of a slice when it is worked out anew."""
    policy = one("from: reported, to: told, within: 2h office")
    record = incident(policy)
    end = policy.slices["office"].valid_until
    assert stale_calendars(policy, record, FRIDAY) == ()
    assert stale_calendars(policy, record, end - MARGIN - timedelta(seconds=1)) == ()
    assert stale_calendars(policy, record, end - MARGIN) == ("office",)
    assert refresh_due_at(policy) == end - MARGIN
    bare = policy.changed(slices={})
    assert stale_calendars(bare, record, FRIDAY) == ("office",)
    assert refresh_due_at(bare) is None
    begun = policy.slices["office"].valid_from
    at = (begun - timedelta(seconds=1)).isoformat()
    old = done(
        record, "set_milestone", later(0), policy, milestone="impact_started", happened_at=at
    )
    assert stale_calendars(policy, old, FRIDAY) == ("office",)


def test_a_limit_beyond_its_slice_makes_the_slice_stale_unless_it_cannot_reach_further() -> None:
    """What is as far as it can be is not asked for again and again."""
    policy = one("from: reported, to: told, within: 900d office")
    record = incident(policy)
    short = policy.slices["office"].changed(valid_until=FRIDAY + 60 * DAY)
    cut = policy.changed(slices={"office": short})
    assert stale_calendars(cut, record, FRIDAY) == ("office",)
    assert stale_calendars(policy, record, FRIDAY) == ()


def slices() -> tuple[CalendarSlice, CalendarSlice]:
    """Nine to five as it was known on the first, ten to six as it is known on the eighth."""
    start, end = utc("2026-06-01T00:00"), utc("2026-06-15T00:00")
    old = slice_of(office(("09:00", "17:00")), start, end, as_of=start)
    cut = utc("2026-06-08T00:00")
    new = slice_of(office(("10:00", "18:00")), start - 7 * DAY, end + 7 * DAY, as_of=cut)
    return old, new


def test_past_decisions_of_a_calendar_stay_and_the_future_is_new() -> None:
    """Until it was worked out anew the old hours count, from then on the new ones."""
    old, new = slices()
    both = spliced_slice(old, new)
    assert both.valid_from == new.valid_from
    assert both.valid_until == new.valid_until
    hours = {start.date().isoformat(): start.hour for start, _ in both.opens}
    assert hours["2026-05-29"] == 10
    assert (hours["2026-06-05"], hours["2026-06-08"], hours["2026-06-16"]) == (9, 10, 10)
    assert [len(found) for found in (old.opens, new.opens, both.opens)] == [11, 21, 21]
    assert both.days == new.days


def test_a_slice_that_knows_nothing_of_the_other_s_time_replaces_it() -> None:
    """There is nothing decided to keep."""
    old, new = slices()
    assert spliced_slice(None, new) == new
    ended = old.changed(valid_until=new.as_of - DAY)
    assert spliced_slice(ended, new) == new
    begun = old.changed(valid_from=new.as_of + DAY)
    assert spliced_slice(begun, new) == new


def test_offsets_are_those_that_were_known_until_the_new_ones_begin() -> None:
    """A zone that gives up its summer time does so from then on, not before."""
    start, end = utc("2026-01-01T00:00"), utc("2026-12-31T00:00")
    old = slice_of(office(("09:00", "17:00"), "Europe/London"), start, end, as_of=start)
    new = slice_of(office(("09:00", "17:00"), "UTC"), start, end, as_of=utc("2026-07-01T00:00"))
    both = spliced_slice(old, new)
    assert both.offsets == (
        (old.valid_from, 0),
        (utc("2026-03-29T01:00"), 3600),
        (utc("2026-07-01T00:00"), 0),
    )


def test_spans_that_touch_at_the_cut_are_one() -> None:
    """A working day that is open across it is not torn."""
    start, end = utc("2026-06-01T00:00"), utc("2026-06-15T00:00")
    spec = office(("09:00", "17:00"))
    old = slice_of(spec, start, end, as_of=start)
    new = slice_of(spec, start, end, as_of=utc("2026-06-03T12:00"))
    assert spliced_slice(old, new).opens == old.opens


def test_a_policy_without_calendars_is_never_stale() -> None:
    """Elapsed time needs none."""
    policy = policy_of("clocks:\n  it: { from: reported, to: told, within: 1h }\n")
    compiled: CompiledPolicy = policy
    assert compiled.calendars == ()
    assert stale_calendars(compiled, incident(compiled), later(99_999)) == ()


def test_days_off_of_the_new_slice_count_from_the_cut_on() -> None:
    """Fridays were worked until it was worked out anew; and what began earlier stays known."""
    start, end, cut = utc("2026-06-01T00:00"), utc("2026-06-22T00:00"), utc("2026-06-08T00:00")
    old = slice_of(office(("09:00", "17:00")), start, end, as_of=start)
    four = CalendarSpec(
        name="office",
        opens=(OpenHours(days=("mon", "tue", "wed", "thu"), hours=(("09:00", "17:00"),)),),
    )
    new = slice_of(four, cut, end, as_of=cut)
    both = spliced_slice(old, new)
    assert both.valid_from == old.valid_from
    assert [(a.day, b.day) for a, b in both.days] == [(1, 6), (8, 12), (15, 19), (22, 23)]
