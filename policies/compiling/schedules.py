"""What an incident carries of the policy's on-call schedules, and what refers to them."""

from typing import Any

from models.compiled import EscalationPolicy
from models.people.schedule import FeedSpec, RotationSpec, ScheduleOverrideSpec, ScheduleSpec
from models.policy import Policy
from models.policy.sections.calendars import OpenEntry
from models.policy.sections.schedules import RotationEntry, ScheduleEntry, WindowEntry
from models.time.calendar import CalendarSpec, OpenHours
from policies.compiling import responsibility
from policies.compiling.timing import calendars
from rules.people.naming.people_meant import schedules_named
from rules.people.on_call.words import ROTATION, layer_name, schedules_of


def zone_of(policy: Policy, entry: ScheduleEntry) -> str:
    """The zone of a schedule's overrides and gaps."""
    own = entry.rotation.zone if entry.rotation else None
    return entry.zone or own or policy.time_zone


def layers_of(entry: ScheduleEntry) -> dict[str, RotationEntry]:
    """The rotations of a schedule by name; a later one counts before an earlier one."""
    if entry.rotation:
        return {ROTATION: entry.rotation}
    return {layer_name(name): rotation for name, rotation in entry.layers.items()}


def schedule_spec(policy: Policy, name: str) -> ScheduleSpec:
    """A schedule of a checked policy."""
    entry = policy.schedules[name]
    zone = zone_of(policy, entry)
    return ScheduleSpec(
        name=name,
        zone=zone,
        rotations=tuple(
            _rotation(policy, called, rotation, zone)
            for called, rotation in layers_of(entry).items()
        ),
        feed=FeedSpec(name=entry.ical.feed, names=entry.ical.names) if entry.ical else None,
        overrides=tuple(
            ScheduleOverrideSpec(people=override.who, begins=override.begins, ends=override.ends)
            for override in entry.overrides
        ),
        gaps=tuple(_calendar(policy, gap, zone) for gap in entry.gaps or ()),
        gaps_meant=entry.gaps == (),
    )


def _rotation(policy: Policy, name: str, entry: RotationEntry, zone: str) -> RotationSpec:
    own = entry.zone or zone
    limited = entry.during or entry.days or entry.hours
    return RotationSpec(
        name=name,
        people=entry.people,
        hand_over=entry.hand_over,
        zone=own,
        starts=entry.starts,
        until=entry.until,
        during=_calendar(policy, entry, own) if limited else None,
    )


def _calendar(policy: Policy, entry: WindowEntry, zone: str) -> CalendarSpec:
    if entry.during:
        return next(spec for spec in calendars(policy) if spec.name == entry.during)
    given: dict[str, Any] = {"days": entry.days, "hours": entry.hours}
    said = {key: value for key, value in given.items() if value is not None}
    whole = OpenEntry().changed(**said)
    return CalendarSpec(name="", zone=zone, opens=(OpenHours(days=whole.days, hours=whole.hours),))


def schedules_in_use(
    policy: Policy, escalation: EscalationPolicy | None
) -> tuple[ScheduleSpec, ...]:
    """The schedules that an incident with this escalation may ask.

    These are the schedules of its levels and its roles, and those that authority rules name.
    """
    ladders = escalation.ladders if escalation else ()
    paged = (target for ladder in ladders for level in ladder.levels for target in level.page)
    defaults = (responsibility.default_of(policy, name) or "" for name in policy.roles)
    may = schedules_named(
        responsibility.every_rule(policy),
        responsibility.approvals(policy).values(),
        responsibility.policy_override(policy),
    )
    return tuple(schedule_spec(policy, name) for name in schedules_of((*paged, *defaults, *may)))
