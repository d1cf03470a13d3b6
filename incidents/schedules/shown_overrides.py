"""The overrides of schedules as people and tools may know them."""

from datetime import datetime

from models.answers.overrides import (
    OverrideShown,
    OverridesShown,
    OverrideStanding,
    RefusedShown,
)
from models.people.schedule_overrides import OverridesState, RefusedOverride, ScheduleOverride
from rules.people.on_call.schedule_overrides import ends_of, over


def shown_override(override: ScheduleOverride, now: datetime) -> OverrideShown:
    """An override as people and tools may know it."""
    if over(override, now):
        standing = OverrideStanding.OVER
    else:
        begun = override.begins_at <= now
        standing = OverrideStanding.CURRENT if begun else OverrideStanding.COMING
    return OverrideShown(
        id=override.id,
        schedule=override.schedule,
        person=override.person,
        covers=override.covers,
        begins=override.begins_at,
        until=ends_of(override),
        reason=override.reason,
        by=override.by.shown,
        made_at=override.made_at,
        ended_by=override.ended_by.shown if override.ended_by else None,
        standing=standing,
    )


def shown_overrides(state: OverridesState, now: datetime) -> OverridesShown:
    """All of them, in the order of their beginnings."""
    found = [shown_override(each, now) for each in state.overrides]
    return OverridesShown(
        overrides=tuple(sorted(found, key=lambda each: (each.begins, each.schedule))),
        refused=tuple(_refused(each) for each in state.refused),
    )


def _refused(tried: RefusedOverride) -> RefusedShown:
    return RefusedShown(what=tried.what, why=tried.why, by=tried.by.shown, at=tried.at)
