"""What an iCalendar text says between two instants."""

from datetime import UTC, datetime

import pytest

from connectors.feeds.ical import NoCalendar, events_between
from models.people.schedule import FeedEvent
from tests.fakes.feeds import ANA, BO, a_feed, a_shift

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
LONDON = "TZID=Europe/London"


def begun(text: str) -> list[tuple[str, str]]:
    """Who begins when, in UTC, or in local time if no zone is named."""
    return [(e.summary, f"{e.begins:%m-%d %H:%M %Z}".strip()) for e in _events(text)]


def _events(text: str) -> tuple[FeedEvent, ...]:
    return events_between(text, START, END).events


def test_events_between_two_instants_are_found() -> None:
    """They are in order and in UTC; events that end before or begin after are left out."""
    over = a_shift("cy", "20260201T090000Z", "20260208T090000Z")
    assert begun(a_feed(BO, ANA, over)) == [("ana", "03-01 09:00 UTC"), ("bo", "03-08 09:00 UTC")]


def test_a_rule_repeats_at_its_local_time_less_its_exceptions() -> None:
    """Summer time begins in between; one week is left out, one event was moved."""
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
    """The schedule knows its zone."""
    whole = "SUMMARY:ana|DTSTART;VALUE=DATE:20260302|DTEND;VALUE=DATE:20260304"
    floating = a_shift("bo", "20260305T090000", "20260305T170000")
    found = _events(a_feed(whole, floating))
    assert [event.begins.tzinfo for event in found] == [None, None]
    assert begun(a_feed(whole, floating)) == [("ana", "03-02 00:00"), ("bo", "03-05 09:00")]


def test_attendees_are_known_by_address() -> None:
    """Addresses are in lower case; other ways to name somebody are ignored."""
    text = a_feed(f"{ANA}|ATTENDEE;CN=Ana:mailto:Ana@Example.com|ATTENDEE:tel:+44")
    assert _events(text)[0].emails == ("ana@example.com",)
    assert _events(a_feed(f"{ANA}|ATTENDEE:MAILTO:ana@example.com"))[0].emails == (
        "ana@example.com",
    )


def test_a_cancelled_event_does_not_count() -> None:
    """It stays in the calendar, marked as cancelled."""
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
    """It is left out with a remark, or read as far as possible, never beyond that."""
    found = events_between(a_feed(ANA, broken, BO), START, END)
    named = [event.summary for event in found.events]
    assert [name for name in named if name != "cy"] == ["ana", "bo"]
    assert ("cy" in named) != any("cy" in words for words in found.left_out)


@pytest.mark.parametrize("text", ["", "<html>Please log in</html>", "BEGIN:VCALENDAR", "\0\1"])
def test_a_text_that_is_no_calendar_is_refused(text: str) -> None:
    """A login page is not an empty schedule."""
    with pytest.raises(NoCalendar):
        events_between(text, START, END)


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "(UTC+01:00) Amsterdam, Berlin, Rome", "../../etc/passwd", "UTC+99"]
)
def test_an_unknown_zone_is_local_time_and_is_reported(zone: str) -> None:
    """Somebody is paged, and a remark says that the hour may be wrong."""
    text = a_feed(f'SUMMARY:ana|DTSTART;TZID="{zone}":20260302T090000|DURATION:PT1H')
    read = events_between(text, START, END)
    assert [(e.begins.hour, e.begins.tzinfo) for e in read.events] == [(9, None)]
    assert read.doubts == (f"ana: no zone '{zone}', read as local time",)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        *(("W. Europe Standard Time", 8), ("/mozilla.org/20050126_1/Europe/Berlin", 8)),
        *(("UTC+2", 7), ("GMT-0330", 12), ("europe/london", 9), ("Etc/GMT-1", 8)),
    ],
)
def test_a_zone_is_known_by_the_names_that_tools_write(zone: str, hour: int) -> None:
    """They are names of Windows, names with prefixes, and fixed offsets."""
    text = a_feed(f"SUMMARY:ana|DTSTART;TZID={zone}:20260302T090000|DURATION:PT1H")
    assert [event.begins.hour for event in _events(text)] == [hour]


OWN = (
    "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:20200101T000000\r\n"
    "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    "DTSTART:20260310T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nDTSTART:20260320T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"
)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        *(("0310T0130", "03-10 00:30"), ("0310T0230", "03-10 01:30"), ("0310T0300", "03-10 01:00")),
        *(("0320T0159", "03-19 23:59"), ("0320T0230", "03-20 00:30"), ("0320T0300", "03-20 02:00")),
    ],
)
def test_a_zone_of_the_file_changes_when_it_says(local: str, utc: str) -> None:
    """A skipped time has the offset before the gap; of a repeated one, the first pass counts."""
    text = a_feed(f"SUMMARY:ana|DTSTART;TZID=Own:2026{local}00|DURATION:PT1H")
    assert begun(text.replace("BEGIN:VEVENT", OWN, 1)) == [("ana", f"{utc} UTC")]


def test_the_hours_of_a_duration_pass_and_its_days_are_those_of_the_calendar() -> None:
    """The event lasts over the night in which clocks go forward."""
    text = a_feed(
        *(f"SUMMARY:ana|DTSTART;{LONDON}:20260328T220000|DURATION:{d}" for d in ("PT8H", "P1D"))
    )
    assert [f"{e.ends:%d %H:%M}" for e in _events(text)] == ["29 06:00", "29 21:00"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        *(("bo@example.com", True), ("mailto:mailto:bo@example.com", True)),
        *(("<bo@example.com>", True), ("MAILTO: Bo@Example.com ", True)),
        *(("Bo Berg", False), ("urn:uuid:1@2", False), ("bo@", False)),
    ],
)
def test_an_address_is_one_however_it_is_written(written: str, *, address: bool) -> None:
    """It may have its scheme, none, or two."""
    (event,) = _events(a_feed(ANA + f"|ATTENDEE;CN=Bo:{written}"))
    assert event.emails == (("bo@example.com",) if address else ())
    (event,) = _events(a_feed(ANA + f'|ATTENDEE;EMAIL="{written}":urn:x'))
    assert event.emails == (("bo@example.com",) if address else ())


def test_the_newest_version_of_an_event_counts_beside_other_events_of_its_uid() -> None:
    """Some tools give every event the same UID."""
    older, newer = f"{ANA}|SEQUENCE:1", ANA.replace("ana", "cy") + "|SEQUENCE:2"
    text = a_feed(newer, older, BO)
    for number in range(3):
        text = text.replace(f"UID:{number}@", "UID:same@")
    assert [name for name, _ in begun(text)] == ["cy", "bo"]
