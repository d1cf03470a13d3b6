"""The result of a calculation with a calendar, for people and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from console.calendar.calculation import Calculation, CalendarAnswer, Skipped
from models.policy.sections.calendars import HOLIDAY, WEEK
from models.time.calendar import CalendarSpec
from models.time.clock import Target

_MOST_SKIPPED = 20
"""How many spans are listed for people; JSON has all of them."""


def exact(duration: timedelta, *, days: bool = True) -> str:
    """A duration in all its units, such as `2d 16h 10m`; without `days`, `64h 10m`."""
    left = int(duration.total_seconds())
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))[not days :]:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _local(at: datetime, zone: str) -> str:
    """An instant as a wall clock in the zone shows it."""
    seconds = ":%S" if at.second else ""
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M{seconds} %Z}"


def _instant(at: datetime | None, zone: str) -> dict[str, str] | None:
    """An instant for JSON, in UTC and in local time."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"at": text, "local": at.astimezone(ZoneInfo(zone)).isoformat()}


def _days(days: Sequence[str]) -> str:
    """Days as people write them: `mon-fri`, `sat, sun`."""
    week = [day for day in WEEK if day in days]
    others = [day for day in days if day not in WEEK]
    if not week:
        return ", ".join(others)
    first = WEEK.index(week[0])
    in_a_row = len(week) > 2 and tuple(week) == WEEK[first : first + len(week)]  # noqa: PLR2004 - a run
    return ", ".join([f"{week[0]}-{week[-1]}"] * in_a_row + week * (not in_a_row) + others)


def _described(spec: CalendarSpec) -> str:
    """A calendar in one line."""
    windows = (
        f"{_days(entry.days)} {', '.join('-'.join(hours) for hours in entry.hours)}"
        for entry in spec.opens
    )
    on_holidays = any(HOLIDAY in entry.days for entry in spec.opens)
    which = f"holidays of {', '.join(spec.holidays)}"
    off = f", {which if on_holidays else f'closed on {which}'}" if spec.holidays else ""
    on = f", worked on {', '.join(spec.worked)}" if spec.worked else ""
    return f"{spec.name}: {'; '.join(windows) or 'always open'}, {spec.zone}{off}{on}"


def _skipped(skipped: Sequence[Skipped], zone: str) -> list[dict[str, Any]]:
    """What did not count, for JSON."""
    return [
        {
            "from": _instant(span.begins_at, zone),
            "until": _instant(span.ends_at, zone),
            "seconds": (span.ends_at - span.begins_at).total_seconds(),
            "why": span.why,
            "holidays": [day.isoformat() for day in span.holidays],
        }
        for span in skipped
    ]


def _changes(changes: Sequence[tuple[datetime, int]], zone: str) -> list[dict[str, Any]]:
    """When clocks change, for JSON."""
    return [{"at": _instant(at, zone), "seconds": seconds} for at, seconds in changes]


def _row(name: str, text: str) -> str:
    """A line of the answer: a name and a value."""
    return f"{name:>10}  {text}"


def _moment(name: str, at: datetime, zone: str) -> str:
    """An instant, local and in UTC."""
    found = _instant(at, zone)
    return _row(name, f"{_local(at, zone):<28} {found['at'] if found else ''}")


def _skipped_rows(skipped: Sequence[Skipped], zone: str) -> Iterator[str]:
    """What did not count; a long list is cut."""
    for number, span in enumerate(skipped[:_MOST_SKIPPED]):
        days = f" (holiday: {', '.join(map(str, span.holidays))})" if span.holidays else ""
        text = f"{_local(span.begins_at, zone)} - {_local(span.ends_at, zone)}"
        length = exact(span.ends_at - span.begins_at)
        yield _row("" if number else "skipped", f"{text}, {length} {span.why}{days}")
    if len(skipped) > _MOST_SKIPPED:
        yield _row("", f"and {len(skipped) - _MOST_SKIPPED} more; --json has them all")


def _change_rows(changes: Sequence[tuple[datetime, int]], zone: str) -> Iterator[str]:
    """When clocks change."""
    for at, seconds in changes:
        way = "forward" if seconds > 0 else "back"
        length = exact(timedelta(seconds=abs(seconds)))
        yield _row("clocks", f"go {way} by {length}: {_local(at, zone)}")


def _document(given: Calculation, answer: CalendarAnswer, notes: Sequence[str]) -> dict[str, Any]:
    return {
        "from": _instant(given.start, given.zone),
        "calendar": given.known.spec.model_dump(mode="json"),
        "real_seconds": (answer.at - given.start).total_seconds(),
        "skipped": _skipped(answer.skipped, given.zone),
        "clock_changes": _changes(answer.changes, given.zone),
        "notes": list(notes),
    }


def due_document(
    given: Calculation, text: str, target: Target, answer: CalendarAnswer
) -> dict[str, Any]:
    """When a target is due, for JSON."""
    return {
        "target": text,
        "means": {name: said for name, said in target.model_dump(mode="json").items() if said},
        "due": _instant(answer.at, given.zone),
        "should": _instant(answer.softer_at, given.zone),
        "before": _instant(answer.date_at, given.zone),
        "moved_from": _instant(answer.moved_from, given.zone),
        "counted_seconds": answer.counted.total_seconds(),
        **_document(given, answer, given.notes),
    }


def elapsed_document(
    given: Calculation, answer: CalendarAnswer, notes: Sequence[str]
) -> dict[str, Any]:
    """How much time has passed, for JSON."""
    return {
        "to": _instant(answer.at, given.zone),
        "elapsed_seconds": answer.counted.total_seconds(),
        "days": answer.in_days / timedelta(days=1),
        **_document(given, answer, notes),
    }


def _context(given: Calculation, answer: CalendarAnswer, notes: Sequence[str]) -> Iterator[str]:
    yield from _skipped_rows(answer.skipped, given.zone)
    yield from _change_rows(answer.changes, given.zone)
    yield from (_row("note", note) for note in notes)


def due_lines(given: Calculation, text: str, answer: CalendarAnswer) -> Iterator[str]:
    """When a target is due, for people."""
    yield _row("target", text)
    yield _row("calendar", _described(given.known.spec) if given.known.chosen else "none")
    yield _moment("from", given.start, given.zone)
    if answer.softer_at:
        yield _moment("should", answer.softer_at, given.zone)
    yield _moment("due", answer.at, given.zone)
    if answer.moved_from:
        yield _moment("instead of", answer.moved_from, given.zone)
    if answer.date_at:
        yield _moment("before", answer.date_at, given.zone)
    late = answer.at < given.start
    yield _row("that is", f"{exact(abs(answer.at - given.start))} {'earlier' if late else 'later'}")
    yield from _context(given, answer, given.notes)


def elapsed_lines(
    given: Calculation, answer: CalendarAnswer, notes: Sequence[str]
) -> Iterator[str]:
    """How much time has passed, for people."""
    named = given.known.chosen is not None
    yield _row("calendar", _described(given.known.spec) if named else "none")
    yield _moment("from", given.start, given.zone)
    yield _moment("to", answer.at, given.zone)
    yield _row(
        "elapsed", f"{exact(answer.counted, days=not named)}{' while open' if named else ''}"
    )
    of = "working days" if named else "calendar days"
    yield _row("days", f"{answer.in_days / timedelta(days=1):.2f} {of} by the local clock")
    yield _row("in all", exact(answer.at - given.start))
    yield from _context(given, answer, notes)
