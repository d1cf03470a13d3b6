"""Who is on call: turns, layers, gaps, overrides, and the effect of clock changes."""

from datetime import datetime, timedelta

import pytest

from models.people.schedule import Booking, GapKind, ScheduleSpec
from models.policy.sections.calendars import WEEK
from rules.zones.rotations import gaps_of, on_call, shifts_of
from tests.rules.schedules import LONDON, hours, override, rotation, schedule, utc

WEEKLY = schedule(rotation("monday 09:00"))
DAYS = timedelta(days=1)


def told(spec: ScheduleSpec, start: str, end: str) -> list[tuple[str, str, str]]:
    """The shifts between two instants: who, from when, until when."""
    found = shifts_of(spec, utc(start), utc(end))
    return [(s.person, f"{s.begins_at:%m-%d %H:%M}", f"{s.ends_at:%m-%d %H:%M}") for s in found]


def test_a_week_belongs_to_one_person_then_to_the_next() -> None:
    """Hand-overs are by the local clock, so a week is an hour shorter if clocks go forward."""
    assert told(WEEKLY, "2026-03-23 09:00", "2026-04-06 08:00") == [
        ("cy", "03-23 09:00", "03-30 08:00"),
        ("ana", "03-30 08:00", "04-06 08:00"),
    ]


def test_a_shift_ends_before_the_instant_of_its_hand_over() -> None:
    """At 09:00 the next person is on call; a moment before, the previous one."""
    before = on_call(WEEKLY, utc("2026-01-12 09:00") - timedelta(microseconds=1))
    after = on_call(WEEKLY, utc("2026-01-12 09:00"))
    assert (before.people, after.people) == (("ana",), ("bo",))
    assert after.until_at == utc("2026-01-19 09:00")
    assert after.duties[0].because == "rotation"


def test_nobody_is_on_before_the_first_shift() -> None:
    """The rotation starts with the first hand-over at or after its date."""
    found = on_call(WEEKLY, utc("2026-01-05 08:59"))
    assert (found.people, found.gap) == ((), GapKind.UNDECLARED)
    assert found.until_at == utc("2026-01-05 09:00")


def test_a_hand_over_in_the_hour_that_is_missing_is_where_clocks_jump_past_it() -> None:
    """01:30 does not exist in London on 29 March 2026, so they hand over at 01:00 UTC, once."""
    daily = schedule(rotation("daily 01:30"))
    assert told(daily, "2026-03-28 02:00", "2026-03-31 00:00") == [
        ("bo", "03-28 01:30", "03-29 01:00"),
        ("cy", "03-29 01:00", "03-30 00:30"),
        ("ana", "03-30 00:30", "03-31 00:30"),
    ]


def test_a_hand_over_in_the_hour_that_is_repeated_is_in_the_first() -> None:
    """01:30 comes twice in London on 25 October 2026; nobody hands back the second time."""
    daily = schedule(rotation("daily 01:30"))
    assert told(daily, "2026-10-24 12:00", "2026-10-26 12:00") == [
        ("bo", "10-24 00:30", "10-25 00:30"),
        ("cy", "10-25 00:30", "10-26 01:30"),
        ("ana", "10-26 01:30", "10-27 01:30"),
    ]


def test_a_day_that_never_was_is_nobodys_shift() -> None:
    """Samoa skipped 30 December 2011: the person who would have had it has the 31st."""
    starts = datetime(2011, 12, 27)  # noqa: DTZ001 - local
    apia = schedule(rotation("daily 00:00", "Pacific/Apia", starts=starts), zone="Pacific/Apia")
    people = [who for who, _, _ in told(apia, "2011-12-27 10:00", "2012-01-01 10:00")]
    assert people == ["ana", "bo", "cy", "ana", "bo"]


@pytest.mark.parametrize(
    ("hand_over", "at", "who"),
    [
        ("every 3d 09:00", "2026-01-08 09:00", "bo"),
        ("every 3d from 2026-01-06T18:00", "2026-01-09 18:00", "bo"),
        ("every 2w monday 09:00", "2026-01-19 08:59", "ana"),
        ("every 2w monday 09:00", "2026-01-19 09:00", "bo"),
        ("every 12h from 2026-01-05T06:00", "2026-01-05 18:00", "bo"),
        ("every 36h 06:00", "2026-01-06 18:00", "bo"),
        ("mon, fri 17:00", "2026-01-09 17:00", "bo"),
        ("daily 08:00, 20:00", "2026-01-06 08:00", "cy"),
    ],
)
def test_every_form_of_hand_over_hands_over(hand_over: str, at: str, who: str) -> None:
    """The first person, ana, hands over."""
    starts = None if " from " in hand_over else datetime(2026, 1, 5)  # noqa: DTZ001 - local
    spec = schedule(rotation(hand_over, starts=starts))
    assert on_call(spec, utc(at)).people == (who,)


def test_elapsed_time_is_no_local_time() -> None:
    """Twelve hours stay twelve hours over a change of clocks; three days keep their local time."""
    hours_ = schedule(rotation("every 12h from 2026-03-28T12:00", starts=None))
    days = schedule(rotation("every 1d from 2026-03-28T12:00", starts=None))
    assert told(hours_, "2026-03-29 12:00", "2026-03-29 13:00")[0][1] == "03-29 12:00"
    assert told(days, "2026-03-29 12:00", "2026-03-29 13:00")[0][1] == "03-29 11:00"


def test_a_later_layer_counts_before_an_earlier_one() -> None:
    """As in PagerDuty, the last one written is on top."""
    night = rotation("daily 20:00", people=("di",), during=hours(LONDON, "20:00-08:00", "mon"))
    spec = schedule(rotation("monday 09:00"), night.changed(name="layer night"))
    assert told(spec, "2026-01-05 12:00", "2026-01-06 12:00") == [
        ("ana", "01-05 09:00", "01-05 20:00"),
        ("di", "01-05 20:00", "01-06 08:00"),
        ("ana", "01-06 08:00", "01-12 09:00"),
    ]


def test_the_sun_is_followed_by_layers_with_hours_of_their_own_zones() -> None:
    """Three offices cover the day between them, however their clocks change."""
    spec = schedule(
        *(
            rotation("daily 08:00", zone, people=(who,), during=hours(zone, "08:00-16:00", *WEEK))
            for zone, who in (
                (LONDON, "eu"),
                ("America/Los_Angeles", "us"),
                ("Asia/Singapore", "sg"),
            )
        )
    )
    start, end = utc("2026-01-06 12:00"), utc("2026-01-07 12:00")
    assert [s.person for s in shifts_of(spec, start, end)] == ["eu", "us", "sg", "eu"]
    assert gaps_of(spec, start, end) == ()
    hours_off = gaps_of(spec, utc("2026-06-06 12:00"), utc("2026-06-07 12:00"))
    assert [(h.begins_at.hour, h.ends_at.hour, h.declared) for h in hours_off] == [(23, 0, False)]


def test_an_override_counts_before_everything_and_then_is_over() -> None:
    """It is in local time or as instants; the person of the shift has the rest of it."""
    swap = override("cy", "2026-07-01T09:00", "2026-07-01T17:00")
    spec = WEEKLY.changed(overrides=(swap,))
    assert told(spec, "2026-07-01 00:00", "2026-07-02 00:00") == [
        ("bo", "06-29 08:00", "07-01 08:00"),
        ("cy", "07-01 08:00", "07-01 16:00"),
        ("bo", "07-01 16:00", "07-06 08:00"),
    ]
    exact = override("cy", "2026-07-01T09:00Z", "2026-07-01T17:00Z")
    found = on_call(WEEKLY.changed(overrides=(exact,)), utc("2026-07-01 16:30"))
    assert found.duties[0].because == "override"
    assert found.until_at == utc("2026-07-01 17:00")


def test_the_last_of_two_overrides_counts() -> None:
    """The last one written is the one that was meant."""
    swaps = (
        override("bo", "2026-01-06T09:00", "2026-01-08T09:00"),
        override("cy", "2026-01-07T09:00", "2026-01-07T12:00"),
    )
    spec = WEEKLY.changed(overrides=swaps)
    at = utc("2026-01-07 10:00")
    assert on_call(spec, at).people == ("cy",)
    assert on_call(spec, at + 4 * timedelta(hours=1)).people == ("bo",)


def test_an_override_to_nobody_is_a_declared_gap() -> None:
    """Somebody wrote it down, so it is intended."""
    swap = override("nobody", "2026-12-25T00:00", "2026-12-26T00:00")
    found = on_call(WEEKLY.changed(overrides=(swap,)), utc("2026-12-25 12:00"))
    assert (found.people, found.gap) == ((), GapKind.DECLARED)
    assert found.until_at == utc("2026-12-26 00:00")


def test_nobody_is_on_call_within_gaps_unless_an_override_says_so() -> None:
    """Weekends are free, but a volunteer is on call."""
    volunteer = override("di", "2026-01-10T10:00", "2026-01-10T12:00")
    weekend = hours(LONDON, "00:00-24:00", "sat", "sun")
    spec = WEEKLY.changed(gaps=(weekend,), overrides=(volunteer,))
    assert on_call(spec, utc("2026-01-10 09:00")).gap is GapKind.DECLARED
    assert on_call(spec, utc("2026-01-10 11:00")).people == ("di",)
    assert on_call(spec, utc("2026-01-11 23:59")).until_at == utc("2026-01-12 00:00")
    gaps = gaps_of(spec, utc("2026-01-09 00:00"), utc("2026-01-13 00:00"))
    assert [(h.begins_at, h.ends_at, h.declared) for h in gaps] == [
        (utc("2026-01-10 00:00"), utc("2026-01-10 10:00"), True),
        (utc("2026-01-10 12:00"), utc("2026-01-12 00:00"), True),
    ]


def test_every_gap_can_be_declared() -> None:
    """`gaps: declared` says that all uncovered time is intended."""
    office = rotation("monday 09:00", during=hours(LONDON, "09:00-17:00", "mon"))
    open_, meant = schedule(office), schedule(office, gaps_meant=True)
    at = utc("2026-01-07 12:00")
    assert (on_call(open_, at).gap, on_call(meant, at).gap) == (
        GapKind.UNDECLARED,
        GapKind.DECLARED,
    )
    week = (utc("2026-01-05 09:00"), utc("2026-01-12 09:00"))
    assert {gap.declared for gap in gaps_of(open_, *week)} == {False}
    assert {gap.declared for gap in gaps_of(meant, *week)} == {True}


def test_nobody_may_have_a_turn() -> None:
    """Their week is free on purpose."""
    spec = schedule(rotation("monday 09:00", people=("ana", "nobody")))
    assert on_call(spec, utc("2026-01-13 12:00")).gap is GapKind.DECLARED


def test_several_people_of_a_feed_are_on_call_together() -> None:
    """Their events overlap; local times use the schedule's zone."""
    spec = schedule()
    bookings = (
        Booking(datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 17), "ana"),  # noqa: DTZ001 - local
        Booking(utc("2026-07-01 10:00"), utc("2026-07-01 12:00"), "bo"),
    )
    found = on_call(spec, utc("2026-07-01 11:00"), bookings)
    assert found.people == ("ana", "bo")
    assert found.until_at == utc("2026-07-01 12:00")
    assert on_call(spec, utc("2026-07-01 07:59"), bookings).until_at == utc("2026-07-01 08:00")
