"""Our reader agrees with another one (dateutil's rules, Python's zones) on generated feeds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.ical import events_between
from tests.examples import examples
from tests.fakes.feeds import a_feed

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
FORM = "%Y%m%dT%H%M%S"
AMSTERDAM = (
    "BEGIN:VTIMEZONE\r\nTZID:GMT\r\n"
    "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)
"""A zone as Outlook writes it, under a name that means another one in the world."""
ZONES = {
    "Europe/London": "Europe/London",
    "America/New_York": "America/New_York",
    "GMT": "Europe/Amsterdam",
    "/freeassociation.sourceforge.net/Asia/Kolkata": "Asia/Kolkata",
    "W. Europe Standard Time": "Europe/Berlin",
}
"""The zones that events name, and which these are."""


@dataclass(frozen=True)
class Written:
    """An event as it is written."""

    zone: str
    begins: datetime
    lasts: timedelta
    rule: str
    left_out: tuple[int, ...]

    @property
    def text(self) -> str:
        """Its lines."""
        zone = f';TZID="{self.zone}"'
        lines = [
            "SUMMARY:ana",
            f"DTSTART{zone}:{self.begins:{FORM}}",
            f"DTEND{zone}:{self.begins + self.lasts:{FORM}}",
            *([f"RRULE:{self.rule}"] if self.rule else []),
            *(f"EXDATE{zone}:{at:{FORM}}" for at in self.exceptions),
        ]
        return "|".join(lines)

    @property
    def exceptions(self) -> list[datetime]:
        """The occurrences that are left out, if the event recurs."""
        return [self.begins + timedelta(days=days) for days in self.left_out] if self.rule else []

    def occurrences(self) -> list[tuple[datetime, datetime]]:
        """The occurrences that the other reader finds."""
        zone = ZoneInfo(ZONES[self.zone])
        until = END.replace(tzinfo=None) + timedelta(days=5)
        walls = [self.begins]
        if self.rule:
            rule = rrulestr(self.rule, dtstart=self.begins)
            # An event happens when it begins, also where its rule would not say so.
            walls = sorted({self.begins, *rule.between(self.begins, until, inc=True)})
        spans = [
            tuple(at.replace(tzinfo=zone).astimezone(UTC) for at in (wall, wall + self.lasts))
            for wall in walls
            if wall not in self.exceptions
        ]
        return sorted((b, max(b, e)) for b, e in spans if e >= START and b <= END)


RULES = (
    *("", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,SU"),
    *("FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;COUNT=40", "FREQ=WEEKLY;UNTIL=20260430T000000"),
    *("FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=29,31", "FREQ=YEARLY"),
)
EVENTS = st.builds(
    Written,
    zone=st.sampled_from(list(ZONES)),
    begins=st.builds(
        lambda days, hours: datetime(2026, 1, 20) + timedelta(days=days, hours=hours),  # noqa: DTZ001 - a local time
        st.integers(0, 90),
        st.sampled_from([0, 0.5, 1, 1.5, 2, 2.5, 3, 8, 9, 17, 22, 23.5]),
    ),
    lasts=st.sampled_from([timedelta(hours=hours) for hours in (0.5, 1, 8, 10, 24, 168)]),
    rule=st.sampled_from(RULES),
    left_out=st.lists(st.integers(0, 60), max_size=4).map(tuple),
)


@examples(30)
@given(st.lists(EVENTS, min_size=1, max_size=2))
def test_a_generated_feed_is_read_as_another_reader_reads_it(events: list[Written]) -> None:
    """They have rules, exceptions and zones, and days on which clocks change."""
    text = a_feed(*(event.text for event in events)).replace(
        "BEGIN:VEVENT", f"{AMSTERDAM}BEGIN:VEVENT", 1
    )
    read = events_between(text, START, END)
    assert (read.left_out, read.doubts) == ((), ())
    wanted = sorted(span for event in events for span in event.occurrences())
    assert sorted((event.begins, event.ends) for event in read.events) == wanted
