"""A clock: what a policy says of it, and how it reads at an instant."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from models.base import Actor, Frozen, Instant, Seconds
from models.time.clock_name import of_updates


class ActionKind(StrEnum):
    """What a threshold can set off."""

    NOTIFY = "notify"
    PAGE = "page"
    REMIND = "remind"
    ESCALATE = "escalate"
    RAISE_SEVERITY = "raise_severity"
    ASSIGN = "assign"
    HOLD = "hold"
    OPEN_INCIDENT = "open_incident"


ONCE = "once"
"""Raise the severity, unless this clock has raised it before."""


_LIMIT_OF = "limit of "

SHOULD = "should"
"""The threshold at the softer limit of two."""


class Action(Frozen):
    """One action of a threshold.

    `target` is an audience, a role or a person; "" if there is none. For `escalate` it is the
    level, for `raise_severity` the severity or `once`, for `hold` the reason, for `open_incident`
    the title. `assign` gives the role `target` to the person `to`, or to whoever holds the role
    `to`.
    """

    kind: ActionKind
    target: str = ""
    to: str = ""

    def __str__(self) -> str:
        """As an author writes it."""
        verb = self.kind.value.replace("_", " ")
        to = "to " if self.kind is ActionKind.ESCALATE and self.target else ""
        if self.kind is ActionKind.RAISE_SEVERITY and self.target not in {"", ONCE}:
            to = "to "
        return f"{verb} {to}{self.target} {self.to}".strip()


class Threshold(Frozen):
    """A point of a clock and its actions: a share of its target (1.0 is the limit).

    With `offset`, it lies so long after the limit, or before it if negative.
    """

    name: str
    fraction: float = Field(default=1.0, gt=0)
    offset: Seconds | None = None
    actions: tuple[Action, ...] = ()


class Roll(Frozen):
    """Where a limit moves that falls on a day off: to a local time of the next working day."""

    calendar: str
    at: str


class Target(Frozen):
    """How long a clock may run, or until when.

    `within` counts while `calendar` is open; without a calendar it is elapsed time. `days` are
    working days of the calendar, on the local clock (of the calendar `local`: calendar days);
    `months` are calendar months. `day_end` is the end of the n-th working day from the start, 0 for
    the day of the start. With `before`, all this counts backwards from a date of the incident or
    from `limit of CLOCK`. `rolls` moves a limit that falls on a day off. `should` is the softer
    limit of two. A target of best effort is late, never breached.
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

    @property
    def before_limit_of(self) -> str | None:
        """The clock from whose limit it counts backwards; None if it does not."""
        before = self.before or ""
        return before.removeprefix(_LIMIT_OF) if before.startswith(_LIMIT_OF) else None


class OnRepeat(StrEnum):
    """What a clock does when its milestones come a second time."""

    CONTINUE = "continue"
    NEW = "new"


class Latest(Frozen):
    """A second limit of a clock, counted from another moment. The earlier limit counts."""

    starts: str
    target: Target


class ClockSpec(Frozen):
    """A clock of the policy: from one moment to another, a target per severity.

    `when` says for which incidents it runs. `pauses_on` lists the hold reasons that stop it ("any"
    for all). With `outlives` it runs on in a terminal state: True in every case, else in the listed
    ones (resolve, close, cancel, merge). `lower` keeps the target of the highest severity. A clock
    that `recurs` starts again whenever it stops; `until` ends it.
    """

    name: str
    starts: str
    stops: str
    within: dict[str, Target]
    thresholds: tuple[Threshold, ...] = ()
    when: tuple[str, ...] = ()
    no_later_than: Latest | None = None
    pauses_on: tuple[str, ...] = ()
    on_repeat: OnRepeat = OnRepeat.CONTINUE
    recurs: bool = False
    until: str | None = None
    outlives: bool | tuple[str, ...] = False
    extendable: bool = False


class MetricSpec(Frozen):
    """A figure: the time between two moments, either elapsed or in a calendar's open hours."""

    name: str
    starts: str
    stops: str
    calendar: str | None = None


class Stage(StrEnum):
    """Where a clock is in its life."""

    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ClockStatus(StrEnum):
    """How a clock stands against its target. Exactly at the limit counts as met.

    A target of best effort is late when another would be breached. A clock is indeterminate if its
    moments are not known well enough to say. A breach that fired is a fact: a clock that is met
    only because of a correction, or under a later policy, says so.
    """

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    LATE = "late"
    MET = "met"
    MET_AFTER_CORRECTION = "met_after_correction"
    MET_UNDER_LATER_POLICY = "met_under_later_policy"
    INDETERMINATE = "indeterminate"


class Measure(StrEnum):
    """The unit of a clock or a figure: all time, or the open hours or days of its calendar."""

    ELAPSED = "elapsed"
    OPEN_HOURS = "open_hours"
    DAYS = "days"

    @property
    def has_days(self) -> bool:
        """Whether 24 hours make a day. In open hours, a day has as many hours as are open."""
        return self is not Measure.OPEN_HOURS


Between = tuple[timedelta, timedelta]
"""The least and the most that something can be; both are the same if it is known."""


class Counted(Frozen):
    """Something that counts in a measure. `calendar` is that of its target, used or not."""

    calendar: str | None = None
    measure: Measure = Measure.ELAPSED

    @property
    def counts_by(self) -> str | None:
        """The calendar by which it counts; None if all time counts."""
        return self.calendar if self.measure is not Measure.ELAPSED else None


class Elapsing(Counted):
    """The time that has passed, at least and at most if a moment is not known exactly."""

    elapsed: Seconds
    elapsed_at_least: Seconds | None = None
    elapsed_at_most: Seconds | None = None

    @property
    def elapsed_between(self) -> Between:
        """How much has passed, at least and at most."""
        if self.elapsed_at_least is not None and self.elapsed_at_most is not None:
            return self.elapsed_at_least, self.elapsed_at_most
        return self.elapsed, self.elapsed


class Correction(Frozen):
    """What took back a threshold that had fired: a command, who gave it, when, and why.

    `policy` names the adopted policy, if the adoption took the threshold back.
    """

    command: str
    actor: Actor
    at: Instant
    reason: str = ""
    policy: str = ""


class ClockReading(Elapsing):
    """One run of one clock, read at an instant.

    `run` counts from 1. `breach_at` is when the run reaches (or reached) the limit; None while
    paused. `late_by` is the elapsed time beyond the target, None if it is not breached. Durations
    are in `measure`. If a moment is only known to lie between two instants, the run reads the
    earliest, and `elapsed_at_least`, `elapsed_at_most`, `late_by_at_least` and `late_by_at_most`
    say what is possible. `corrected` says what took back the breach, if the run is no longer
    breached.
    """

    clock: str
    run: int
    stage: Stage
    status: ClockStatus
    started_at: Instant
    stopped_at: Instant | None = None
    target: Seconds
    remaining: Seconds
    breach_at: Instant | None = None
    late_by: Seconds | None = None
    late_by_at_least: Seconds | None = None
    late_by_at_most: Seconds | None = None
    corrected: Correction | None = None

    @property
    def late_between(self) -> Between | None:
        """By how much it is late, at least and at most; None if it is not."""
        if self.late_by_at_least is not None and self.late_by_at_most is not None:
            return self.late_by_at_least, self.late_by_at_most
        return None if self.late_by is None else (self.late_by, self.late_by)


class MetricReading(Elapsing):
    """A figure of an incident, read at an instant; `stopped_at` is None while it still grows.

    `elapsed_at_least` and `elapsed_at_most` are there if a moment is only known to lie between two
    instants. If it stopped before it started, it reads zero and `negative_by` is the difference.
    """

    metric: str
    started_at: Instant
    stopped_at: Instant | None = None
    negative_by: Seconds | None = None


class DueThreshold(Frozen):
    """A threshold of a run that has come due and has not fired.

    The run is the one that began at `started_at`. Its number `run` can change if a fact comes late.
    """

    clock: str
    run: int
    threshold: str
    fraction: float
    due_at: Instant
    actions: tuple[Action, ...] = ()
    started_at: Instant | None = None


class FiredThreshold(Frozen):
    """A threshold that fired. It stays for ever; `superseded` says that a correction took it back.

    `best_effort` says that its clock was late, not breached. `actions` are what it set off, in
    words. `corrected` is the correction that took it back. `told` are those who heard of it
    according to the older lines of the timeline, and `said` are the words of its line there, as
    long as more people may hear of it.

    Its run is the one that began at `started_at`, and `run` is the number of that run. If a command
    moves the start or the number, both follow. Older records have only the number as it was then.
    """

    clock: str
    run: int
    threshold: str
    fraction: float
    due_at: Instant
    fired_at: Instant
    superseded: bool = False
    best_effort: bool = False
    actions: tuple[str, ...] = ()
    corrected: Correction | None = None
    told: tuple[str, ...] = ()
    said: str = ""
    started_at: Instant | None = None

    @property
    def breach(self) -> bool:
        """Whether it broke a limit that counts."""
        at_limit = self.fraction == 1 or of_updates(self.clock)
        return at_limit and self.fraction >= 1 and not self.best_effort


class RecordedBreach(Frozen):
    """A passed limit, as it fired. It stays, whatever the record or a policy says later.

    `due_at` is the limit at that time. `actions` are what it set off, `told` who heard of it.
    `corrected` says what took it back, if anything did.
    """

    clock: str
    run: int
    due_at: Instant
    fired_at: Instant
    actions: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    corrected: Correction | None = None
