"""What an iCalendar text says between two instants."""

from datetime import UTC, datetime

import pytest

from connectors.calendars.ical import NoCalendar, unfolded
from models.schedule import FeedEvent
from tests.fakes.feeds import ANA, BO, a_feed, a_shift

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
LONDON = "TZID=Europe/London"


def begun(text: str) -> list[tuple[str, str]]:
    """Who begins when, in UTC, or locally where no zone is named."""
    return [(e.summary, f"{e.begins:%m-%d %H:%M %Z}".strip()) for e in _events(text)]


def _events(text: str) -> tuple[FeedEvent, ...]:
    return unfolded(text, START, END).events


def test_events_between_two_instants_are_found() -> None:
    """In order, in UTC; those that end before or begin after are not."""
    over = a_shift("cy", "20260201T090000Z", "20260208T090000Z")
    assert begun(a_feed(BO, ANA, over)) == [("ana", "03-01 09:00 UTC"), ("bo", "03-08 09:00 UTC")]


def test_a_rule_repeats_at_its_local_time_less_its_exceptions() -> None:
    """Summer time begins in between; a week is left out, and one was moved."""
    text = a_feed(
        f"SUMMARY:ana|DTSTART;{LONDON}:20260302T090000|DTEND;{LONDON}:20260302T170000"
        f"|RRULE:FREQ=WEEKLY;BYDAY=MO|EXDATE;{LONDON}:20260316T090000"
    ).replace(
        "END:VCALENDAR",
        "BEGIN:VEVENT\r\nUID:0@example.com\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:bo\r\n"
        f"RECURRENCE-ID;{LONDON}:20260323T090000\r\nDTSTART;{LONDON}:20260323T120000\r\n"
        f"DTEND;{LONDON}:20260323T170000\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    assert begun(text) == [
        ("ana", "03-02 09:00 UTC"),
        ("ana", "03-09 09:00 UTC"),
        ("bo", "03-23 12:00 UTC"),
        ("ana", "03-30 08:00 UTC"),
        ("ana", "04-06 08:00 UTC"),
        ("ana", "04-13 08:00 UTC"),
    ]


def test_days_and_times_without_a_zone_stay_local() -> None:
    """Whose schedule it is knows which zone that is."""
    whole = "SUMMARY:ana|DTSTART;VALUE=DATE:20260302|DTEND;VALUE=DATE:20260304"
    floating = a_shift("bo", "20260305T090000", "20260305T170000")
    found = _events(a_feed(whole, floating))
    assert [event.begins.tzinfo for event in found] == [None, None]
    assert begun(a_feed(whole, floating)) == [("ana", "03-02 00:00"), ("bo", "03-05 09:00")]


def test_who_attends_is_known_by_address() -> None:
    """In small letters; other ways of naming somebody are left alone."""
    text = a_feed(f"{ANA}|ATTENDEE;CN=Ana:mailto:Ana@Example.com|ATTENDEE:tel:+44")
    assert _events(text)[0].emails == ("ana@example.com",)
    assert _events(a_feed(f"{ANA}|ATTENDEE:MAILTO:ana@example.com"))[0].emails == (
        "ana@example.com",
    )


def test_what_was_cancelled_does_not_count() -> None:
    """It stays in the calendar, struck out."""
    assert begun(a_feed(f"{ANA}|STATUS:CANCELLED", BO)) == [("bo", "03-08 09:00 UTC")]


@pytest.mark.parametrize(
    "broken",
    [
        "SUMMARY:cy|DTSTART:yesterday|DTEND:20260308T090000Z",
        "SUMMARY:cy|DTEND:20260308T090000Z",
        "SUMMARY:cy|DTSTART:20260302T090000Z|DTEND:20260303T090000Z|RRULE:FREQ=SOMETIMES",
        "SUMMARY:cy|DTSTART;TZID=Mars/Olympus:20260302T090000|DTEND:20260303T090000Z",
        "SUMMARY:cy|DTSTART:20260302T090000Z|DTEND;VALUE=DATE:20260304",
    ],
)
def test_a_malformed_event_does_not_cost_the_others(broken: str) -> None:
    """It is left out with a word, or read as well as can be; never more."""
    found = unfolded(a_feed(ANA, broken, BO), START, END)
    named = [event.summary for event in found.events]
    assert [name for name in named if name != "cy"] == ["ana", "bo"]
    assert ("cy" in named) != any("cy" in words for words in found.left_out)


@pytest.mark.parametrize("text", ["", "<html>Please log in</html>", "BEGIN:VCALENDAR", "\0\1"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    """A login page is not an empty schedule."""
    with pytest.raises(NoCalendar):
        unfolded(text, START, END)
