"""Reads who is on call by the schedules of a policy, for people and for scripts."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from incidents.errors import NotInPolicy
from incidents.schedules.on_call import OnCallLookup
from models.answers.on_call import (
    AROUND,
    DutyShown,
    GapShown,
    LocalTime,
    OnCallQuestion,
    OnCallShown,
    ScheduleShown,
    ShiftShown,
)
from models.people.schedule import OnCall, ScheduleSpec
from models.policy import Policy
from models.policy.values.words import suggestion
from policies.compiling.policy import people_of
from policies.compiling.schedules import schedule_spec
from rules.zones.rotations import ScheduleGap, Shift, gaps_of, shifts_of

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory
    from incidents.schedules.overrides import Overrides


async def read_rosters(
    policy: Policy,
    asked: OnCallQuestion,
    feeds: "FeedDirectory | None",
    overrides: "Overrides | None" = None,
) -> OnCallShown:
    """Who is on call by the schedules of a policy. Raises NotInPolicy for an unknown name."""
    chosen = _named(asked.schedules, policy.schedules)
    lookup = OnCallLookup(feeds, overrides=overrides)
    people = people_of(policy)
    rows = []
    for name in chosen:
        spec = schedule_spec(policy, name)
        found = await lookup.who(spec, people, asked.at)
        bookings, _ = await lookup.booked(spec, people, asked.start - AROUND, asked.end + AROUND)
        laid, _ = await lookup.overridden(spec, people)
        shifts = shifts_of(laid, asked.start, asked.end, bookings)
        gaps = gaps_of(laid, asked.start, asked.end, bookings)
        rows.append(_shown(spec, found, shifts, gaps))
    return OnCallShown(
        at=_local(asked.at, "UTC"),
        begins=_local(asked.start, "UTC"),
        until=_local(asked.end, "UTC"),
        schedules=tuple(rows),
    )


def _named(names: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    every = tuple(known)
    for name in names:
        if name not in every:
            raise NotInPolicy("schedule", f"there is no schedule {name}; {suggestion(name, every)}")
    return tuple(dict.fromkeys(names)) or every


def _local(at: datetime, zone: str) -> LocalTime:
    utc = at.astimezone(UTC)
    return LocalTime(at=utc, local=utc.astimezone(ZoneInfo(zone)).isoformat())


def _shown(
    spec: ScheduleSpec, found: OnCall, shifts: Iterable[Shift], gaps: Iterable[ScheduleGap]
) -> ScheduleShown:
    zone = spec.zone
    return ScheduleShown(
        schedule=spec.name,
        zone=zone,
        on_call=tuple(
            DutyShown(
                person=duty.person,
                because=duty.because,
                since=_local(duty.since_at, zone),
                until=_local(duty.until_at, zone),
            )
            for duty in found.duties
        ),
        gap=found.gap,
        changes=_local(found.until_at, zone) if found.until_at else None,
        feed=spec.feed.name if spec.feed else None,
        feed_age_seconds=found.feed_age.total_seconds() if found.feed_age is not None else None,
        notes=found.notes,
        shifts=tuple(
            ShiftShown(
                begins=_local(shift.begins_at, zone),
                until=_local(shift.ends_at, zone),
                person=shift.person,
                because=shift.because,
            )
            for shift in shifts
        ),
        gaps=tuple(
            GapShown(
                begins=_local(gap.begins_at, zone),
                until=_local(gap.ends_at, zone),
                declared=gap.declared,
            )
            for gap in gaps
        ),
    )
