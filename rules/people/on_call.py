"""What is said of somebody who is on call, and whom a schedule can name; no zone data is read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.people.schedule import NOBODY, Gap, OnCall, ScheduleSpec
from models.policy.durations import format_duration

SCHEDULE = "schedule:"
"""How a target or a default names a schedule."""

ROTATION = "rotation"
"""What the only rotation of a schedule is called."""

_AGED = timedelta(minutes=2)
"""A copy of a feed that is so old is older than it should be: that is said."""


def layer(name: str) -> str:
    """What a layer is called where somebody is on call by it."""
    return f"layer {name}"


def people_of(spec: ScheduleSpec, everybody: Iterable[str]) -> tuple[str, ...]:
    """Whom a schedule can name: of a feed, that may be everybody."""
    named = [person for rotation in spec.rotations for person in rotation.people]
    named += [person for override in spec.overrides for person in override.people]
    if spec.feed:
        named += everybody
    return tuple(person for person in dict.fromkeys(named) if person != NOBODY)


def _until(at: datetime | None) -> str:
    return f" until {at:%Y-%m-%d %H:%M} UTC" if at else ""


def _aged(found: OnCall) -> str:
    if found.feed_age is None or found.feed_age < _AGED:
        return ""
    return f", by a copy of {age(found.feed_age)} ago"


def age(length: timedelta) -> str:
    """How old something is, to the minute."""
    return format_duration(timedelta(minutes=length // timedelta(minutes=1)))


def by_schedule(found: OnCall, person: str) -> str:
    """By what somebody is on call: `primary, override until 2026-12-27 09:00 UTC`."""
    duty = found.duty(person)
    if duty is None:
        return found.schedule
    return f"{found.schedule}, {duty.because}{_until(duty.until_at)}{_aged(found)}"


def schedules_of(targets: Iterable[str]) -> tuple[str, ...]:
    """The schedules among targets, or defaults of roles."""
    named = (target.removeprefix(SCHEDULE) for target in targets if target.startswith(SCHEDULE))
    return tuple(dict.fromkeys(named))


def nobody_by(found: OnCall) -> str:
    """That nobody is on call, whether that is meant, and until when."""
    words = "a declared gap" if found.gap is Gap.DECLARED else "a gap that nobody declared"
    why = "".join(f"; {note}" for note in found.notes)
    until = _until(found.until_at)
    return f"nobody is on call by {found.schedule}: {words}{until}{_aged(found)}{why}"
