"""Who is on call at the edges: of hand-overs, years, feeds, and of the requested time."""

from datetime import datetime, timedelta

import pytest

from models.people.schedule import Booking, FeedSpec, GapKind, ScheduleSpec
from models.policy.sections.calendars import WEEK
from rules.zones.rotations import on_call, shifts_of
from tests.rules.schedules import LONDON, hours, override, rotation, schedule, utc

WEEKLY = schedule(rotation("monday 09:00"))
NIGHT = rotation("daily 20:00", people=("di",), during=hours(LONDON, "20:00-08:00", *WEEK))
LAYERS = schedule(rotation("monday 09:00"), NIGHT)


def told(spec: ScheduleSpec, start: str, end: str) -> list[tuple[str, str, str]]:
    """The shifts between two instants: who, from when, until when."""
    found = shifts_of(spec, utc(start), utc(end))
    return [(s.person, f"{s.begins_at:%m-%d %H:%M}", f"{s.ends_at:%m-%d %H:%M}") for s in found]


def test_hours_and_gaps_count_until_the_very_hand_over() -> None:
    """That includes the day of the hand-over before its time."""
    at = utc("2026-01-12 08:00")
    long = schedule(rotation("monday 09:00", during=hours(LONDON, "07:00-17:00", *WEEK)))
    assert on_call(long, at).people == ("ana",)
    assert on_call(long, at).until_at == utc("2026-01-12 09:00")
    early = WEEKLY.changed(gaps=(hours(LONDON, "07:00-08:30", "mon"),))
    assert on_call(early, at).gap is GapKind.DECLARED


@pytest.mark.parametrize(
    ("start", "end", "shift"),
    [
        ("2026-01-06 12:00", "2026-01-06 13:00", ("ana", "01-06 08:00", "01-06 20:00")),
        ("2026-01-06 08:00", "2026-01-06 20:00", ("ana", "01-06 08:00", "01-06 20:00")),
        ("2026-01-06 20:00", "2026-01-07 08:00", ("di", "01-06 20:00", "01-07 08:00")),
    ],
)
def test_a_shift_is_listed_whole_and_shifts_that_only_touch_are_not(
    start: str, end: str, shift: tuple[str, str, str]
) -> None:
    """Its ends are where other layers leave it, even if only a part was requested."""
    assert told(LAYERS, start, end) == [shift]


def test_the_person_whom_a_feed_names_is_on_call_by_that_feed() -> None:
    """The shift says which feed."""
    fed = schedule(feed=FeedSpec(name="rota"))
    at = utc("2026-07-01 11:00")
    found = on_call(fed, at, [Booking(at, at + timedelta(hours=1), "ana")])
    assert [duty.because for duty in found.duties] == ["feed rota"]


@pytest.mark.parametrize("length", [0, -1])
def test_an_event_without_a_length_is_nobodys_shift(length: int) -> None:
    """Nor is an event that ends before it begins."""
    at = utc("2026-01-06 12:00")
    bookings = [Booking(at, at + timedelta(hours=length), "zoe")]
    found = shifts_of(WEEKLY, at - timedelta(hours=3), at + timedelta(hours=3), bookings)
    assert [shift.person for shift in found] == ["ana"]
    assert found[0].ends_at == utc("2026-01-12 09:00")


def test_an_override_within_the_hour_that_never_comes_is_nobodys_shift() -> None:
    """The present shift goes on as one shift, not two."""
    swap = override("zoe", "2026-03-29T01:10", "2026-03-29T01:50")
    spec = WEEKLY.changed(overrides=(swap,))
    assert told(spec, "2026-03-29 00:00", "2026-03-29 03:00") == [
        ("cy", "03-23 09:00", "03-30 08:00")
    ]


def test_an_override_begins_and_ends_by_the_clocks_of_its_own_days() -> None:
    """From summer into the next year, nine in London is first eight in UTC, then nine."""
    swap = override("zoe", "2026-10-01T09:00", "2027-01-10T09:00")
    spec = WEEKLY.changed(overrides=(swap,))
    for at in ("2026-10-02 00:00", "2027-01-09 00:00"):
        assert told(spec, at, f"{at[:-1]}1") == [("zoe", "10-01 08:00", "01-10 09:00")]


def test_an_event_of_last_year_has_the_clocks_of_its_own_days() -> None:
    """Samoa skipped a day between then and now."""
    apia = schedule(zone="Pacific/Apia", feed=FeedSpec(name="rota"))
    long = Booking(datetime(2011, 12, 29, 12), datetime(2012, 1, 3, 12), "ana")  # noqa: DTZ001 - local
    found = on_call(apia, utc("2011-12-31 12:00"), [long])
    assert found.duties[0].since_at == utc("2011-12-29 22:00")
    assert found.until_at == utc("2012-01-02 22:00")
