"""Who is on call, day by day, in the local time of each schedule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.answers.on_call import ScheduleShown
from models.answers.overrides import OverrideShown, OverrideStanding
from models.people.schedule import GapKind
from rules.people.on_call.words import is_override
from web.pages.times import Times

DAY = timedelta(days=1)
DAYS = 14
"""How many days from today the calendar shows."""
MOST_OF_A_DAY = 30
"""How many spans of one day are shown."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day: who is on call, and why if it is not by turn."""

    when: str
    who: str
    why: str
    style: str


class _Part(NamedTuple):
    """A shift or a gap."""

    begins: datetime
    until: datetime
    who: str
    why: str
    style: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    date: str
    name: str
    today: bool
    spans: tuple[Span, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Override:
    """An override of the schedule, in words; `open` if somebody can still end it."""

    id: str
    words: str
    when: str
    why: str
    by: str
    open: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as the page shows it."""

    name: str
    zone: str
    now: tuple[Span, ...]
    notes: tuple[str, ...]
    days: tuple[Day, ...]
    overrides: tuple[Override, ...]


def first_day(now: datetime) -> datetime:
    """From when on shifts must be known, so that every zone's today is whole."""
    return now - DAY


def last_day(now: datetime) -> datetime:
    """Until when shifts must be known."""
    return now + (DAYS + 1) * DAY


def schedule_of(
    found: ScheduleShown, overrides: tuple[OverrideShown, ...], now: datetime, times: Times
) -> Schedule:
    """A schedule, with its days from today on, in the zone of `times`."""
    zone = ZoneInfo(times.shown)
    today = now.astimezone(zone).date()
    own = (each for each in overrides if each.schedule == found.schedule)
    return Schedule(
        name=found.schedule,
        zone=times.shown,
        now=tuple(_now(found, zone)),
        notes=found.notes,
        days=tuple(_day(found, zone, today + n * DAY, today) for n in range(DAYS)),
        overrides=tuple(_override(each, zone) for each in own),
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M}"


def _now(found: ScheduleShown, zone: ZoneInfo) -> Iterator[Span]:
    for duty in found.on_call:
        until = f"until {_moment(duty.until.at, zone)}"
        yield Span(until, duty.person, _why(duty.because), "")
    if found.gap:
        until = f"until {_moment(found.changes.at, zone)}" if found.changes else ""
        declared = found.gap is GapKind.DECLARED
        yield Span(until, *_nobody(declared=declared))


def _why(because: str) -> str:
    return because if is_override(because) else ""


def _nobody(*, declared: bool) -> tuple[str, str, str]:
    return ("nobody", "on purpose", "quiet") if declared else ("nobody", "a gap", "alarm")


def _day(found: ScheduleShown, zone: ZoneInfo, day: date, today: date) -> Day:
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    ends = datetime.combine(day + DAY, time(), zone).astimezone(UTC)
    shifts = (_Part(s.begins.at, s.until.at, s.person, _why(s.because), "") for s in found.shifts)
    gaps = (_Part(s.begins.at, s.until.at, *_nobody(declared=s.declared)) for s in found.gaps)
    touching = _joined(p for p in (*shifts, *gaps) if p.begins < ends and p.until > begins)
    spans = tuple(_span(part, zone, begins, ends) for part in touching[:MOST_OF_A_DAY])
    return Day(
        date=day.isoformat(),
        name=f"{day:%a %d %b}",
        today=day == today,
        spans=spans,
        more=len(touching) - len(spans),
    )


def _joined(parts: Iterable[_Part]) -> list[_Part]:
    """The parts in order; one person's turn after their own is one part."""
    joined: list[_Part] = []
    for part in sorted(parts, key=lambda p: (p.begins, p.until)):
        last = joined[-1] if joined else None
        if last and last[1:] == (part.begins, *part[2:]):
            joined[-1] = last._replace(until=part.until)
        else:
            joined.append(part)
    return joined


def _span(part: _Part, zone: ZoneInfo, begins: datetime, ends: datetime) -> Span:
    since, until = max(part.begins, begins), min(part.until, ends)
    whole = since == begins and until == ends
    last = "24:00" if until == ends else f"{until.astimezone(zone):%H:%M}"
    when = "" if whole else f"{since.astimezone(zone):%H:%M}–{last}"
    return Span(when, part.who, part.why, part.style)


def _override(each: OverrideShown, zone: ZoneInfo) -> Override:
    whom = f"covers {each.covers}" if each.covers else "is on call instead"
    ended = f", ended by {each.ended_by}" if each.ended_by else ""
    return Override(
        id=each.id,
        words=f"{each.person} {whom}",
        when=f"{_moment(each.begins, zone)} until {_moment(each.until, zone)}",
        why=each.reason,
        by=f"made by {each.by}{ended}",
        open=each.standing is not OverrideStanding.OVER,
    )
