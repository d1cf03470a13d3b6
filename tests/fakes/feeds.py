"""Texts of calendar feeds as other tools write them, and a reader in this process."""

from datetime import datetime

from connectors.feeds.ical import FeedEvents, NoCalendar, events_between
from connectors.feeds.readings import Unreadable


async def read_here(text: str, start: datetime, end: datetime) -> FeedEvents:
    """Reads a text at once, in a place where nothing can kill the reader."""
    try:
        return events_between(text, start, end)
    except NoCalendar:
        raise Unreadable("is no calendar") from None


def a_feed(*events: str, zone: str = "") -> str:
    """A calendar with these events; a bar separates their lines."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//On call//EN"]
    if zone:
        head.append(f"X-WR-TIMEZONE:{zone}")
    lines = [*head]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@example.com", "DTSTAMP:20260101T000000Z"]
        lines += [*event.split("|"), "END:VEVENT"]
    return "\r\n".join((*lines, "END:VCALENDAR", ""))


def a_shift(who: str, begins: str, ends: str, *more: str) -> str:
    """An event: `20260301T090000Z` to another such time."""
    return "|".join((f"SUMMARY:{who}", f"DTSTART:{begins}", f"DTEND:{ends}", *more))


ANA = a_shift("ana", "20260301T090000Z", "20260308T090000Z")
BO = a_shift("bo", "20260308T090000Z", "20260315T090000Z")
