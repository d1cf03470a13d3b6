"""Feeds as tools really write them, each with the people on call."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.feeds.ical import events_between
from models.compiled import Person
from models.people.schedule import FeedSpec
from rules.people.on_call.feed_events import people_meant

FEEDS = Path(__file__).parent / "feeds"
START, END = datetime(2026, 7, 5, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
PEOPLE = {
    "ana": Person(name="ana", email="ana@example.com"),
    "bo": Person(name="bo", email="bo@example.com"),
    "cy": Person(name="cy", email="cy@example.com"),
}
FEED = FeedSpec(name="shifts", names={"Dr. Cy": "cy"})

RIGHT: dict[str, list[str]] = {
    "zone-defined-in-the-file": [
        "bo 07-06 08:00 to 07-06 16:00 UTC",
        "bo 12-07 09:00 to 12-07 17:00 UTC",
    ],
    "attendee-without-mailto": [
        "bo 07-06 08:00 to 07-13 08:00 UTC",
        "cy 07-13 08:00 to 07-20 08:00 UTC",
    ],
    "same-uid": ["bo 07-06 08:00 to 07-06 16:00 UTC", "cy 07-07 08:00 to 07-07 16:00 UTC"],
    "unusable-x-wr-timezone": ["bo 07-06 08:00 to 07-06 16:00 UTC"],
    "byte-order-mark": ["bo 07-06 08:00 to 07-06 16:00 UTC"],
    "all-day-end-is-start": ["bo 07-06 00:00 to 07-07 00:00 local"],
    "odd-tzid": [
        "bo 07-06 07:00 to 07-06 11:00 UTC",
        "ana 07-07 18:00 to 07-07 19:00 UTC",
        "cy 07-08 20:00 to 07-08 21:00 UTC",
    ],
    "declined": ["bo 07-06 08:00 to 07-06 16:00 UTC"],
}


def shifts(name: str) -> list[str]:
    """Who is on call when, by a feed without any doubts."""
    read = events_between((FEEDS / f"{name}.ics").read_text(), START, END)
    assert (read.left_out, read.doubts) == ((), ())
    meant = people_meant(read.events, FEED, PEOPLE)
    assert meant.nobody == ()
    return [
        f"{who} {event.begins:%m-%d %H:%M} to {event.ends:%m-%d %H:%M} "
        f"{'UTC' if event.begins.tzinfo else 'local'}"
        for event, persons in meant.named
        for who in persons
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in FEEDS.glob("*.ics")))
def test_each_real_feed_is_read_as_expected(name: str) -> None:
    """A new file among the feeds needs its expected value here."""
    assert shifts(name) == RIGHT[name]
