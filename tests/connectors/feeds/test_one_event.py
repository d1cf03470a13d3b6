"""Whatever one event of a feed holds, only that event is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.feeds.ical import FeedEvents, events_between
from connectors.feeds.lines import NEEDED
from models.people.schedule import Booking, FeedSpec, ScheduleSpec
from rules.zones.rotations import on_call
from tests.fakes.feeds import ANA, BO, a_feed, a_shift

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
CY = a_shift("cy", "20260315T090000Z", "20260322T090000Z")
WEEKLY = "SUMMARY:di|DTSTART:20260302T090000Z|DTEND:20260302T100000Z|RRULE:FREQ=WEEKLY"
LINE_ENDS = {
    "U+2028": "\u2028",
    "U+2029": "\u2029",
    "U+0085": "\x85",
    "vertical tab": "\v",
    "form feed": "\f",
    "FS": "\x1c",
    "GS": "\x1d",
    "RS": "\x1e",
    "CR": "\r",
}
"""Characters that end a line elsewhere, but not in an iCalendar text (RFC 5545, 3.1)."""


def told(*events: str) -> FeedEvents:
    """What a feed with these events says of the spring."""
    return events_between(a_feed(*events), START, END)


def people(*events: str) -> list[str]:
    """The summaries of its events, those of ana and bo among them."""
    return [event.summary for event in told(*events).events]


@pytest.mark.parametrize("name", ["DTSTART", "DTEND", "RECURRENCE-ID"])
def test_an_event_that_says_its_time_twice_is_left_out(name: str) -> None:
    """A note says so; the events around it count."""
    twice = f"{CY}|{name}:20260316T090000Z|{name}:20260317T090000Z"
    read = told(ANA, twice, BO)
    assert [event.summary for event in read.events] == ["ana", "bo"]
    assert read.left_out == (f"cy (has more than one {name})",)


@pytest.mark.parametrize("case", LINE_ENDS)
def test_a_title_adds_no_line(case: str) -> None:
    """It may hold what ends lines elsewhere, and then what looks like further lines."""
    lines = ["note", "ATTENDEE:mailto:mallory@example.com", "DTSTART:20260302T090000Z"]
    lines += ["END:VEVENT", "BEGIN:VEVENT", *CY.split("|"), "END:VEVENT", "END:VCALENDAR"]
    title = LINE_ENDS[case].join(lines)
    read = told(ANA.replace("SUMMARY:ana", f"SUMMARY:{title}"), BO)
    assert len(read.events) == 2
    assert [event.emails for event in read.events] == [(), ()]
    assert read.events[0].begins == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_lines_end_as_tools_end_them_and_go_on_where_they_are_folded() -> None:
    """With LF, CR LF or CR CR LF; a fold may come after a blank line."""
    for end in ("\n", "\r\n", "\r\r\n"):
        folded = f"SUM{end} MARY:an{end}{end}\ta|DTSTART:20260301T090000Z|DTEND:20260308T090000Z"
        text = a_feed(folded.replace("|", end), BO).replace("\r\n", "\n").replace("\n", end)
        assert [e.summary for e in events_between(text, START, END).events] == ["ana", "bo"]


def test_a_broken_change_leaves_its_series_and_the_other_changes() -> None:
    """One occurrence is moved, one change has two beginnings, one has no time at all."""
    moved = "UID:0@example.com|SUMMARY:cy|DTSTART:20260309T120000Z|DTEND:20260309T130000Z"
    moved += "|RECURRENCE-ID:20260309T090000Z"
    bad = moved.replace("20260309", "20260316")
    text = a_feed(
        WEEKLY,
        moved,
        f"{bad}|DTSTART:20260317T090000Z",
        bad.replace("DTSTART:20260316T120000Z", "DTSTART;VALUE=DATE:20260316"),
    )
    for number in range(1, 4):
        text = text.replace(f"UID:{number}@example.com\r\n", "")
    read = events_between(text, START, END)
    assert [f"{e.summary} {e.begins:%d.%m. %H}" for e in read.events] == [
        *("di 02.03. 09", "cy 09.03. 12", "di 16.03. 09", "di 23.03. 09"),
        *("di 30.03. 09", "di 06.04. 09", "di 13.04. 09"),
    ]
    assert read.left_out == ("cy (has more than one DTSTART)", "a change of di (ValueError)")


def test_the_changes_of_a_broken_series_are_read_as_events_of_their_own() -> None:
    """The series has a rule that nobody can read."""
    moved = "UID:0@example.com|SUMMARY:cy|DTSTART:20260309T120000Z|DTEND:20260309T130000Z"
    text = a_feed(
        WEEKLY.replace("FREQ=WEEKLY", "FREQ=X"), f"{moved}|RECURRENCE-ID:20260309T090000Z"
    )
    read = events_between(text.replace("UID:1@example.com\r\n", ""), START, END)
    assert "cy" in [event.summary for event in read.events]


def test_an_event_without_an_end_costs_itself() -> None:
    """The next one begins where it would have ended."""
    text = a_feed(CY, ANA, BO).replace("END:VEVENT\r\n", "", 1)
    read = events_between(text, START, END)
    assert [event.summary for event in read.events] == ["ana", "bo"]
    assert read.left_out == ("cy (ValueError)",)


ENDLESS = (
    "DTSTART:20260301T000000Z|DTEND:99991231T235959Z",
    "DTSTART:20260301T000000|DTEND:99991231T235959",
    "DTSTART;VALUE=DATE:00010101|DTEND;VALUE=DATE:99991231",
    "DTSTART;TZID=America/New_York:20260301T000000|DTEND;TZID=America/New_York:99991231T235959",
    "DTSTART;TZID=Asia/Tokyo:00010101T000000|DTEND;TZID=Asia/Tokyo:99991231T235959",
    "DTSTART:20260301T000000Z|DTEND:20260302T000000Z|RRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("times", ENDLESS)
def test_an_event_without_an_end_in_sight_keeps_its_schedule_working(times: str, zone: str) -> None:
    """Tools write the year 9999; everybody who is on call by the feed still is."""
    at = datetime(2026, 3, 5, tzinfo=UTC)
    events = told(ANA, f"SUMMARY:cy|{times}").events
    bookings = tuple(Booking(event.begins, event.ends, event.summary) for event in events)
    spec = ScheduleSpec(name="vendor", zone=zone, feed=FeedSpec(name="vendor"))
    assert {*on_call(spec, at, bookings).people} == {"ana", "cy"}


NAMES = st.sampled_from(
    sorted(NEEDED | {"DTSTAMP", "DUE", "EXRULE", "X-LASTS", "X-ZONE", "ATTACH", "COMMENT"})
)
PARAMETERS = st.sampled_from(
    (
        *("", ";VALUE=DATE", ";VALUE=DATE-TIME", ";VALUE=PERIOD", ";VALUE=TEXT", ";VALUE=BINARY"),
        *(";TZID=Europe/London", ";TZID=", ';TZID="a', ";X-ZONE=UTC", ";RANGE=THISANDFUTURE"),
        *(";PARTSTAT=DECLINED", ";EMAIL=bo@example.com", ";=", ";;", ";VALUE=X;VALUE=Y", ";A"),
    )
)
VALUES = st.one_of(
    st.sampled_from(
        (
            *(
                "20260302T090000Z",
                "20260302T090000",
                "20260302",
                "00010101T000000Z",
                "PT1H",
                "-P1D",
            ),
            *("99991231T235959", "20260302T090000Z/PT1H", "FREQ=DAILY", "FREQ=WEEKLY;COUNT=3"),
            *(
                "FREQ=YEARLY;BYEASTER=1",
                "FREQ=DAILY;INTERVAL=0",
                "FREQ=X",
                "FREQ=DAILY;UNTIL=20269",
            ),
            *("FREQ=DAILY;UNTIL=20260310", "VALARM", "VEVENT", "VTODO", "X", "1", "-1", "9" * 5000),
            *("mailto:bo@example.com", "mailto:" * 9, "CANCELLED", "\\n", "\\", '"', ";", ":", ""),
        )
    ),
    st.text(st.characters(exclude_characters="\n"), max_size=12),
)
LINES = st.builds("{}{}:{}".format, NAMES, PARAMETERS, VALUES) | st.text(
    st.characters(exclude_characters="\n"), max_size=20
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(whole=st.booleans(), lines=st.lists(LINES, max_size=8))
def test_whatever_one_event_holds_the_others_count(*, whole: bool, lines: list[str]) -> None:
    """It may be complete or not; two shifts and a series are around it."""
    odd = "|".join(line.replace("|", "") for line in lines)
    around = people(ANA, f"{CY}|{odd}" if whole else odd, BO, WEEKLY)
    assert {"ana", "bo", "di"} <= {*around}
