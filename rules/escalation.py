"""Who is paged next, and when: levels by silence, then the whole again."""

from dataclasses import dataclass
from datetime import datetime

from models.compiled import EscalationPolicy, Level
from models.contracts import EscalationProgress


@dataclass(frozen=True, slots=True)
class Page:
    """Page this level now. `level` and `cycle` are those after the page."""

    level: int
    cycle: int
    targets: Level
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class NoPage:
    """Nobody is paged any more, and why."""

    reason: str


def _after(policy: EscalationPolicy, level: int, cycle: int) -> tuple[int, int] | None:
    if level < len(policy.levels):
        return level + 1, cycle
    if cycle < policy.repeat:
        return 1, cycle + 1
    return None


def next_page(
    policy: EscalationPolicy | None, progress: EscalationProgress, now: datetime
) -> Page | Wait | NoPage:
    """What silence asks for at `now`. After the last wait of the last cycle nobody is left."""
    if policy is None or not policy.levels:
        return NoPage("the policy names no escalation for this incident")
    if progress.stopped:
        return NoPage(progress.stopped)
    if progress.next_at is not None and now < progress.next_at:
        return Wait(progress.next_at)
    following = _after(policy, progress.level, progress.cycle)
    if following is None:
        return NoPage("every level was paged")
    level, cycle = following
    targets = policy.levels[level - 1]
    return Page(level, cycle, targets, now + targets.wait)


def forced_page(
    policy: EscalationPolicy | None, progress: EscalationProgress, level: int | None = None
) -> Page | NoPage:
    """The next level (or `level`), paged because a deadline demands it, acknowledged or not."""
    if policy is None or not policy.levels:
        return NoPage("the policy names no escalation for this incident")
    wanted = min(level or progress.level + 1, len(policy.levels))
    return Page(wanted, progress.cycle, policy.levels[wanted - 1], progress.next_at)
