"""Calendars as people write them: `24x7`, `{ days: mon-fri, hours: 09:00-17:00 }`."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from models.base import Frozen
from models.policy.values.words import Text, alone, suggestion, within_years, wrong_value

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAY = "holiday"
SHORT: dict[str, dict[str, object]] = {"24x7": {}, "24x5": {"days": "mon-fri"}}
"""Calendars that are known by their usual name."""

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def short_day(word: str) -> str:
    """The short form of a day of the week: `monday` becomes `mon`."""
    return WEEK[LONG.index(word)] if word in LONG else word


def _days(given: Any) -> Any:
    words = given if isinstance(given, (list, tuple)) else str(given).split(",")
    days: list[str] = []
    for word in words:
        ends = (short_day(end.strip()) for end in str(word).lower().split("-"))
        days += _run_of_days("-".join(ends))
    return tuple(dict.fromkeys(days))


def _run_of_days(word: str) -> tuple[str, ...]:
    if word == "every":
        return WEEK
    first, dash, last = word.partition("-")
    known = (*WEEK, HOLIDAY)
    for name in (first, last) if dash else (first,):
        if name not in known:
            how = suggestion(name, ("every", *known))
            raise wrong_value(
                f"{name!r} is not a day", f"{how}; write mon-fri, [sat, sun] or every"
            )
    if not dash:
        return (first,)
    if HOLIDAY in (first, last):
        raise wrong_value(f"{word!r} is not a range of days", "write mon-fri")
    start, end = WEEK.index(first), WEEK.index(last)
    return WEEK[start : end + 1] if start <= end else WEEK[start:] + WEEK[: end + 1]


def _hours(given: Any) -> Any:
    items = [given] if isinstance(given, str) else given
    parts = (
        part for item in items for part in (item.split(",") if isinstance(item, str) else [item])
    )
    spans = []
    for item in parts:
        found = _HOURS.fullmatch(item.replace(" ", "")) if isinstance(item, str) else None
        if not found or (found[3] == "24" and found[4] != "00"):
            raise wrong_value(f"{item!r} are not hours", "write 09:00-17:00, or a list of such")
        spans.append((f"{found[1]}:{found[2]}", f"{found[3]}:{found[4]}"))
    return tuple(spans)


def _holidays(given: tuple[str, ...]) -> tuple[str, ...]:
    for word in given:
        if word[:1].isdigit() and not _DATE.fullmatch(word):
            raise wrong_value(
                f"{word!r} is not a date", "write 2026-12-24, or a region such as GB-ENG"
            )
    return given


Days = Annotated[tuple[str, ...], BeforeValidator(_days)]
"""Days of the week: `mon-fri`, `[sat, sun]`, `every`; `holiday` for public holidays."""

Hours = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_hours)]
"""Local hours: one span, or several."""


def _as_list(given: Any) -> Any:
    items = [given] if isinstance(given, str) else given or ()
    return [part.strip() for item in items for part in str(item).split(",")]


def _worked(given: Any) -> Any:
    """Dates, each with the day of the week whose hours it has; empty if none is given."""
    dates = dict(given) if isinstance(given, dict) else dict.fromkeys(_as_list(given), "")
    dates = {day: short_day(str(as_on).strip().lower()) for day, as_on in dates.items()}
    for day, as_on in dates.items():
        try:
            within_years(date.fromisoformat(str(day)), day)
        except ValueError as error:
            if isinstance(error, PydanticCustomError):
                raise
            raise wrong_value(
                f"{day!r} is not a date", "write 2026-10-10, or { 2026-10-10: fri }"
            ) from None
        if as_on and as_on not in WEEK:
            raise wrong_value(f"{as_on!r} is not a day", "write whose hours it has: mon, tue, ...")
    return dates


Worked = Annotated[dict[str, str], BeforeValidator(_worked)]
"""Days that people work although the week or a holiday says otherwise."""


class OpenEntry(Frozen):
    """When a calendar is open on some days."""

    days: Days = WEEK
    hours: Hours = (("00:00", "24:00"),)


class CalendarEntry(Frozen):
    """When time counts: days and hours, or several of both in `opens`; never on holidays.

    `zone` is an IANA name; without one, the policy's. `holidays` are regions (`GB-ENG`) and dates.
    A holiday counts only if `holiday` is among the days. `worked` are dates that count all the
    same, with the hours of the first day of the week that has some, or of the day that they map to.
    """

    zone: Text | None = None
    days: Days | None = None
    hours: Hours | None = None
    opens: Annotated[tuple[OpenEntry, ...], BeforeValidator(alone)] = ()
    holidays: Annotated[tuple[Text, ...], BeforeValidator(_as_list), AfterValidator(_holidays)] = (
        Field(default=())
    )
    worked: Worked = Field(default_factory=dict)

    @property
    def windows(self) -> tuple[OpenEntry, ...]:
        """When it is open; empty if it always is."""
        if self.opens:
            return self.opens
        given: dict[str, Any] = {"days": self.days, "hours": self.hours}
        said = {name: value for name, value in given.items() if value is not None}
        whole = OpenEntry()
        return (whole.changed(**said),) if said or self.holidays else ()

    @property
    def worked_as(self) -> dict[str, str]:
        """The dates that are worked, each with the day of the week whose hours it has."""
        days = {day for window in self.windows or (OpenEntry(),) for day in window.days}
        first = next((day for day in WEEK if day in days), WEEK[0])
        return {day: as_on or first for day, as_on in self.worked.items()}


def _short(given: Any) -> Any:
    if isinstance(given, str):
        if given not in SHORT:
            how = "write 24x7, 24x5 or { days: mon-fri, hours: 09:00-17:00 }"
            raise wrong_value(f"{given!r} is not a calendar", how)
        return SHORT[given]
    if isinstance(given, dict) and "opens" in given and {"days", "hours"} & set(given):
        raise wrong_value("days and hours are given twice", "put them into opens")
    return given


Calendar = Annotated[CalendarEntry, BeforeValidator(_short)]
"""A calendar: its usual name, or days, hours, zone and holidays."""
