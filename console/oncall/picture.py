"""Draws a calendar of who is on call: a row for each person, a column for each day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from models.answers.on_call import GapShown, OnCallQuestion, ScheduleShown
from rules.time.localtime import DAY, LocalClock, Open, midnight
from rules.zones.calendars import clock_between

FULL, PART, HOLE, MEANT, OFF = "█", "▌", "!", "-", " "
KEY = "█ on call  ▌ part of the time  ! nobody  - nobody, on purpose"
MOST_WEEKS = 8
"""The picture shows at most this many weeks; the table has all of them."""

_NAME = 16
_WIDE, _NARROW = 15, 28
"""How many days fit side by side, with four letters each or with two."""
_MONDAY = 0


def picture(roster: ScheduleShown, asked: OnCallQuestion) -> Iterator[str]:
    """Draw the calendar of a schedule in its own local time, at most 80 columns wide."""
    clock = clock_between(roster.zone, asked.start - 2 * DAY, asked.end + 2 * DAY)
    first = midnight(clock.wall(asked.start))
    last = midnight(clock.wall(asked.end - timedelta(seconds=1))) + DAY
    last = min(last, first + MOST_WEEKS * 7 * DAY)
    days = max(1, (last - first).days)
    columns = _WIDE if days <= _WIDE else _NARROW
    for begins in range(0, days, columns):
        shown = min(columns, days - begins)
        yield from [""] * (begins > 0)
        yield from _block(roster, clock, first + begins * DAY, shown, 4 if columns == _WIDE else 2)


def _block(
    roster: ScheduleShown, clock: LocalClock, first: datetime, days: int, letters: int
) -> Iterator[str]:
    dates = [first + number * DAY for number in range(days)]
    cells = [cell for day in dates for cell in _cells(clock, day, letters)]
    yield _line(f"{first:%b %Y}", "".join(_date(day, first, letters) for day in dates))
    yield _line("", "".join(f"{day:%a}"[: letters // 2].ljust(letters) for day in dates))
    shifts = roster.shifts
    for person in dict.fromkeys(shift.person for shift in shifts):
        spans = [(s.begins.at, s.until.at) for s in shifts if s.person == person]
        row = "".join(_filled(cell, spans) for cell in cells)
        if row.strip():
            yield _line(person, row)
    row = "".join(_empty(cell, roster.gaps) for cell in cells)
    if row.strip():
        yield _line("(nobody)", row)


def _date(day: datetime, first: datetime, letters: int) -> str:
    """The day of the month; if space is short, only Mondays and the first day have one."""
    crowded = letters == 2 and day != first and day.weekday() != _MONDAY  # noqa: PLR2004 - two letters
    return " " * letters if crowded else f"{day:%d}".ljust(letters)


def _line(name: str, row: str) -> str:
    shown = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    return f"  {shown:<{_NAME}} {row}".rstrip()


def _cells(clock: LocalClock, day: datetime, letters: int) -> list[Open]:
    """Split a local day into equal parts, as spans."""
    part = DAY / letters
    edges = [clock.instant(day + number * part) for number in range(letters + 1)]
    return list(pairwise(edges))


def _shared(cell: Open, spans: list[Open]) -> timedelta:
    shared = (min(cell[1], ends) - max(cell[0], begins) for begins, ends in spans)
    return sum((time for time in shared if time > timedelta()), timedelta())


def _filled(cell: Open, spans: list[Open]) -> str:
    shared = _shared(cell, spans)
    if not shared:
        return OFF
    return FULL if shared >= cell[1] - cell[0] else PART


def _empty(cell: Open, gaps: tuple[GapShown, ...]) -> str:
    missed = [(gap.begins.at, gap.until.at) for gap in gaps if not gap.declared]
    meant = [(gap.begins.at, gap.until.at) for gap in gaps if gap.declared]
    if _shared(cell, missed):
        return HOLE
    return MEANT if _shared(cell, meant) else OFF
