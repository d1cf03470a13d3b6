"""Who is on call, as lines for people and as a document for scripts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.oncall.picture import KEY, picture
from console.oncall.roster import OnCallQuestion, Roster
from models.people.schedule import GapKind, OnCall
from rules.people.on_call.words import age_in_words
from rules.zones.rotations import ScheduleGap, Shift

_MOST_ROWS = 60
"""How many shifts are listed for people; JSON has all of them."""


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %Z}"


def _short(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %m-%d %H:%M %Z}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%m-%d %H:%M}Z"


def _until(at: datetime | None, zone: str) -> str:
    return f"until {_local(at, zone)} ({_utc(at)})" if at else "with no known end"


def _who(found: OnCall, zone: str) -> Iterator[str]:
    for duty in found.duties:
        since = _local(duty.since_at, zone)
        yield f"  {duty.person:<16} {duty.because}"
        yield f"  {'':<16} since {since} ({_utc(duty.since_at)})"
        yield f"  {'':<16} {_until(duty.until_at, zone)}"
    if found.gap:
        meant = "on purpose" if found.gap is GapKind.DECLARED else "and nobody declared it"
        yield f"  nobody, {meant}, {_until(found.until_at, zone)}"


def _feed(roster: Roster) -> Iterator[str]:
    found = roster.at
    if roster.spec.feed and found.feed_age is not None:
        old = age_in_words(found.feed_age)
        yield f"  feed {roster.spec.feed.name}: read {'just now' if old == '0s' else f'{old} ago'}"
    yield from (f"  note: {note}" for note in found.notes)


def _rows(roster: Roster) -> Iterator[str]:
    zone = roster.spec.zone
    told: list[Shift | ScheduleGap] = sorted(
        (*roster.shifts, *roster.gaps), key=lambda span: (span.begins_at, span.ends_at)
    )
    yield f"  {'from':<25} {'in UTC':<13} {'until':<21} who"
    for span in told[:_MOST_ROWS]:
        begins, ends = _local(span.begins_at, zone), _short(span.ends_at, zone)
        yield f"  {begins:<25} {_utc(span.begins_at):<13} {ends:<21} {_named(span)}"
    if len(told) > _MOST_ROWS:
        yield f"  and {len(told) - _MOST_ROWS} more; --json has them all"


def _named(span: Shift | ScheduleGap) -> str:
    if isinstance(span, Shift):
        return f"{span.person} ({span.because})"
    return "nobody (meant)" if span.declared else "NOBODY"


def lines(rosters: tuple[Roster, ...], asked: OnCallQuestion, *, ranged: bool) -> Iterator[str]:
    """Each schedule: who is on call, or every shift of a period; and the picture."""
    for number, roster in enumerate(rosters):
        zone = roster.spec.zone
        yield from [""] * (number > 0)
        yield f"{roster.spec.name} ({zone})" + (
            "" if ranged else f" at {_local(asked.at, zone)} ({_utc(asked.at)})"
        )
        yield from _rows(roster) if ranged else _who(roster.at, zone)
        yield from _feed(roster)
        yield ""
        yield from picture(roster, asked)
    yield from ["", f"  {KEY}"] if rosters else ["the policy has no schedules"]


def _instant(at: datetime | None, zone: str) -> dict[str, str] | None:
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"at": text, "local": at.astimezone(ZoneInfo(zone)).isoformat()}


def _span(span: Shift | ScheduleGap, zone: str) -> dict[str, Any]:
    times = {"from": _instant(span.begins_at, zone), "until": _instant(span.ends_at, zone)}
    if isinstance(span, Shift):
        return {**times, "person": span.person, "because": span.because}
    return {**times, "declared": span.declared}


def document(rosters: tuple[Roster, ...], asked: OnCallQuestion) -> dict[str, Any]:
    """The document for scripts."""
    return {
        "at": _instant(asked.at, "UTC"),
        "from": _instant(asked.start, "UTC"),
        "to": _instant(asked.end, "UTC"),
        "schedules": [_schedule(roster) for roster in rosters],
    }


def _schedule(roster: Roster) -> dict[str, Any]:
    zone, found = roster.spec.zone, roster.at
    return {
        "schedule": roster.spec.name,
        "zone": zone,
        "on_call": [
            {
                "person": duty.person,
                "because": duty.because,
                "since": _instant(duty.since_at, zone),
                "until": _instant(duty.until_at, zone),
            }
            for duty in found.duties
        ],
        "gap": found.gap.value if found.gap else None,
        "changes": _instant(found.until_at, zone),
        "feed": roster.spec.feed.name if roster.spec.feed else None,
        "feed_age_seconds": found.feed_age.total_seconds() if found.feed_age is not None else None,
        "notes": list(found.notes),
        "shifts": [_span(shift, zone) for shift in roster.shifts],
        "gaps": [_span(gap, zone) for gap in roster.gaps],
    }
