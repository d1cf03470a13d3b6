"""On-call schedules as people write them: rotations, layers, overrides, gaps, feeds."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from models.base import Frozen
from models.people.schedule import RotationHandOver
from models.policy.sections.calendars import WEEK, Days, Hours, short_day
from models.policy.values.durations import Period, format_duration, parse_duration, shortened
from models.policy.values.words import (
    Name,
    OnePerson,
    People,
    Text,
    alone,
    within_years,
    wrong_value,
)

DECLARED = "declared"
"""Instead of gaps: every gap of the schedule is intended."""

FEED = "feed:"

FORMS = (
    "monday 09:00",
    "mon, thu 17:00",
    "daily 12:00",
    "daily 08:00, 20:00",
    "every 3d 09:00",
    "every 2w monday 09:00",
    "every 3d from 2026-01-05T09:00",
    "every 12h from 2026-01-05T09:00",
    "every 1 month 09:00 (on the first)",
    "every 2 months on the 15th 09:00",
    "every 1 month from 2026-01-31T09:00",
)
"""Every form that a hand-over can take."""

_HOW = f"write one of: {'; '.join(FORMS)}"
SHORTEST = timedelta(minutes=15)
"""The shortest shift: the check looks at every hand-over of thirteen months."""
_DAY = timedelta(days=1)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIMES = re.compile(rf"(?P<days>.*?) ?(?P<at>{_TIME}(?:, ?{_TIME})*)")
_COMMA = re.compile(r", ?")
_MONTHS = re.compile(
    rf"(?:monthly|every (?:(?P<count>[0-9]{{1,2}}) )?months?)"
    rf"(?: on (?:the )?(?P<day>first|last|[0-9]{{1,2}})(?:st|nd|rd|th)?(?: day)?)?"
    rf"(?: (?:at )?(?P<at>{_TIME})| from (?P<since>.+))?"
)
_OF_EACH = re.compile(
    rf"(?:on )?(?:the )?(?P<day>first|last|[0-9]{{1,2}})(?:st|nd|rd|th)?(?: day)?"
    rf" of (?:the|each|every) month(?: (?:at )?(?P<at>{_TIME}))?"
)
_MOST_MONTHS = 12
_LONGEST = 300
LAST_DAY = 31
"""The last day of a month, however long it is."""
_EVERY = re.compile(
    rf"every (?P<every>[0-9][0-9wdhms]*)(?: (?P<day>[a-z]+))?"
    rf"(?: (?:at )?(?P<at>{_TIME})| from (?P<since>.+))"
)


def parse_hand_over(given: object) -> RotationHandOver:
    """The hand-over that a text means. Raises a ValueError that says what to write."""
    if isinstance(given, RotationHandOver):
        return given
    text = " ".join(given.split()).replace(" ,", ",") if isinstance(given, str) else ""
    if len(text) > _LONGEST:
        raise wrong_value("this is too long for a hand-over", _HOW)
    short = shortened(text)
    if short != text and _EVERY.fullmatch(short.lower()):
        raise wrong_value(f"{given!r} is not a hand-over", f"write {short}")
    monthly = _MONTHS.fullmatch(text) or _MONTHS.fullmatch(text.lower())
    if monthly:
        return _monthly(text, **monthly.groupdict())
    of_each = _OF_EACH.fullmatch(text.lower())
    if of_each:
        return _monthly(text, **of_each.groupdict())
    every = _EVERY.fullmatch(text) or _EVERY.fullmatch(text.lower())
    if every:
        return _every(every)
    found = _TIMES.fullmatch(text.lower())
    if not found or not found["days"]:
        raise wrong_value(f"{given!r} is not a hand-over", _HOW)
    at = tuple(sorted({time.strip() for time in found["at"].split(",")}))
    return RotationHandOver(days=_days(found["days"]), at=at)


def _days(text: str) -> tuple[str, ...]:
    if text == "daily":
        return WEEK
    words = _COMMA.split(text)
    named = {short_day(word) for word in words}
    strange = sorted(named - set(WEEK))
    if strange:
        raise wrong_value(f"{strange[0]!r} is not a day", _HOW)
    return tuple(day for day in WEEK if day in named)


def _every(found: re.Match[str]) -> RotationHandOver:
    length = parse_duration(found["every"])
    if not length:
        raise wrong_value("a shift must be longer than 0s", _HOW)
    if length < SHORTEST:
        least = format_duration(SHORTEST)
        raise wrong_value(f"a shift of {found['every']} is too short", f"write at least {least}")
    days = (_days(found["day"])[0],) if found["day"] else ()
    whole = not length % _DAY
    if days and (not whole or length % (7 * _DAY) or found["since"]):
        raise wrong_value(f"{found[0]!r} is not clear", "write every 2w monday 09:00")
    return RotationHandOver(
        days=days,
        at=(found["at"],) if found["at"] else (),
        every_days=length // _DAY if whole else None,
        elapsed=None if whole else length,
        since=local_time(found["since"]) if found["since"] else None,
    )


def _monthly(
    text: str,
    day: str | None = None,
    at: str | None = None,
    count: str | None = None,
    since: str | None = None,
) -> RotationHandOver:
    """So many months after the last, on a day of the month: the first if none is named."""
    named = {None: 1, "first": 1, "last": LAST_DAY}
    on = named[day] if day in named else int(day or 0)
    if not 1 <= on <= LAST_DAY:
        raise wrong_value(f"no month has day {on}", "write one of 1 to 31")
    every = int(count or 1)
    if not 1 <= every <= _MOST_MONTHS:
        raise wrong_value(f"{text!r} is too long for a shift", f"write 1 to {_MOST_MONTHS} months")
    if since and day:
        raise wrong_value(
            f"{text!r} gives the day twice", "write every 1 month from 2026-01-31T09:00"
        )
    first = local_time(since) if since else None
    return RotationHandOver(
        at=(f"{first:%H:%M}" if first else at or "00:00",),
        every_months=every,
        month_day=first.day if first else on,
        since=first,
    )


def parse_time(given: object) -> datetime:
    """A local time, or an instant if it has a zone. Raises a ValueError."""
    if isinstance(given, datetime):
        return given
    how = "write a local time such as 2026-12-24T09:00, or an instant such as 2026-12-24T09:00Z"
    try:
        at = datetime.fromisoformat(str(given).strip().replace(" ", "T"))
    except ValueError:
        raise wrong_value(f"{given!r} is not a time", how) from None
    within_years(at, given)
    return at


def local_time(given: object) -> datetime:
    """A date or local time, as the clock on the wall shows it. Raises a ValueError."""
    at = parse_time(given)
    if at.tzinfo is not None:
        how = "write it as the clock of the schedule shows it, such as 2026-01-05T09:00"
        raise wrong_value(f"{given!r} names a zone", how)
    return at


HandOverText = Annotated[RotationHandOver, BeforeValidator(parse_hand_over)]
"""When a rotation hands over, as its author writes it."""

TimeText = Annotated[datetime, BeforeValidator(parse_time)]
"""A local time (naive), or an instant."""

LocalText = Annotated[datetime, BeforeValidator(local_time)]
"""A date or local time (naive)."""


class WindowEntry(Frozen):
    """When something counts: while a calendar is open, or on days and hours of its own zone."""

    during: Name | None = None
    days: Days | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.during and (self.days or self.hours):
            raise wrong_value("when it counts is given twice", "write during, or days and hours")
        return self


class GapEntry(WindowEntry):
    """When nobody is on call, on purpose."""

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if not (self.during or self.days or self.hours):
            raise wrong_value(
                "this gap does not say when", "write { days: [sat, sun] }, or during: NAME"
            )
        return self


class RotationEntry(WindowEntry):
    """People who take turns. The first shift begins with the first hand-over after `starts`.

    `zone` is that of the hand-over and of `days` and `hours`: without one, the schedule's.
    """

    people: Annotated[People, Field(min_length=1)]
    hand_over: HandOverText
    zone: Text | None = None
    starts: LocalText | None = None
    until: LocalText | None = None

    @model_validator(mode="after")
    def _one_beginning(self) -> Self:
        if self.starts and self.hand_over.since:
            raise wrong_value(
                "the first shift is given twice", "write starts, or every ... from ..."
            )
        begins = self.starts or self.hand_over.since
        if begins and self.until and self.until <= begins:
            raise wrong_value("this rotation ends before it begins", "write a later until")
        return self


class ScheduleOverrideEntry(Frozen):
    """Who is on call instead, from and to local times of the schedule's zone, or instants."""

    who: Annotated[People, Field(min_length=1)]
    begins: TimeText = Field(alias="from")
    ends: TimeText = Field(alias="to")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        alike = (self.begins.tzinfo is None) == (self.ends.tzinfo is None)
        if not alike:
            raise wrong_value(
                "one time is local, the other an instant", "write both in the same way"
            )
        if self.ends <= self.begins:
            raise wrong_value("this override ends before it begins", "write to later than from")
        return self


class FeedEntry(Frozen):
    """A calendar feed by its name in the settings; `names` maps its names for people to people."""

    feed: Name
    names: dict[Text, OnePerson] = Field(default_factory=dict)


def _feed(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if not given.startswith(FEED) or given == FEED:
        raise wrong_value(f"{given!r} is not a feed", "write feed:NAME; its address is a setting")
    return {"feed": given.removeprefix(FEED)}


def _gaps(given: Any) -> Any:
    if given == DECLARED:
        return ()
    if not given:
        raise wrong_value("this names no gap", "write declared, or [{ days: [sat, sun] }]")
    return alone(given)


Feed = Annotated[FeedEntry, BeforeValidator(_feed)]
"""A feed: `feed:NAME`, or the long form with `names`."""

Gaps = Annotated[tuple[GapEntry, ...] | None, BeforeValidator(_gaps)]
"""When nobody is on call on purpose; empty if every gap is declared."""


class ScheduleEntry(Frozen):
    """Who is on call when: one `rotation`, several `layers`, or a feed (`ical`).

    The last of the layers that covers an instant counts, except in `gaps`. `overrides` count before
    all; the last one counts. `zone` is that of overrides and gaps, and of layers that name none;
    without it, that of the rotation, or else the policy's. Nobody should be on call for longer than
    `longest` without a break, by any schedules, nor again within `rest` after a shift of this one.
    """

    zone: Text | None = None
    rotation: RotationEntry | None = None
    layers: dict[Name, RotationEntry] = Field(default_factory=dict)
    ical: Feed | None = None
    overrides: Annotated[tuple[ScheduleOverrideEntry, ...], BeforeValidator(alone)] = ()
    gaps: Gaps = None
    longest: Period | None = None
    rest: Period | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        said = [key for key in ("rotation", "layers", "ical") if getattr(self, key)]
        if len(said) != 1:
            what = f"{said[0]} and {said[1]} are two schedules" if said else "nobody is on call"
            raise wrong_value(
                what, "write one of rotation: {...}, layers: {...} or ical: feed:NAME"
            )
        return self
