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


class Target(Frozen):
    """How long a clock may run. `calendar` names the windows that count; None is always."""

    within: Seconds
    calendar: str | None = None


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
