"""Reads the events of an iCalendar text: expands series, and reports events it has to leave out.

A series is expanded in the local time of its zone, as on a wall calendar. Only then the zone gives
the instants.

Every series first gets a small share of time and room. Only then the expensive ones are tried again
with more, so they cannot push the others out, wherever they stand in the text.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from connectors.feeds.attendees import attending
from connectors.feeds.lines import ZONE_PARAMETER, Components, NoCalendar, components
from connectors.feeds.observances import own_zone, zone_name
from connectors.feeds.series import Event, Odd, Series, event_of, series_of, shortened, summary_of
from connectors.feeds.zones import Zone, Zones, world
from models.base import LAST_YEAR
from models.people.schedule import FeedEvent

__all__ = ["FeedEvents", "NoCalendar", "Spent", "TooLong", "events_between"]

MOST_EVENTS = 10_000
MOST_IN_A_SERIES = 2_000
MOST_TOLD = 100
SUMMARY_BOUND = 300
MOST_TEXT = 4 * 1024 * 1024
"""The most characters of names and addresses together.

A short text can repeat long names any number of times, and a worker keeps all of them in memory.
"""
MOST_TEXT_IN_A_SERIES = MOST_TEXT // 16
"""So that one event cannot take the room of all others."""
_WORDS = 80
_DAY = timedelta(days=1)
_AROUND = timedelta(days=2)
_FIRST_YEAR = 10


@dataclass(frozen=True, slots=True)
class Share:
    """How much CPU time a series may take, and how many occurrences it may have."""

    seconds: float
    occurrences: int


SHARES = (Share(0.05, 400), Share(0.25, MOST_IN_A_SERIES), Share(1.0, MOST_IN_A_SERIES))
"""What a series gets at the first try, at the second, and at the last.

A shift that somebody works has some dozens of occurrences in a quarter of a year, and takes a few
milliseconds.
"""

SeriesGuard = Callable[[float], AbstractContextManager[None]]
"""Bounds the time that one part of the text takes; it raises TooLong, or Spent."""


class TooLong(Exception):  # noqa: N818 - says what is
    """Expanding a series takes longer than allowed, or gives too many occurrences."""


class Spent(Exception):  # noqa: N818 - says what is
    """The time or the room for the whole text is spent, so nothing further of it is tried."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A series, and the zones of the calendar that it is in."""

    series: Series
    zones: Zones
    recurs_in: Zone | None


@dataclass(slots=True)
class FeedEvents:
    """The events between two instants.

    `left_out` names events that were left out, and says why. `doubts` are about events that are
    there but may mean something else.
    """

    events: tuple[FeedEvent, ...]
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reader:
    """Reads the calendars of one text and collects remarks about them."""

    start: datetime
    end: datetime
    limit: SeriesGuard
    share: Share = SHARES[0]
    found: list[FeedEvent] = field(default_factory=list)
    said: int = 0
    left_out: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def read(self, calendars: Iterable[Components]) -> None:
        """Read the calendars. Raises Spent if not every series was tried."""
        parts = [part for calendar in calendars for part in self._parts(calendar)]
        # An event that does not recur costs next to nothing: no rule may keep it from being read.
        waiting = deque(sorted(parts, key=lambda part: part.series.recurs))
        for self.share in SHARES:
            waiting = self._round(waiting)
        for part in waiting:
            self._leave_out(part.series.called, TooLong())

    def _parts(self, calendar: Components) -> Iterator[_Part]:
        zones = Zones(dict(self._own_zones(calendar)))
        hint = next(iter(calendar.head.values("X-WR-TIMEZONE")), "")
        recurs_in = zones.find(hint) if hint else None
        for series in series_of(self._events(calendar)):
            yield _Part(series, zones, recurs_in)

    def _round(self, waiting: deque[_Part]) -> deque[_Part]:
        """Try these series with the present share; the result are those that need more.

        Only at the first round there must be time and room for all of them.
        """
        dear: deque[_Part] = deque()
        while waiting:
            if self._full and self.share is SHARES[0]:
                raise Spent
            if self._full:
                self.left_out.append(f"everything after {min(len(self.found), MOST_EVENTS)} events")
                return deque()
            part = waiting.popleft()
            try:
                waiting.extendleft(reversed(self._read_series(part)))
            except TooLong:
                dear.append(part)
            except Spent:
                if self.share is SHARES[0]:
                    raise
                return deque((*dear, part, *waiting))
        return dear

    def _read_series(self, part: _Part) -> list[_Part]:
        """Read a series; if that fails, leave out only the events for which it fails.

        The result is what remains to be read of it. Raises TooLong if it needs a larger share.
        """

        def failure(*events: Event) -> Exception | None:
            try:
                with self.limit(self.share.seconds):
                    found = self._occurrences(events, part.zones, part.recurs_in)
            except Spent:
                raise
            except Exception as error:  # One event's trouble must not reach the others.
                if isinstance(error, TooLong) and self.share is not SHARES[-1]:
                    raise
                return error
            if events == part.series.events:
                self._take(found)
            return None

        if (failed := failure(*part.series.events)) is None:
            return []
        first, *changes = part.series.events
        alone = failure(first) if changes else failed
        if alone:
            self._leave_out(first.called, alone)
            left = [Series((change,)) for change in changes]
        else:
            bad = {change: error for change in changes if (error := failure(first, change))}
            for error in bad.values() or (failed,):
                self._leave_out(f"a change of {first.called}", error)
            good = [change for change in changes if bad and change not in bad]
            left = [Series((first, *good))]
        return [replace(part, series=series) for series in left]

    @property
    def _full(self) -> bool:
        return len(self.found) >= MOST_EVENTS or self.said >= MOST_TEXT

    def _take(self, occurrences: list[FeedEvent]) -> None:
        before = self.said
        for event in occurrences:
            if self._full and self.share is SHARES[0]:
                raise Spent
            if self._full or self.said - before > MOST_TEXT_IN_A_SERIES:
                self.left_out.append(f"the last of {shortened(event.summary)}")
                return
            self.said += sum(map(len, (event.summary, *event.emails, *event.declined)))
            self.found.append(event)

    def _own_zones(self, calendar: Components) -> Iterator[tuple[str, Zone | None]]:
        for block in calendar.zones:
            if not calendar.names(zone_name(block)):
                continue
            try:
                with self.limit(SHARES[0].seconds):
                    found = own_zone(block)
            except Spent:
                raise
            except Exception as error:  # noqa: BLE001 - see above
                self._leave_out("a zone that it defines", error)
            else:
                yield found

    def _leave_out(self, what: str, error: Exception) -> None:
        told = str(error) if isinstance(error, Odd) else type(error).__name__
        why = "takes too long" if isinstance(error, TooLong) else told
        self.left_out.append(f"{what} ({why})")

    def _events(self, calendar: Components) -> Iterator[Event]:
        for number, block in enumerate(calendar.events):
            try:
                if not block.touches(self.start, self.end):
                    continue
                with self.limit(SHARES[-1].seconds):
                    found = event_of(block, number)
            except Spent:
                raise
            except Exception as error:  # noqa: BLE001 - the parser fails in ways of its own on odd texts
                self._leave_out(shortened("".join(block.values("SUMMARY")[:1])), error)
            else:
                yield found

    def _occurrences(
        self, events: tuple[Event, ...], zones: Zones, recurs_in: Zone | None
    ) -> list[FeedEvent]:
        first, recurs = events[0], any(event.recurs for event in events)
        zone = self._zone(first, zones)
        if recurs and recurs_in and _is_utc(first.read):
            # A tool with such a zone writes its local times in UTC and repeats them in local time.
            zone = recurs_in
        plain = [_naive(event.read, zone, zones) for event in events]
        alone = len(plain) == 1 and not recurs
        return [
            _event(event, zone)
            for event in (plain if alone else self._between(plain))
            if str(event.get("STATUS", "")).upper() != "CANCELLED"
        ]

    def _between(self, events: list[Any]) -> list[Any]:
        """The occurrences of a series around the time. Raises TooLong if there are too many."""
        import recurring_ical_events  # noqa: PLC0415 - slow to load, and most schedules need none
        from icalendar import Calendar  # noqa: PLC0415 - see above

        alone, most = Calendar(), self.share.occurrences
        alone.subcomponents = events
        since = (self.start - _AROUND).replace(tzinfo=None)
        until = (self.end + _AROUND).replace(tzinfo=None)
        found = recurring_ical_events.of(alone).between(since, until)
        occurrences = list(islice(found, most + 1))
        if len(occurrences) > most:
            raise TooLong
        return occurrences

    def _zone(self, event: Event, zones: Zones) -> Zone | None:
        """The zone of an event; None if its times are local to the reader."""
        if _is_utc(event.read):
            return world(UTC)
        name = event.read["DTSTART"].params.get(ZONE_PARAMETER)
        if name is None:
            return None
        zone = zones.find(name)
        if zone is None:
            self.doubts.append(f"{event.called}: no zone {name[:_WORDS]!r}, read as local time")
        return zone


def events_between(
    text: str, start: datetime, end: datetime, limit: SeriesGuard = lambda _: nullcontext()
) -> FeedEvents:
    """The events that touch the time from `start` to `end`.

    Raises NoCalendar, and Spent if it had to leave events out without a try.
    """
    reader = _Reader(start, end, limit)
    reader.read(components(text))
    touching = [e for e in reader.found if e.ends.tzinfo is None or start <= e.ends]
    touching = [e for e in touching if e.begins.tzinfo is None or e.begins <= end]
    return FeedEvents(
        tuple(sorted(touching[:MOST_EVENTS], key=_order)),
        tuple(dict.fromkeys(reader.left_out))[:MOST_TOLD],
        tuple(dict.fromkeys(reader.doubts))[:MOST_TOLD],
    )


def _order(event: FeedEvent) -> tuple[datetime, str]:
    return event.begins.replace(tzinfo=None), event.summary


def _is_utc(event: Any) -> bool:
    given = event["DTSTART"].dt
    return isinstance(given, datetime) and given.tzinfo is not None


def _naive(event: Any, zone: Zone | None, zones: Zones) -> Any:
    """The event in the local time of its series, for the library, which gets no zones."""
    plain = event.copy()
    plain.subcomponents = []
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in event:
            del plain[name]
            plain.add(name, _locally(event[name], zone, zones))
    for name in ("EXDATE", "RDATE"):
        if name in event:
            given = event[name] if isinstance(event[name], list) else [event[name]]
            del plain[name]
            plain.add(name, [at for dates in given for at in _all_locally(dates, zone, zones)])
    if "RRULE" in event:
        rules = event["RRULE"] if isinstance(event["RRULE"], list) else [event["RRULE"]]
        del plain["RRULE"]
        for rule in rules:
            plain.add("RRULE", _rule_locally(rule, zone))
    plain["UID"] = "one"
    _has_end(plain, event)
    return plain


def _has_end(plain: Any, event: Any) -> None:
    """Make an all-day event last at least its day, even if it says that it ends on it."""
    begins = plain["DTSTART"].dt
    ends = plain["DTEND"].dt if "DTEND" in plain else None
    if ends is not None and isinstance(begins, datetime) != isinstance(ends, datetime):
        raise ValueError("begins on a day and ends at a time, or the other way round")
    if ends is not None and ends < begins:
        raise ValueError("ends before it begins")
    if ends == begins and not isinstance(begins, datetime):
        del plain["DTEND"]
        plain.add("DTEND", begins + _DAY)
    lasts = event.get("DURATION")
    if ends is None and lasts is not None and isinstance(begins, datetime):
        # Its days are calendar days, its hours are hours that pass (RFC 5545, 3.3.6).
        plain["X-LASTS"] = str((lasts.dt - timedelta(days=lasts.dt.days)).total_seconds())


def _all_locally(dates: Any, zone: Zone | None, zones: Zones) -> Iterator[date]:
    for each in dates.dts:
        given = each.dt[0] if isinstance(each.dt, tuple) else each.dt
        yield _local_time(given, dates.params.get(ZONE_PARAMETER), zone, zones)


def _locally(given: Any, zone: Zone | None, zones: Zones) -> date:
    return _local_time(given.dt, given.params.get(ZONE_PARAMETER), zone, zones)


def _local_time(given: date, name: str | None, zone: Zone | None, zones: Zones) -> date:
    """The local time of a series; `name` is the zone in which the time is written."""
    given = _bounded(given)
    if not isinstance(given, datetime) or zone is None:
        return given.replace(tzinfo=None) if isinstance(given, datetime) else given
    if given.tzinfo:
        return zone.local(given)
    own = zones.find(name) if name else None
    return zone.local(own.instant(given)) if own and own is not zone else given


def _bounded(given: date) -> date:
    """The same, away from the ends of the calendar: beyond them no zone can be reckoned.

    Tools write the year 9999 for an event that never ends.
    """
    if _FIRST_YEAR <= given.year <= LAST_YEAR:
        return given
    first = given.year < _FIRST_YEAR
    return given.replace(*((_FIRST_YEAR, 1, 1) if first else (LAST_YEAR, 12, 31)))


def _rule_locally(rule: Any, zone: Zone | None) -> Any:
    local = rule.copy()
    until = [at for at in rule.get("UNTIL", []) if isinstance(at, date)]
    if until:
        local["UNTIL"] = [_local_time(until[0], None, zone, Zones({}))]
    return local


def _event(event: Any, zone: Zone | None) -> FeedEvent:
    begins, ends = _time(event.start, zone), _time(event.end, zone)
    if "X-LASTS" in event and zone:
        hours = timedelta(seconds=float(event["X-LASTS"]))
        ends = _time(event.end - hours, zone) + hours
    people = attending(event.get("ATTENDEE"))
    return FeedEvent(
        begins=begins,
        ends=max(begins, ends),
        summary=summary_of(event)[:SUMMARY_BOUND],
        emails=people.coming,
        declined=people.declined,
    )


def _time(given: date, zone: Zone | None) -> datetime:
    """An instant in UTC; a local time if the event names no zone (all day, or floating)."""
    if not isinstance(given, datetime):
        return datetime.combine(given, time())
    return zone.instant(given) if zone else given
