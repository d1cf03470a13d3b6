"""Who is paged next, and when: levels by silence, then the whole again.

Exactly at the end of a wait counts as in time: what an incident is told before it pages, it knows.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.compiled import CompiledPolicy, EscalationPolicy, Level, OnRaise
from models.escalating import OPENING, EscalationProgress
from models.incident import Incident
from models.moments import parse_condition
from rules.alerts.firing import alerts_firing
from rules.clocks.conditions import holds_at

QUIET = "none of its alerts fires any more"
"""Why a level is passed over that is paged only while alerts fire."""


@dataclass(frozen=True, slots=True)
class Page:
    """Page this level now. `level` and `cycle` are those after the page."""

    level: int
    cycle: int
    targets: Level
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class PassOver:
    """Nobody of this level is paged; the wait for the next is what it would have been."""

    level: int
    cycle: int
    why: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class NoPage:
    """Nobody is paged any more, and why."""

    reason: str


def in_force(
    escalation: EscalationPolicy | None, incident: Incident, now: datetime
) -> EscalationPolicy | None:
    """The ladder that counts for an incident as it is: the first branch that fits, or the whole."""
    for branch in escalation.branches if escalation else ():
        if branch.severities and incident.severity not in branch.severities:
            continue
        if all(holds_at(parse_condition(text), incident, now) for text in branch.when):
            return branch.follow
    return escalation


def still_firing(incident: Incident) -> bool:
    """Whether what alerts told of still goes on. An incident without alerts is not over by them."""
    never = not incident.alerts and not incident.truncated_alerts
    return never or bool(alerts_firing(incident))


def _after(policy: EscalationPolicy, level: int, cycle: int) -> tuple[int, int] | None:
    if level < len(policy.levels):
        return level + 1, cycle
    if cycle < policy.repeat:
        return 1, cycle + 1
    return None


def next_page(
    policy: EscalationPolicy | None,
    progress: EscalationProgress,
    now: datetime,
    *,
    firing: bool = True,
) -> Page | PassOver | Wait | NoPage:
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
    if targets.if_firing and not firing:
        return PassOver(level, cycle, QUIET, now + targets.wait)
    return Page(level, cycle, targets, now + targets.wait)


def forced_page(
    policy: EscalationPolicy | None,
    progress: EscalationProgress,
    level: int | None = None,
    *,
    waits_from: datetime | None = None,
) -> Page | NoPage:
    """The next level (or `level`), paged because it is demanded, acknowledged or not.

    With `waits_from`, silence goes on from there; otherwise as if nothing had been demanded.
    """
    if policy is None or not policy.levels:
        return NoPage("the policy names no escalation for this incident")
    wanted = min(level or progress.level + 1, len(policy.levels))
    targets = policy.levels[wanted - 1]
    next_at = waits_from + targets.wait if waits_from else progress.next_at
    return Page(wanted, progress.cycle, targets, next_at)


def after_level(
    policy: EscalationPolicy,
    progress: EscalationProgress,
    done: Page | PassOver,
    now: datetime,
    *,
    reached: bool,
    opens_at: datetime | None = None,
    late: bool = True,
) -> EscalationProgress:
    """How far the escalation is once a level had its turn, which `reached` somebody or nobody.

    Where nobody was reached the next level comes at once. Where nobody was in a whole cycle, and
    `opens_at` is when the first of those can be whose hours it was not, it begins again then; or
    at once, where these hours began meanwhile. Without `late` it does not, as once was so.
    """
    begun = progress.level > 0 and done.cycle == progress.cycle
    reached_now = reached
    reached = reached or (begun and progress.reached)
    next_at = done.next_at
    if isinstance(done, Page) and not reached_now and next_at is not None:
        next_at = now
    known = (opens_at, progress.opens_at if begun else None)
    opens_at = min((at for at in known if at), default=None)
    level = done.level
    over = level >= len(policy.levels) and not reached
    again = over and opens_at and (late or opens_at > now) and not progress.stopped
    if again and opens_at:
        level, next_at = progress.begins_after, max(opens_at, now)
    return progress.changed(
        level=level,
        cycle=done.cycle,
        pages=progress.pages + isinstance(done, Page),
        next_at=None if progress.stopped else next_at,
        reached=reached and not again,
        opens_at=None if again else opens_at,
    )


def silence(progress: EscalationProgress) -> str:
    """Why silence pages a level."""
    if progress.called_by:
        return f"nobody has answered {progress.called_by}"
    if progress.resumed:
        return "nobody has taken it up"
    if progress.level:
        return "nobody acknowledged" if progress.reached else "nobody before could be paged"
    return "still not acknowledged" if progress.pages else "new incident"


def begun_again(
    progress: EscalationProgress, level: int | None, *, resumed: bool
) -> EscalationProgress:
    """The escalation goes on although it had stopped; from the first level on, all of it.

    One that is `resumed` had been acknowledged: it stops once somebody does something.
    """
    change: dict[str, Any] = {"cycle": 0} if level == 1 else {}
    if progress.stopped is not None:
        change |= {"stopped": None, "resumed": resumed, "forgotten_at": None}
    return progress.changed(**change)


def anew(progress: EscalationProgress) -> EscalationProgress:
    """Whom it had reached before it stopped does not count: what goes on has paged nobody yet."""
    return progress.changed(reached=False, opens_at=None)


def resumed(
    progress: EscalationProgress, now: datetime, *, cause: int = OPENING, demanded: bool = False
) -> EscalationProgress:
    """The escalation goes on from the level where an acknowledgement had stopped it.

    If a level was paged since, it goes on from there, after its wait; if one is `demanded` at that
    instant, from that one.
    """
    waits = progress.answer_by is not None and progress.answer_by > now
    here = demanded or waits
    return progress.changed(
        cause=cause,
        level=progress.level if here else max(progress.level - 1, 0),
        next_at=progress.answer_by if waits else now,
        stopped=None,
        resumed=True,
        forgotten_at=None,
        answer_by=None,
    )


def stopped(progress: EscalationProgress, reason: str) -> EscalationProgress:
    """Nobody further is paged; where that was so already, its reason stays."""
    change: dict[str, Any] = {"forgotten_at": None}
    if progress.stopped is None:
        change |= {"stopped": reason, "next_at": None, "resumed": False}
        change |= {"called_by": None, "called": (), "begins_after": 0, "answer_by": None}
    return progress.changed(**change)


def turns(incident_id: str, targets: tuple[str, ...], level: int, cycle: int) -> tuple[str, ...]:
    """The targets of a level that pages one of them in turn, whoever's turn it is first.

    Where incidents begin follows from their ids: over many, each begins with everybody as often.
    Within an incident the next level of the same targets, and the next cycle, goes one further.
    """
    digest = hashlib.sha256(incident_id.encode()).digest()
    first = (int.from_bytes(digest[:8]) + level - 1 + cycle) % len(targets)
    return targets[first:] + targets[:first]


def watched(policy: CompiledPolicy) -> bool:
    """Whether it matters to the escalation that somebody does something."""
    ladders = policy.escalation.ladders if policy.escalation else ()
    return any(
        ladder.forgotten_after is not None or ladder.on_raise is not OnRaise.NOTHING
        for ladder in ladders
    )
