"""The components of an iCalendar text, before anything in them is understood.

A component that is broken spoils no other, and what lies outside of the time in question is not
looked at: to understand an event takes a thousand times as long as to find it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MARGIN = timedelta(days=3)
"""Dates are compared without their zones, all-day events without their last day."""
ZONE_PARAMETER = "X-ZONE"
"""What we call TZID: its zones are found by us, not by the library that reads the rest."""

_FOLD = re.compile(r"\r?\n[ \t]")
_TZID = re.compile(
    r"^((?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[^;:=\"]+=(?:\"[^\"]*\"|[^;:\"]*))*?;)TZID=",
    re.IGNORECASE,
)
_DATE = re.compile(r"^(DTSTART|DTEND)[^:\"]*:([0-9]{8})", re.IGNORECASE)
_REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")


class NoCalendar(Exception):  # noqa: N818 - says what is
    """The text is no iCalendar: a login page, most likely, a part of one, or nothing."""


@dataclass(slots=True)
class Block:
    """The lines of a component, unfolded, its first and last line among them."""

    name: str
    lines: list[str]

    @property
    def text(self) -> str:
        """As the library reads it."""
        return "\r\n".join(self.lines)

    def values(self, name: str) -> list[str]:
        """What follows the colon in the lines of a property without parameters of note."""
        found = (line.partition(":") for line in self.lines)
        return [v.strip() for key, _, v in found if key.partition(";")[0].upper() == name]

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether an event can touch a time, by its dates alone; one that repeats always can."""
        dates = {}
        for line in self.lines:
            if line.upper().startswith(_REPEATS):
                return True
            found = _DATE.match(line)
            if found:
                dates[found[1].upper()] = found[2]
        begins = dates.get("DTSTART")
        if begins is None:
            return True
        ends = max(begins, dates.get("DTEND", begins))
        return f"{start - MARGIN:%Y%m%d}" <= ends and begins <= f"{end + MARGIN:%Y%m%d}"


@dataclass(slots=True)
class Components:
    """One calendar of a text: its own properties, its zones and its events."""

    head: Block = field(default_factory=lambda: Block("VCALENDAR", []))
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)

    def names(self, zone: str) -> bool:
        """Whether an event may be told in a zone: most calendars define more than they use."""
        lines = (line for event in self.events for line in event.lines)
        named = any(ZONE_PARAMETER in line and zone in line for line in lines)
        return named or any("X-WR-TIMEZONE" in line and zone in line for line in self.head.lines)


def components(text: str) -> list[Components]:
    """The calendars of a text. Raises NoCalendar, also where the last of them has no end."""
    found: list[Components] = []
    block: Block | None = None
    ended = False
    for line in _unfolded(text):
        what = line.strip().upper()
        if what == "BEGIN:VCALENDAR":
            found.append(Components())
            block, ended = None, False
        elif not found:
            continue
        elif what == "END:VCALENDAR":
            ended = True
        elif block is None and what in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE"}:
            block = Block(what[len("BEGIN:") :], [line])
            (found[-1].events if block.name == "VEVENT" else found[-1].zones).append(block)
        elif block is None:
            found[-1].head.lines.append(line)
        else:
            block.lines.append(_TZID.sub(rf"\g<1>{ZONE_PARAMETER}=", line))
            block = None if what == f"END:{block.name}" else block
    if not found:
        raise NoCalendar("no VCALENDAR")
    if not ended:
        raise NoCalendar("the VCALENDAR has no end")
    return found


def _unfolded(text: str) -> Iterator[str]:
    yield from _FOLD.sub("", text.removeprefix("\ufeff")).splitlines()
