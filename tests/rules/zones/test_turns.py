"""Whose turn it is does not depend on when somebody asks or on earlier changes of clocks."""

from datetime import datetime, timedelta

import pytest

from models.people.schedule import RotationSpec
from rules.zones.turns import turns
from tests.rules.schedules import rotation, utc

APIA = "Pacific/Apia"
"""It went from 29 to 31 December 2011."""
SHORT = timedelta(minutes=1)


def local(text: str) -> datetime:
    """The time on a clock on the wall."""
    return datetime.fromisoformat(text)


def told(spec: RotationSpec, start: str, end: str) -> list[tuple[str, str, str]]:
    """The shifts between two instants: who, from when, until when."""
    found = turns(spec, utc(start), utc(end))
    return [
        (t.person, f"{t.begins_at:%y-%m-%d %H:%M}", f"{t.ends_at:%y-%m-%d %H:%M}") for t in found
    ]


@pytest.mark.parametrize(
    ("hand_over", "starts"),
    [
        ("daily 00:00", "2011-12-27"),  # a day that never was
        ("daily 00:00", "2011-12-30"),  # it begins with that day
        ("daily 00:00", None),  # counted back from 2024
        ("daily 00:00, 23:30", "2011-12-27"),  # two shifts that never were, and one close before
        ("daily 03:15, 03:45", "2011-09-20"),  # clocks that jump past two, three times
        ("daily 03:15, 03:45", None),
    ],
)
def test_a_later_question_finds_the_same_people(hand_over: str, starts: str | None) -> None:
    """Nobody is skipped and nobody is doubled, however far away the first shift is."""
    spec = rotation(hand_over, APIA, starts=local(starts) if starts else None)
    shifts = list(turns(spec, utc("2011-09-22 12:00"), utc("2012-10-03 00:00")))
    first = spec.people.index(shifts[0].person)
    people = [spec.people[(first + number) % 3] for number in range(len(shifts))]
    assert [shift.person for shift in shifts] == people
    around = [s for s in shifts if s.begins_at.day in {1, 24, 25, 29, 30, 31}]
    for shift in (shifts[0], *around, shifts[-1]):
        assert list(turns(spec, shift.begins_at, shift.begins_at + SHORT)) == [shift]
        assert list(turns(spec, shift.ends_at - SHORT, shift.ends_at)) == [shift]


def test_a_person_who_took_over_in_the_first_of_two_hours_keeps_it_in_the_second() -> None:
    """London shows 01:05 twice on 25 October 2026; nobody hands over the second time."""
    spec = rotation("daily 01:20, 01:40")
    assert told(spec, "2026-10-25 01:05", "2026-10-25 01:50") == [
        ("bo", "26-10-25 00:40", "26-10-26 01:20")
    ]


def test_a_rotation_without_a_first_shift_begins_in_2024() -> None:
    """It begins on the first Monday of 2024."""
    spec = rotation("monday 09:00", starts=None)
    assert told(spec, "2023-12-31 00:00", "2024-01-08 09:00") == [
        ("cy", "23-12-25 09:00", "24-01-01 09:00"),
        ("ana", "24-01-01 09:00", "24-01-08 09:00"),
    ]


@pytest.mark.parametrize(
    ("hand_over", "starts", "first"),
    [
        ("monday 09:00", "2026-01-07", "26-01-12 09:00"),
        ("tue, fri 09:00", "2026-01-08", "26-01-09 09:00"),
        ("every 2w monday 09:00", "2026-01-07", "26-01-12 09:00"),
        ("every 3d 09:00", "2026-01-05T12:00", "26-01-06 09:00"),
        ("every 3d 09:00", "2026-01-05T09:00", "26-01-05 09:00"),
        ("every 36h 09:00", "2026-01-05T09:01", "26-01-06 09:00"),
    ],
)
def test_the_first_person_begins_with_the_first_hand_over_from_the_start_on(
    hand_over: str, starts: str, first: str
) -> None:
    """That is on its day and at its time; before it, nobody has a turn."""
    spec = rotation(hand_over, starts=local(starts))
    found = told(spec, "2025-12-01 00:00", "2026-01-13 00:00")
    assert found[0][:2] == ("ana", first)


@pytest.mark.parametrize("ends", ["2026-01-19T09:00", "2026-01-21T12:00"])
def test_nobody_has_a_turn_after_the_end(ends: str) -> None:
    """The last shift ends there; an end at a hand-over gives no further turn."""
    spec = rotation("monday 09:00", until=local(ends))
    found = list(turns(spec, utc("2026-01-06 00:00"), utc("2026-03-01 00:00")))
    assert found[-1].ends_at == utc(ends.replace("T", " "))
    assert [turn.person for turn in found] == ["ana", "bo", "cy"][: 3 if "21" in ends else 2]
    assert not list(turns(spec, utc("2026-02-02 00:00"), utc("2026-03-01 00:00")))


LONG = rotation("every 40w monday 09:00")
ELAPSED = rotation("every 12h from 2022-07-01T09:00", starts=None)
STARTED = rotation("every 36h 09:00", starts=local("2022-07-01"))
ENDING = rotation("every 5400h from 2026-10-01T09:00", starts=None, until=local("2027-04-15T09:00"))
WEEKS = rotation("monday 00:00", APIA, starts=local("2011-12-05"))


@pytest.mark.parametrize(
    ("spec", "at", "shift"),
    [
        (LONG, "2026-11-02 00:00", ("bo", "26-10-12 08:00", "27-07-19 08:00")),
        (LONG, "2027-03-02 00:00", ("bo", "26-10-12 08:00", "27-07-19 08:00")),
        (LONG, "2028-01-02 00:00", ("cy", "27-07-19 08:00", "28-04-24 08:00")),
        (ELAPSED, "2026-01-01 10:00", ("bo", "26-01-01 08:00", "26-01-01 20:00")),
        (STARTED, "2026-01-01 10:00", ("bo", "25-12-31 20:00", "26-01-02 08:00")),
        (ENDING, "2026-11-01 10:00", ("ana", "26-10-01 08:00", "27-04-15 08:00")),
        (WEEKS, "2012-01-01 06:00", ("ana", "11-12-26 10:00", "12-01-01 10:00")),
    ],
)
def test_a_shift_is_listed_whole_by_the_clocks_at_its_ends(
    spec: RotationSpec, at: str, shift: tuple[str, str, str]
) -> None:
    """An end may be in another year, when other rules held."""
    assert told(spec, at, f"{at[:-1]}1") == [shift]
