"""Who is on call, as lines for people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from console.oncall.picture import KEY, picture
from models.answers.on_call import (
    GapShown,
    LocalTime,
    OnCallQuestion,
    OnCallShown,
    ScheduleShown,
    ShiftShown,
)
from models.people.schedule import GapKind
from rules.people.on_call.words import age_in_words

_MOST_ROWS = 60
"""How many shifts are listed for people; JSON has all of them."""


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %Z}"


def _short(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %m-%d %H:%M %Z}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%m-%d %H:%M}Z"


def _until(time: LocalTime | None, zone: str) -> str:
    return f"until {_local(time.at, zone)} ({_utc(time.at)})" if time else "with no known end"


def _who(found: ScheduleShown) -> Iterator[str]:
    zone = found.zone
    for duty in found.on_call:
        yield f"  {duty.person:<16} {duty.because}"
        yield f"  {'':<16} since {_local(duty.since.at, zone)} ({_utc(duty.since.at)})"
        yield f"  {'':<16} {_until(duty.until, zone)}"
    if found.gap:
        meant = "on purpose" if found.gap is GapKind.DECLARED else "and nobody declared it"
        yield f"  nobody, {meant}, {_until(found.changes, zone)}"


def _feed(found: ScheduleShown) -> Iterator[str]:
    if found.feed and found.feed_age_seconds is not None:
        old = age_in_words(timedelta(seconds=found.feed_age_seconds))
        yield f"  feed {found.feed}: read {'just now' if old == '0s' else f'{old} ago'}"
    yield from (f"  note: {note}" for note in found.notes)


def _rows(found: ScheduleShown) -> Iterator[str]:
    zone = found.zone
    told: list[ShiftShown | GapShown] = sorted(
        (*found.shifts, *found.gaps), key=lambda span: (span.begins.at, span.until.at)
    )
    yield f"  {'from':<25} {'in UTC':<13} {'until':<21} who"
    for span in told[:_MOST_ROWS]:
        begins, ends = _local(span.begins.at, zone), _short(span.until.at, zone)
        yield f"  {begins:<25} {_utc(span.begins.at):<13} {ends:<21} {_named(span)}"
    if len(told) > _MOST_ROWS:
        yield f"  and {len(told) - _MOST_ROWS} more; --json has them all"


def _named(span: ShiftShown | GapShown) -> str:
    if isinstance(span, ShiftShown):
        return f"{span.person} ({span.because})"
    return "nobody (meant)" if span.declared else "NOBODY"


def lines(
    shown: OnCallShown, days: OnCallShown, asked: OnCallQuestion, *, ranged: bool
) -> Iterator[str]:
    """Each schedule: who is on call, or every shift of a period; and the picture of its `days`."""
    for number, (found, whole) in enumerate(zip(shown.schedules, days.schedules, strict=True)):
        zone = found.zone
        yield from [""] * (number > 0)
        yield f"{found.schedule} ({zone})" + (
            "" if ranged else f" at {_local(asked.at, zone)} ({_utc(asked.at)})"
        )
        yield from _rows(found) if ranged else _who(found)
        yield from _feed(found)
        yield ""
        yield from picture(whole, asked)
    yield from ["", f"  {KEY}"] if shown.schedules else ["the policy has no schedules"]
