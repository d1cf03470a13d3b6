"""A clock: what a policy says of it, and what it reads at an instant."""

from enum import StrEnum

from pydantic import Field

from models.base import Frozen, Instant, Seconds


class ActionKind(StrEnum):
    """What a threshold can set off."""

    NOTIFY = "notify"
    PAGE = "page"
    REMIND = "remind"
    ESCALATE = "escalate"
    RAISE_SEVERITY = "raise_severity"


class Action(Frozen):
    """One action of a threshold. `target` is an audience, a role or a person; "" where none."""

    kind: ActionKind
    target: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value.replace('_', ' ')} {self.target}".strip()


class Threshold(Frozen):
    """A point of a clock, as a share of its target (1.0 is the limit), and its actions."""

    name: str
    fraction: float = Field(gt=0)
    actions: tuple[Action, ...] = ()


class Roll(Frozen):
    """Where a limit goes that falls on a day that is not worked: the next one, at a local time."""

    calendar: str
    at: str


class Target(Frozen):
    """How long a clock may run, or until when.

    `within` counts while `calendar` is open; without a calendar it is elapsed time. `days` are
    working days of the calendar, on the local clock (of the calendar `local`: calendar days);
    `months` are calendar months. `day_end` is the end of the n-th working day from the start, 0
    for the day it falls on. `before` counts all that backwards, from a date of the incident or
    from `limit of CLOCK`. `rolls` moves a limit that falls on a day off.

    `should` is the softer limit of two. A target of best effort is late, never breached.
    """

    within: Seconds = Field(default="PT0S", validate_default=True)
    calendar: str | None = None
    days: int = 0
    months: int = 0
    day_end: int | None = None
    before: str | None = None
    rolls: Roll | None = None
    should: "Target | None" = None
    best_effort: bool = False


class OnRepeat(StrEnum):
    """What a clock does when its milestones come a second time."""

    CONTINUE = "continue"
    NEW = "new"


class ClockSpec(Frozen):
    """A clock of the policy: from one milestone to another, a target per severity.

    `pauses_on` lists the hold reasons that stop it ("any" for all). `outlives` lets it run on
    in a terminal state.
    """

    name: str
    starts: str
    stops: str
    within: dict[str, Target]
    thresholds: tuple[Threshold, ...] = ()
    pauses_on: tuple[str, ...] = ()
    on_repeat: OnRepeat = OnRepeat.CONTINUE
    outlives: bool = False


class Stage(StrEnum):
    """Where a clock is in its life."""

    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ClockStatus(StrEnum):
    """How a clock stands against its target. Exactly at the limit counts as met."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"


class ClockReading(Frozen):
    """One run of one clock, read at an instant.

    `run` counts from 1. `breach_at` is when the limit is (or was) reached; None while paused.
    `late_by` is elapsed beyond the target, None where not breached.
    """

    clock: str
    run: int
    stage: Stage
    status: ClockStatus
    started_at: Instant
    stopped_at: Instant | None = None
    target: Seconds
    calendar: str | None = None
    elapsed: Seconds
    remaining: Seconds
    breach_at: Instant | None = None
    late_by: Seconds | None = None


class DueThreshold(Frozen):
    """A threshold of a run that has come due and has not fired."""

    clock: str
    run: int
    threshold: str
    fraction: float
    due_at: Instant
    actions: tuple[Action, ...] = ()


class FiredThreshold(Frozen):
    """A threshold that fired: kept for ever; `superseded` once a correction took it back."""

    clock: str
    run: int
    threshold: str
    fraction: float
    due_at: Instant
    fired_at: Instant
    superseded: bool = False
