"""The days of the page `/oncall`: local days of the schedule, each with who is on call."""

from datetime import UTC, datetime

from models.answers.on_call import GapShown, LocalTime, ScheduleShown, ShiftShown
from web.pages.oncall.calendar import Day, schedule_of
from web.pages.times import times_of

NOW = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)


def at(text: str) -> LocalTime:
    """An instant of March 2026, as `27 09:00`."""
    return LocalTime(at=datetime.fromisoformat(f"2026-03-{text.replace(' ', 'T')}Z"), local="")


def shift(person: str, begins: str, until: str, because: str = "rotation") -> ShiftShown:
    """Somebody is on call."""
    return ShiftShown(begins=at(begins), until=at(until), person=person, because=because)


def days(*shifts: ShiftShown, gaps: tuple[GapShown, ...] = ()) -> tuple[Day, ...]:
    """The days of a schedule in London from `NOW` on."""
    found = ScheduleShown(schedule="s", zone="Europe/London", shifts=shifts, gaps=gaps)
    return schedule_of(found, (), NOW, times_of(found.zone)).days


def told(day: Day) -> list[str]:
    """What a day says."""
    return [" ".join(filter(None, (s.when, s.who, s.why))) for s in day.spans]


def test_two_turns_of_one_person_are_one_span_and_an_override_stands_apart() -> None:
    """A whole day names no times."""
    first, second, *_ = days(
        shift("ana", "26 09:00", "27 09:00"),
        shift("ana", "27 09:00", "28 09:00"),
        shift("bo", "28 09:00", "28 12:00", "covers ana (ill)"),
        shift("ana", "28 12:00", "30 09:00"),
    )
    assert (first.today, told(first)) == (True, ["ana"])
    assert told(second) == ["00:00–09:00 ana", "09:00–12:00 bo covers ana (ill)", "12:00–24:00 ana"]


def test_the_day_on_which_clocks_change_is_a_local_day() -> None:
    """29 March has 23 hours in London, from midnight to midnight."""
    _, _, sunday, monday, *_ = days(shift("ana", "29 00:00", "29 23:00"))
    assert (sunday.date, told(sunday)) == ("2026-03-29", ["ana"])
    assert told(monday) == []


def test_gaps_say_whether_they_are_meant() -> None:
    """An undeclared one is an alarm."""
    gaps = (
        GapShown(begins=at("27 00:00"), until=at("27 12:00"), declared=True),
        GapShown(begins=at("27 12:00"), until=at("28 00:00"), declared=False),
    )
    first, *_ = days(gaps=gaps)
    assert told(first) == ["00:00–12:00 nobody on purpose", "12:00–24:00 nobody a gap"]
    assert [span.style for span in first.spans] == ["quiet", "alarm"]
