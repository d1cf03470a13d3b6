"""Splits an iCalendar text into components, before anything in them is interpreted.

So a broken component spoils no other, and events outside the requested time are skipped: to
interpret an event takes a thousand times as long as to find it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MARGIN = timedelta(days=3)
"""Covers what the comparison of bare dates ignores: zones, and the last day of all-day events."""
ZONE_PARAMETER = "X-ZONE"
"""Replaces TZID, so that this package and not the library looks up the zone."""

NEEDED = frozenset(
    {
        *("BEGIN", "END", "UID", "SEQUENCE", "STATUS", "SUMMARY", "ATTENDEE"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
    }
)
"""The properties of an event that matter here; whatever the others hold can break nothing."""
_BLANK = " \t"
_TZID = re.compile(
    r"^((?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[^;:=\"]+=(?:\"[^\"]*\"|[^;:\"]*))*?;)TZID=",
    re.IGNORECASE,
)
_DATE = re.compile(r"^(DTSTART|DTEND)[^:\"]*:([0-9]{8})", re.IGNORECASE)
_REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION")


class NoCalendar(Exception):  # noqa: N818 - says what is
    """The text is no iCalendar; most likely it is a login page, a fragment, or empty."""


@dataclass(slots=True)
class Block:
    """The unfolded lines of a component, with its first and last line."""

    name: str
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines that matter, as the library reads them."""
        return "\r\n".join(line for line in self.lines if _property(line) in NEEDED)

    def values(self, name: str) -> list[str]:
        """The values of a property whose parameters do not matter."""
        return [
            line.partition(":")[2].strip(_BLANK) for line in self.lines if _property(line) == name
        ]

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
    """One calendar of a text: its properties, its zones and its events."""

    head: Block = field(default_factory=lambda: Block("VCALENDAR", []))
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)

    def names(self, zone: str) -> bool:
        """Whether an event may use the zone; most calendars define more zones than they use."""
        lines = (line for event in self.events for line in event.lines)
        named = any(ZONE_PARAMETER in line and zone in line for line in lines)
        return named or any("X-WR-TIMEZONE" in line and zone in line for line in self.head.lines)


def components(text: str) -> list[Components]:
    """The calendars of a text. Raises NoCalendar, also if the last one has no end."""
    found: list[Components] = []
    block: Block | None = None
    ended = False
    for line in _unfolded(text):
        what = line.strip(_BLANK).upper()
        if what == "BEGIN:VCALENDAR":
            found.append(Components())
            block, ended = None, False
        elif not found:
            continue
        elif what == "END:VCALENDAR":
            ended = True
        elif what in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE"}:
            # Neither is ever part of another: what is still open lacks its end.
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


def _property(line: str) -> str:
    return line.partition(":")[0].partition(";")[0].strip(_BLANK).upper()


def _unfolded(text: str) -> Iterator[str]:
    """The lines of a text, without blank ones.

    A line ends at LF, with or without CR before it, and nowhere else (RFC 5545, 3.1): a title may
    hold every other character that ends lines elsewhere, such as U+2028.
    """
    parts: list[str] = []
    for line in text.removeprefix("\ufeff").split("\n"):
        written = line.rstrip("\r")
        if written[:1] in {" ", "\t"} and parts:
            parts.append(written[1:])
        elif written:
            yield "".join(parts)
            parts = [written]
    yield "".join(parts)
