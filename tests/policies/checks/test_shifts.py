"""How long people are on call without a break, and how much rest they have."""

from tests.policies.compiling.test_schedules import PAGED, overlooked

DAYS = "rotation: { people: [ana, bo], hand_over: 'daily 09:00', zone: UTC, starts: 2026-01-05 }"
NIGHTS = (
    "layers: { day: { people: [ana, bo], hand_over: monday 09:00, hours: 09:00-21:00 }, "
    "night: { people: [bo, ana], hand_over: monday 09:00, hours: 21:00-09:00 } }"
)


def found(primary: str, *others: str) -> list[str]:
    """The problems of the schedule `primary` and of others with the same people."""
    text = PAGED + f"schedules:\n  primary: {{ {primary} }}\n"
    text += "".join(f"  other{n}: {{ {other} }}\n" for n, other in enumerate(others))
    return [said for said in overlooked(text) if "is on call for" in said or "of rest" in said]


def test_a_shift_that_is_longer_than_allowed_is_reported() -> None:
    """A shift of exactly the limit is fine; the first is named, the others are counted."""
    assert found(f"{DAYS}, longest: 24h") == []
    (ana, bo) = found(f"{DAYS}, longest: 23h")
    assert ": ana is on call for 1d from 2026-11-01 09:00 UTC by primary, and " in ana
    assert ana.endswith(" more times")
    assert ": bo is on call for 1d from 2026-11-02 09:00 UTC by primary, and " in bo


def test_shifts_that_follow_each_other_in_two_schedules_are_one() -> None:
    """Ana has the day in one schedule, and the next day in the other."""
    turned = DAYS.replace("[ana, bo]", "[bo, ana]")
    said = found(f"{DAYS}, longest: 24h", turned)
    assert any("by other0 and primary" in one for one in said)


def test_rest_is_counted_between_duties_of_any_schedule() -> None:
    """A day without duty is enough if a day of rest is asked, and too little if more is."""
    assert found(f"{DAYS}, rest: 24h") == []
    (ana, bo) = found(f"{DAYS}, rest: 25h")
    assert ": ana has 1d of rest from 2026-11-02 09:00 UTC on, before being on call again" in ana
    assert "by primary, and " in bo
    assert ": bo has 1d of rest" in bo


def test_a_change_from_nights_to_days_makes_one_long_shift() -> None:
    """The person with the nights takes over the days on Monday at nine, without a break."""
    said = found(f"{NIGHTS}, longest: 12h, rest: 11h")
    assert any("is on call for 1d from" in one for one in said)


def test_without_limits_nothing_is_reported() -> None:
    """A week on call is usual."""
    assert found(NIGHTS) == []
