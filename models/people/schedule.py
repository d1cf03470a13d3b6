"""On-call schedules: what a policy says of them, and who they say is on call.

Local times are naive datetimes: what the clock on the wall of a zone shows. Which instants they are
depends on zone data, so `rules.rotations` works it out outside of workflows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from models.base import Frozen, Instant, Seconds
from models.time.calendar import CalendarSpec

NOBODY = "nobody"
"""Who is on call if a policy says, on purpose, that nobody is."""

OVERRIDE = "override"
"""Why somebody is on call who is not by rotation."""
COVERS = "covers "
"""How that begins if they take the shifts of others."""


class RotationHandOver(Frozen):
    """When a rotation hands over.

    At each of the local times `at`, on each of `days` (`mon` to `sun`). With `every_days`, so many
    days after the last time, at the same local time. With `every_months`, so many months after it,
    on the day `month_day` of the month, or on its last day. With `elapsed`, so much elapsed time
    after the last one, whatever the clock on the wall shows. `since` is the local time of the first
    one, if the policy names it.
    """

    days: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    every_days: int | None = None
    every_months: int | None = None
    month_day: int | None = None
    elapsed: Seconds | None = None
    since: datetime | None = None


class RotationSpec(Frozen):
    """People who take turns, each for a shift, from one hand-over to the next.

    The first person's shift begins with the first hand-over at or after `starts`; nobody is on
    before it, nor from `until` on: both are local times. Without `starts` the rotation has no
    beginning. `during` says when it counts.
    """

    name: str
    people: tuple[str, ...]
    hand_over: RotationHandOver
    zone: str
    starts: datetime | None = None
    until: datetime | None = None
    during: CalendarSpec | None = None


class ScheduleOverrideSpec(Frozen):
    """Who is on call instead. Naive times are local to the zone of the schedule.

    With `covers`, they take the shifts of that person only. `reason` is why, if somebody said it.
    """

    people: tuple[str, ...]
    begins: datetime
    ends: datetime
    covers: str | None = Field(default=None, exclude_if=lambda covers: covers is None)
    reason: str = Field(default="", exclude_if=lambda reason: not reason)


class FeedSpec(Frozen):
    """A calendar feed; `names` maps its names for people to people of the policy."""

    name: str
    names: dict[str, str] = Field(default_factory=dict)


class ScheduleSpec(Frozen):
    """Who is on call when.

    A later rotation counts before an earlier one. Within `gaps` nobody is on call, on purpose; with
    `gaps_meant` this is true of every gap. Overrides count before all.
    """

    name: str
    zone: str
    rotations: tuple[RotationSpec, ...] = ()
    feed: FeedSpec | None = None
    overrides: tuple[ScheduleOverrideSpec, ...] = ()
    gaps: tuple[CalendarSpec, ...] = ()
    gaps_meant: bool = False


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event of a calendar feed. Naive times are local to the reader's zone.

    `emails` are the addresses of the people who attend, `declined` of those who do not.
    """

    begins: datetime
    ends: datetime
    summary: str = ""
    emails: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """Somebody is on call by a feed. Naive times are local to the zone of the schedule."""

    begins: datetime
    ends: datetime
    person: str


class GapKind(StrEnum):
    """Nobody is on call: the policy says so, or somebody overlooked it."""

    DECLARED = "declared"
    UNDECLARED = "undeclared"


class Duty(Frozen):
    """Somebody is on call, and why: `rotation`, `layer NAME`, `override` or `feed NAME`.

    If somebody took a shift over, it says of whom and why: `covers ana (dentist)`.
    """

    person: str
    because: str
    since_at: Instant
    until_at: Instant


class OnCall(Frozen):
    """Who is on call by a schedule at an instant; `gap` if nobody is.

    `until_at` is when that changes, if known. `feed_age` is the age of the copy of the schedule's
    feed; `notes` tell people what is not as it should be. If `unread`, its feed cannot be read for
    now, so nobody knows who is on call.
    """

    schedule: str
    at: Instant
    duties: tuple[Duty, ...] = ()
    gap: GapKind | None = None
    until_at: Instant | None = None
    feed_age: Seconds | None = None
    notes: tuple[str, ...] = ()
    unread: bool = False

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody on call, each once."""
        return tuple(dict.fromkeys(duty.person for duty in self.duties))

    def duty(self, person: str) -> Duty | None:
        """Why somebody is on call."""
        return next((duty for duty in self.duties if duty.person == person), None)
