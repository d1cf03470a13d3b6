"""`calendar`: calculates when something is due, and how much time has passed.

It calculates as the clocks of an incident do, with the zone and holiday data of this machine.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from console.calendar.arguments import (
    GIVEN,
    Almanac,
    InWords,
    almanac,
    date_of,
    instant_of,
    roll_of,
    target_of,
)
from console.calendar.calculation import due_answer, elapsed_answer, sum_from
from console.calendar.words import due_document, due_lines, elapsed_document, elapsed_lines
from console.terminal.arguments import AsJson
from console.terminal.failure import usage
from console.terminal.output import Output, say
from console.terminal.times import parse_duration
from models.time.calendar import LOCAL
from models.time.clock import Target

app = typer.Typer(add_completion=False)

INSTANT = "2026-03-27T16:50Z, -2h, now, or 2026-03-27T16:50 in the calendar's zone"

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="a policy file; default: the policy in force"),
]
Calendar = Annotated[str | None, typer.Option("--calendar", help="a calendar of the policy")]
Days = Annotated[str | None, typer.Option("--days", help="such as mon-fri, or sat,sun")]
Hours = Annotated[
    list[str] | None, typer.Option("--hours", help="local hours, 09:00-17:00; repeat for more")
]
Zone = Annotated[str | None, typer.Option("--zone", help="an IANA time zone; default: UTC")]
Holidays = Annotated[
    list[str] | None,
    typer.Option("--holidays", help="a region such as GB-ENG, or a date; repeat for more"),
]
Worked = Annotated[
    list[str] | None,
    typer.Option(
        "--worked",
        metavar="DATE[=DAY]",
        help="a day off that is worked, with the hours of DAY, such as 2026-10-10=fri; repeat",
    ),
]
Paused = Annotated[
    list[str] | None,
    typer.Option("--paused", metavar="FROM/UNTIL", help="a pause; repeat for more"),
]
Start = Annotated[str, typer.Option("--from", help=INSTANT)]
End = Annotated[str, typer.Option("--to", help="an instant, in the same forms")]
Rolls = Annotated[
    str | None,
    typer.Option("--rolls", help="move a limit on a day off to the next working day, at 12:00"),
]
Always = Annotated[
    bool, typer.Option("--elapsed", help="TARGET is elapsed time; the calendar is for --rolls")
]
Extended = Annotated[str | None, typer.Option("--extended", help="an extension, such as 14d")]
Date = Annotated[
    list[str] | None,
    typer.Option(
        "--date", metavar="NAME=INSTANT", help="the date from which 'before NAME' counts back"
    ),
]
TargetText = Annotated[
    str,
    typer.Argument(
        metavar="TARGET", help="2h, 5d, '3 months', 'end of next day', '2h office', ..."
    ),
]


@app.callback()
def calendar() -> None:
    """Calculate with calendars: when something is due, how much time has passed."""


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _meant(text: str, known: Almanac, rolls: str | None, *, elapsed: bool) -> Target:
    target = target_of(text, replace(known, chosen=None) if elapsed else known)
    if rolls:
        return target.changed(rolls=roll_of(rolls, known))
    local = LOCAL if known.chosen == GIVEN else None
    if known.chosen and target.calendar not in {None, known.chosen, local}:
        message = f"{text!r} counts by the calendar {target.calendar}, not by {known.chosen}"
        raise usage(message, "leave one of the two out")
    return target


@app.command()
def due(
    context: typer.Context,
    target: TargetText,
    *,
    start: Start = "now",
    policy: PolicyFile = None,
    calendar: Calendar = None,
    days: Days = None,
    hours: Hours = None,
    zone: Zone = None,
    holidays: Holidays = None,
    worked: Worked = None,
    paused: Paused = None,
    rolls: Rolls = None,
    elapsed: Always = False,
    extended: Extended = None,
    date: Date = None,
    as_json: AsJson = False,
) -> None:
    """Show when a target is due, counted from an instant.

    With a calendar, 2h are open hours and 5d are working days on the local clock.
    """
    now = _now()
    words = InWords(days, hours or (), zone, holidays or (), worked or ())
    known = almanac(policy, calendar, words)
    meant = _meant(target, known, rolls, elapsed=elapsed)
    known = known.of(meant)
    given = sum_from(known, start, paused or (), now)
    dates = dict(date_of(text, known, now) for text in date or ())
    if meant.before and meant.before not in dates:
        raise usage(f"{target!r} counts back from a date", f"--date '{meant.before}=INSTANT'")
    extra = parse_duration(extended) if extended else timedelta()
    answer = due_answer(given, target, meant, extra, dates)
    output = Output.of(context, as_json=as_json)
    if output.as_json:
        output.answer(due_document(given, target, meant, answer), "")
    else:
        say(*due_lines(given, target, answer))


@app.command()
def elapsed(
    context: typer.Context,
    *,
    start: Start,
    end: End = "now",
    policy: PolicyFile = None,
    calendar: Calendar = None,
    days: Days = None,
    hours: Hours = None,
    zone: Zone = None,
    holidays: Holidays = None,
    worked: Worked = None,
    paused: Paused = None,
    as_json: AsJson = False,
) -> None:
    """Show how much time has passed between two instants: open hours, working days, total time."""
    now = _now()
    words = InWords(days, hours or (), zone, holidays or (), worked or ())
    known = almanac(policy, calendar, words)
    given = sum_from(known, start, paused or (), now)
    until, note = instant_of(end, known, now)
    answer = elapsed_answer(given, until)
    notes = (*given.notes, *((note,) if note else ()))
    output = Output.of(context, as_json=as_json)
    if output.as_json:
        output.answer(elapsed_document(given, answer, notes), "")
    else:
        say(*elapsed_lines(given, answer, notes))
