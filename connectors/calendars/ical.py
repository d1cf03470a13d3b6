"""Events of an iCalendar text: recurring ones unfolded, broken ones left out with a word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from models.schedule import FeedEvent

MOST_EVENTS = 20_000
_WORDS = 80


class NoCalendar(Exception):  # noqa: N818 - says what is
    """The text is no iCalendar: a login page, most likely, or nothing."""


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The events between two instants; `left_out` says what was, and why."""

    events: tuple[FeedEvent, ...]
    left_out: tuple[str, ...] = ()


def unfolded(text: str, start: datetime, end: datetime) -> Unfolded:
    """The events that touch the time from `start` to `end`. Raises NoCalendar."""
    from icalendar import Calendar  # noqa: PLC0415 - slow to load, and most schedules need none

    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except Exception as error:  # noqa: BLE001 - the parser fails in ways of its own on odd texts
        raise NoCalendar(type(error).__name__) from None
    if not calendars:
        raise NoCalendar("no VCALENDAR")
    found: list[FeedEvent] = []
    left_out: list[str] = []
    for calendar in calendars:
        for group in _series(calendar):
            try:
                found += _occurrences(calendar, group, start, end)
            except Exception as error:  # noqa: BLE001 - one event's trouble must not reach the others
                left_out.append(f"{_called(group[0])} ({type(error).__name__})")
            if len(found) > MOST_EVENTS:
                left_out.append(f"everything after {MOST_EVENTS} events")
                return Unfolded(tuple(found[:MOST_EVENTS]), tuple(left_out))
    return Unfolded(tuple(sorted(found, key=_order)), tuple(left_out))


def _order(event: FeedEvent) -> tuple[datetime, str]:
    return event.begins.replace(tzinfo=None), event.summary


def _series(calendar: Any) -> Iterator[list[Any]]:
    """The events of a calendar, those of one series together: a broken one spoils no other."""
    groups: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        groups.setdefault(str(event.get("UID") or number), []).append(event)
    yield from groups.values()


def _called(event: Any) -> str:
    words = " ".join(str(event.get("SUMMARY") or "an event without a summary").split())
    return words[:_WORDS]


def _occurrences(
    calendar: Any, group: list[Any], start: datetime, end: datetime
) -> Iterator[FeedEvent]:
    import recurring_ical_events  # noqa: PLC0415 - see above

    alone = calendar.copy()
    zones = [part for part in calendar.subcomponents if part.name == "VTIMEZONE"]
    alone.subcomponents = [*zones, *group]
    for event in recurring_ical_events.of(alone).between(start, end):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield _event(event)


def _event(event: Any) -> FeedEvent:
    begins, ends = _time(event.start), _time(event.end)
    if (begins.tzinfo is None) != (ends.tzinfo is None) or begins > ends:
        raise ValueError("ends before it begins")
    return FeedEvent(
        begins=begins,
        ends=ends,
        summary=" ".join(str(event.get("SUMMARY") or "").split()),
        emails=tuple(_emails(event.get("ATTENDEE"))),
    )


def _time(given: date) -> datetime:
    """An instant in UTC, or a local time where the event names no zone: all day, or floating."""
    if not isinstance(given, datetime):
        return datetime.combine(given, time())
    return given.astimezone(UTC) if given.tzinfo else given


def _emails(given: Any) -> Iterator[str]:
    entries: Iterable[Any] = given if isinstance(given, list) else [given] if given else ()
    for entry in entries:
        address = str(entry).strip()
        if address[:7].lower() == "mailto:":
            yield address[7:].strip().lower()
