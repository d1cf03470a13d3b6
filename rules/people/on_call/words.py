"""Words about who is on call, and the people that a schedule can name; this reads no zone data."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.people.party import PartyKind, party_named
from models.people.schedule import COVERS, NOBODY, OVERRIDE, GapKind, OnCall, ScheduleSpec
from models.policy.values.durations import format_duration
from models.time.calendar import LocalTimes
from rules.wording.times import in_zone_minutes

ROTATION = "rotation"
"""The name of the only rotation of a schedule."""

_AGED = timedelta(minutes=2)
"""A copy of a feed that is older than this is mentioned."""


def layer_name(name: str) -> str:
    """The name of a layer as the reason why somebody is on call."""
    return f"layer {name}"


def people_of(spec: ScheduleSpec, everybody: Iterable[str]) -> tuple[str, ...]:
    """The people that a schedule can name; with a feed that may be everybody."""
    named = [person for rotation in spec.rotations for person in rotation.people]
    named += [person for override in spec.overrides for person in override.people]
    if spec.feed:
        named += everybody
    return tuple(person for person in dict.fromkeys(named) if person != NOBODY)


def _until(at: datetime | None, local: LocalTimes | None = None) -> str:
    return f" until {in_zone_minutes(at, local)}" if at else ""


def _aged(found: OnCall) -> str:
    if found.feed_age is None or found.feed_age < _AGED:
        return ""
    return f", from a copy that is {age_in_words(found.feed_age)} old"


def age_in_words(length: timedelta) -> str:
    """An age, to the minute."""
    return format_duration(timedelta(minutes=length // timedelta(minutes=1)))


def is_override(because: str) -> bool:
    """Whether the reason why somebody is on call is an override, of the policy or of people."""
    return because.startswith((OVERRIDE, COVERS))


def by_schedule(found: OnCall, person: str, local: LocalTimes | None = None) -> str:
    """Why somebody is on call: `primary, override until 2026-12-27 09:00 UTC`."""
    duty = found.duty(person)
    if duty is None:
        return found.schedule
    return f"{found.schedule}, {duty.because}{_until(duty.until_at, local)}{_aged(found)}"


def schedules_of(targets: Iterable[str]) -> tuple[str, ...]:
    """The schedules among targets, or among the defaults of roles."""
    parties = map(party_named, targets)
    named = (party.name for party in parties if party.kind is PartyKind.SCHEDULE)
    return tuple(dict.fromkeys(named))


def nobody_by(found: OnCall) -> str:
    """The words that nobody is on call, whether the policy declares that, and until when."""
    words = "a declared gap" if found.gap is GapKind.DECLARED else "an undeclared gap"
    why = "".join(f"; {note}" for note in found.notes)
    until = _until(found.until_at)
    if found.unread:
        return f"who is on call by {found.schedule} cannot be read for now{why}"
    return f"nobody is on call by {found.schedule}: {words}{until}{_aged(found)}{why}"
