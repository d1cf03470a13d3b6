"""Who is on call by the schedules of a policy: at an instant, and over a period."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ConfigDict, Field

from models.base import Frozen, Instant
from models.people.schedule import GapKind

LONGEST = timedelta(days=400)
AHEAD = timedelta(days=14)
"""How far ahead an answer goes if no period is given."""
AROUND = timedelta(days=2)
"""How much more than a period contains all of its local days."""


@dataclass(frozen=True, slots=True)
class OnCallQuestion:
    """The question: an instant, and the period to show; `schedules` are all if there are none."""

    at: datetime
    start: datetime
    end: datetime
    schedules: tuple[str, ...] = ()

    @property
    def around(self) -> "OnCallQuestion":
        """The same question about a period that contains whole local days."""
        start, end = self.start - AROUND, self.end + AROUND
        return OnCallQuestion(self.at, start, end, self.schedules)


class LocalTime(Frozen):
    """An instant, and what the clock on the wall of a schedule shows then."""

    at: Instant
    local: str


class DutyShown(Frozen):
    """Somebody is on call at the instant of the question, and why."""

    person: str
    because: str
    since: LocalTime
    until: LocalTime


class _Aliased(Frozen):
    """`from` is no name in Python."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class _Spanning(_Aliased):
    begins: LocalTime = Field(alias="from")
    until: LocalTime


class ShiftShown(_Spanning):
    """A time for which somebody is on call, and why."""

    person: str
    because: str


class GapShown(_Spanning):
    """A time for which nobody is on call; on purpose if it is `declared`."""

    declared: bool


class ScheduleShown(Frozen):
    """One schedule: who is on call at the instant, and every shift and gap of the period.

    `gap` says that nobody is on call at the instant; `changes` is when that ends, or the duties
    end. `feed_age_seconds` is how old the copy of its feed is. `notes` say what is not as it
    should be.
    """

    schedule: str
    zone: str
    on_call: tuple[DutyShown, ...] = ()
    gap: GapKind | None = None
    changes: LocalTime | None = None
    feed: str | None = None
    feed_age_seconds: float | None = None
    notes: tuple[str, ...] = ()
    shifts: tuple[ShiftShown, ...] = ()
    gaps: tuple[GapShown, ...] = ()


class OnCallShown(_Aliased):
    """Who is on call at an instant, and from one instant to another."""

    at: LocalTime
    begins: LocalTime = Field(alias="from")
    until: LocalTime = Field(alias="to")
    schedules: tuple[ScheduleShown, ...] = ()
