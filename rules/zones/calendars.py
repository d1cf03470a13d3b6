"""What a calendar says between two instants, by the zone and holiday data of this machine.

This data changes over the years, so its answers are recorded as slices, and nothing recorded is
looked up again. This is the only file of the rules that reads the data, and workflows may not
import it.

Local times follow the rules of `rules.time.localtime`. If a window begins or ends at a local time
that comes twice, the first one counts; if the time never comes, the instant of the jump counts. A
window over midnight belongs to the day on which it begins, and is open into a day off. Overlapping
windows of a day are one; the first window of a day begins when the last one of the day before is
over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays

from models.policy.sections.calendars import HOLIDAY, WEEK
from models.policy.values.words import suggestion
from models.time.calendar import (
    LOCAL,
    CalendarSlice,
    CalendarSpec,
    ClockChange,
    LocalTimes,
    OpenHours,
)
from rules.time.localtime import DAY, LocalClock, Open, at_time, midnight

_STEP = timedelta(hours=12)
"""No zone has ever changed its clocks twice within this time."""

_ALL_DAYS = OpenHours(days=WEEK)


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def zone_known(name: str) -> bool:
    """Whether there is a time zone of that name."""
    return name in zones()


def local_spec(zone: str) -> CalendarSpec:
    """The calendar of the days of a zone: always open, every day worked."""
    return CalendarSpec(name=LOCAL, zone=zone)


def unknown_region(code: str) -> str | None:
    """What to write instead of an unknown region or date; None if calendars know it."""
    if code[:1].isdigit():
        return None if _date(code) else "write a day that exists, such as 2026-12-24"
    known = holidays.list_supported_countries(include_aliases=False)
    country, dash, part = code.partition("-")
    if country not in known:
        return _country_meant(country, tuple(known), f"{dash}{part}")
    if not dash or part in known[country]:
        return None
    if not known[country]:
        return f"write {country}; its holidays are the same everywhere"
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    meant = [code for code, names in aliases.items() if part in names]
    names = [f"{country}-{name}" for name in known[country]]
    return f"did you mean {country}-{meant[0]}?" if meant else suggestion(code, names)


def _country_meant(country: str, known: tuple[str, ...], rest: str) -> str:
    if country in holidays.list_supported_countries():
        return f"did you mean {holidays.country_holidays(country).country}{rest}?"
    if country.upper() in known:
        return f"did you mean {country.upper()}{rest.upper()}?"
    return "write the ISO 3166 code of a country or of a part of it, such as US or GB-ENG"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def _holidays_of(region: str, year: int) -> frozenset[date]:
    country, _, part = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def _is_holiday(spec: CalendarSpec, day: datetime) -> bool:
    of_day = day.date()
    return any(
        of_day == _date(word) if word[:1].isdigit() else of_day in _holidays_of(word, day.year)
        for word in spec.holidays
    )


def holidays_between(spec: CalendarSpec, since: datetime, until: datetime) -> tuple[date, ...]:
    """The local days between two instants that a holiday takes out of the calendar's week."""
    zone = ZoneInfo(spec.zone)
    first, last = (midnight(at.astimezone(zone).replace(tzinfo=None)) for at in (since, until))
    days = (first + number * DAY for number in range((last - first).days + 1))
    on_holidays = any(HOLIDAY in entry.days for entry in spec.opens)
    week = {kind for entry in spec.opens or (_ALL_DAYS,) for kind in entry.days}
    return tuple(
        day.date()
        for day in days
        if not on_holidays
        and WEEK[day.weekday()] in week
        and f"{day:%Y-%m-%d}" not in spec.worked
        and _is_holiday(spec, day)
    )


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _changed_at(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset changes between two instants."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offsets(zone: ZoneInfo, since: datetime, until: datetime) -> tuple[tuple[datetime, int], ...]:
    at, seconds = since, _offset(zone, since)
    found = [(at, seconds)]
    while at < until:
        later = min(at + _STEP, until)
        then = _offset(zone, later)
        if then != seconds:
            changed_at = _changed_at(zone, at, later)
            found.append((changed_at, _offset(zone, changed_at)))
        at, seconds = later, then
    return tuple(found)


@cache
def _of_year(zone: str, year: int) -> tuple[tuple[datetime, int], ...]:
    begins = datetime(year, 1, 1, tzinfo=UTC)
    return _offsets(ZoneInfo(zone), begins, begins.replace(year=year + 1))


def clock_between(zone: str, since: datetime, until: datetime) -> LocalClock:
    """The local clock of a zone, correct from the year of `since` to that of `until`.

    Raises KeyError if the zone is unknown.
    """
    years = range(since.astimezone(UTC).year, until.astimezone(UTC).year + 1)
    return _clock_of_years(zone, years.start, years.stop)


@lru_cache(maxsize=512)
def _clock_of_years(zone: str, first: int, end: int) -> LocalClock:
    offsets: list[tuple[datetime, int]] = []
    for year in range(first, end):
        of_year = _of_year(zone, year)
        offsets += of_year[1:] if offsets and offsets[-1][1] == of_year[0][1] else of_year
    return LocalClock(tuple(offsets))


def local_times(zone: str, since: datetime, until: datetime) -> LocalTimes:
    """What the clock of a zone shows between two instants, with its names.

    Raises KeyError if the zone is unknown.
    """
    there = ZoneInfo(zone)
    changes = tuple(
        ClockChange(
            at=at, ahead=timedelta(seconds=seconds), name=at.astimezone(there).tzname() or ""
        )
        for at, seconds in _offsets(there, since.astimezone(UTC), until.astimezone(UTC))
    )
    return LocalTimes(zone=zone, changes=changes, valid_until=until)


def joined_spans(spans: Iterable[Open]) -> list[Open]:
    """Ordered spans, with overlapping or touching ones joined and empty ones left out."""
    apart: list[Open] = []
    for begins_at, ends_at in spans:
        if begins_at == ends_at:
            continue
        if apart and begins_at <= apart[-1][1]:
            begun_at, ended_at = apart.pop()
            apart.append((begun_at, max(ended_at, ends_at)))
        else:
            apart.append((begins_at, ends_at))
    return apart


@dataclass(frozen=True)
class _Days:
    """The days of a calendar, by the local clock of its zone."""

    spec: CalendarSpec
    clock: LocalClock
    first: datetime
    last: datetime

    def _hours(self, day: datetime) -> list[tuple[str, str]]:
        kind = self.spec.worked.get(f"{day:%Y-%m-%d}") if self.spec.worked else None
        kind = kind or (HOLIDAY if _is_holiday(self.spec, day) else WEEK[day.weekday()])
        entries = self.spec.opens or (_ALL_DAYS,)
        return [hours for entry in entries if kind in entry.days for hours in entry.hours]

    def _each(self, first: datetime) -> Iterator[datetime]:
        while first < self.last:
            yield first
            first += DAY

    def _windows_on(self, day: datetime) -> list[Open]:
        spans = sorted(
            (
                self.clock.instant(at_time(day, opens)),
                self.clock.instant(at_time(day if closes > opens else day + DAY, closes)),
            )
            for opens, closes in self._hours(day)
        )
        return joined_spans(spans)

    def windows(self) -> Iterator[Open]:
        """Its windows, in order and apart; the first may begin on the day before."""
        over_at = None
        for day in self._each(self.first - DAY):
            for opens_at, closes_at in self._windows_on(day):
                begins_at = max(opens_at, over_at) if over_at else opens_at
                if begins_at < closes_at:
                    yield begins_at, closes_at
                    over_at = closes_at

    def worked(self) -> list[Open]:
        """Its working days; days that touch are one span."""
        return joined_spans(
            (self.clock.instant(day), self.clock.instant(day + DAY))
            for day in self._each(self.first)
            if self._hours(day)
        )


def slice_of(spec: CalendarSpec, start: datetime, end: datetime, as_of: datetime) -> CalendarSlice:
    """What a calendar says from `start` to `end`, extended to whole local days.

    `as_of` is the instant of the calculation. Windows that begin before the slice or end after it
    are given whole.

    Raises KeyError if the zone is unknown, and NotImplementedError if a region is; check with
    `zone_known` and `unknown_region` first.
    """
    zone = ZoneInfo(spec.zone)
    around = _offsets(zone, start.astimezone(UTC) - 3 * DAY, end.astimezone(UTC) + 3 * DAY)
    clock = LocalClock(around)
    first = midnight(clock.wall(start))
    last = midnight(clock.wall(end)) + DAY
    since, until = clock.instant(first), clock.instant(last)
    always = not spec.opens and not spec.holidays
    days = _Days(spec, clock, first, last)
    within = tuple((at, seconds) for at, seconds in around if since < at < until)
    return CalendarSlice(
        calendar=spec.name,
        zone=spec.zone,
        as_of=as_of,
        valid_from=since,
        valid_until=until,
        opens=((since, until),)
        if always
        else tuple(window for window in days.windows() if window[1] > since),
        days=((since, until),) if always else tuple(days.worked()),
        offsets=((since, _offset(zone, since)), *within),
    )
