"""Who is paged next, and when: level after level in silence, then all over again.

An answer exactly at the end of a wait is in time: the incident reads its messages before it pages.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.compiled import CompiledPolicy, EscalationPolicy, Level, OnRaise
from models.incident.escalation import OPENING, EscalationProgress
from models.incident.record import Incident
from models.time.moments import parse_condition
from rules.alerts.firing import alerts_firing
from rules.clocks.conditions import holds_at

NO_ESCALATION = "the policy names no escalation for this incident"
EXHAUSTED = "every level was paged"
"""Why an escalation ends that nobody has answered."""
BETWEEN_LOOKS = timedelta(minutes=10)
"""How often a ladder that waits for a shift looks whether somebody is on call meanwhile."""
MOST_LOOKS = 100
"""After so many looks in vain, about seventeen hours, it waits for the shift."""
NO_LOOKS: Mapping[str, Any] = {"gap_looks": 0, "quiet_until": None}
QUIET = "none of its alerts fires any more"
"""Why a level that is paged only while alerts fire is passed over."""


@dataclass(frozen=True, slots=True)
class Page:
    """Page this level now. `level` and `cycle` are the progress after the page.

    With `aside`, the escalation goes on as if nothing had been paged.
    """

    level: int
    cycle: int
    targets: Level
    next_at: datetime | None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class PassOver:
    """Page nobody of this level; the wait for the next level does not change."""

    level: int
    cycle: int
    why: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class WaitForAnswer:
    """Do nothing before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class NoPage:
    """Page nobody any more, for this reason."""

    reason: str


def in_force(
    escalation: EscalationPolicy | None, incident: Incident, now: datetime
) -> EscalationPolicy | None:
    """The ladder that counts for an incident now: the first branch that fits, or the whole."""
    for branch in escalation.branches if escalation else ():
        if branch.severities and incident.severity not in branch.severities:
            continue
        if all(holds_at(parse_condition(text), incident, now) for text in branch.when):
            return branch.follow
    return escalation


def still_firing(incident: Incident) -> bool:
    """Whether the alerts still fire. An incident that never had alerts counts as firing."""
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
) -> Page | PassOver | WaitForAnswer | NoPage:
    """What silence requires at `now`. After the last wait of the last cycle nobody is left."""
    if policy is None or not policy.levels:
        return NoPage(NO_ESCALATION)
    if progress.stopped:
        return NoPage(progress.stopped)
    if progress.next_at is not None and now < progress.next_at:
        return WaitForAnswer(progress.next_at)
    following = _after(policy, progress.level, progress.cycle)
    if following is None:
        return NoPage(EXHAUSTED)
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
    """The next level (or `level`), paged on demand even if the incident is acknowledged.

    With `waits_from`, silence goes on from there; otherwise it goes on as before.
    """
    if policy is None or not policy.levels:
        return NoPage(NO_ESCALATION)
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
    gap: bool = False,
) -> EscalationProgress:
    """The progress after a level had its turn, which `reached` somebody or nobody.

    If it reached nobody, the next level comes at once, or one that the round has not tried. A round
    that reached nobody begins again at `opens_at`, or looks sooner if a schedule has a `gap`.
    """
    if isinstance(done, Page) and done.aside:
        return progress.changed(pages=progress.pages + 1, reached=progress.reached or reached)
    next_at = now if _moves_on_at_once(done, reached=reached) else done.next_at
    new_round = done.cycle != progress.cycle
    begun = (progress.level > 0 or progress.turned) and not new_round
    reached = reached or (begun and progress.reached)
    if begun:
        opens_at, gap = _sooner(opens_at, progress.opens_at), gap or progress.gap
    place = _place_after(policy, progress, done, reached=reached, waits=opens_at is not None)
    looks = NO_LOOKS if reached else {}
    if place.again and opens_at:
        next_at, looks = _wait_for(max(opens_at, now), progress, now, gap=gap)
    return progress.changed(
        cycle=done.cycle,
        pages=progress.pages + isinstance(done, Page),
        next_at=None if progress.stopped else next_at,
        reached=reached and not place.again,
        opens_at=None if place.again else opens_at,
        declined=() if place.again or new_round else progress.declined,
        begins_after=0 if new_round and progress.untried else progress.begins_after,
        gap=gap and not place.again,
        **place.progress(),
        **looks,
    )


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at), default=None)


def _moves_on_at_once(done: Page | PassOver, *, reached: bool) -> bool:
    return isinstance(done, Page) and not reached and done.next_at is not None


def _wait_for(
    begins_at: datetime, progress: EscalationProgress, now: datetime, *, gap: bool
) -> tuple[datetime, Mapping[str, Any]]:
    """When a round that reached nobody begins again, and until when it only looks."""
    look_at = now + BETWEEN_LOOKS
    if gap and progress.gap_looks < MOST_LOOKS and look_at < begins_at:
        looks = progress.gap_looks + 1
        return look_at, {"quiet_until": begins_at, "gap_looks": looks}
    return begins_at, {"quiet_until": None}


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a round after a level. With `again` the round waits, and begins again."""

    level: int
    untried: int = 0
    turned: bool = False
    again: bool = False

    def progress(self) -> dict[str, Any]:
        """The place as the progress keeps it."""
        return {"level": self.level, "untried": self.untried, "turned": self.turned}


def _place_after(
    policy: EscalationPolicy,
    progress: EscalationProgress,
    done: Page | PassOver,
    *,
    reached: bool,
    waits: bool,
) -> _Place:
    """The place of the round. It `waits` if the engine knows when it can reach somebody."""
    levels, new_round = len(policy.levels), done.cycle != progress.cycle
    untried = 0 if new_round else progress.untried
    turned = progress.turned and not new_round and not reached
    last = min(untried, levels) if turned else levels
    if done.level < last or reached or progress.stopped:
        return _Place(done.level, untried, turned)
    if untried and not turned:
        return _Place(0, untried, turned=True)
    if not waits:
        return _Place(max(done.level, levels), untried)
    first = progress.begins_after if not new_round or not progress.untried else 0
    if untried and first >= levels:
        first = 0
    return _Place(first, first if untried else 0, again=True)


def begins_anew(progress: EscalationProgress) -> bool:
    """Whether the escalation is before its first level, because a whole round reached nobody."""
    here = progress.level == progress.begins_after and not progress.turned
    return here and not progress.reached


def why_silence_pages(progress: EscalationProgress) -> str:
    """Why silence pages a level."""
    if progress.called_by:
        return f"nobody has answered {progress.called_by}"
    if progress.resumed:
        return "nobody has taken it up"
    if progress.level:
        return (
            "nobody acknowledged"
            if progress.reached
            else "nobody on an earlier level could be paged"
        )
    return "still not acknowledged" if progress.pages else "new incident"


def begun_again(
    progress: EscalationProgress, level: int | None, *, resumed: bool
) -> EscalationProgress:
    """The progress of a stopped escalation that goes on; from the first level on, all of it.

    If it is `resumed`, somebody had acknowledged: it stops as soon as somebody does something.
    """
    change: dict[str, Any] = {"cycle": 0} if level == 1 else {}
    if progress.stopped is not None:
        change |= {"stopped": None, "resumed": resumed, "forgotten_at": None}
    return progress.changed(**change)


def started_over(progress: EscalationProgress) -> EscalationProgress:
    """The progress of an escalation that starts over: it has reached nobody yet."""
    return progress.changed(
        reached=False, opens_at=None, looks=0, gap=False, gap_looks=0, quiet_until=None
    )


def begun_at(progress: EscalationProgress, level: int) -> EscalationProgress:
    """The progress of a round that begins at this level: the levels before it are not tried."""
    return started_over(progress).changed(untried=level - 1, turned=False)


def resumed(
    progress: EscalationProgress,
    now: datetime,
    *,
    cause: int = OPENING,
    demanded: bool = False,
    tries_all: bool = False,
    answered: int | None = None,
) -> EscalationProgress:
    """The escalation goes on from the level that was `answered`, or else from the last one paged.

    It pages that level at once. If the wait of the last page still runs, and no level between was
    left out, it goes on after that page. Without `answered`, it does so after every such page, and
    after one that is `demanded` at that instant. With `tries_all`, a round that reaches nobody from
    there tries the levels before it.
    """
    last = progress.level
    level = last if answered is None else answered
    waits = progress.answer_by is not None and progress.answer_by > now and last <= level + 1
    here = demanded or waits
    level = last if here else level
    if tries_all and not here:
        progress = begun_at(progress, max(level, 1))
    return progress.changed(
        cause=cause,
        level=level if here else max(level - 1, 0),
        next_at=progress.answer_by if waits else now,
        stopped=None,
        resumed=True,
        forgotten_at=None,
        answer_by=None,
    )


def never_answered(progress: EscalationProgress) -> EscalationProgress:
    """The progress after the answer to it is disputed: all rounds are to come, for silence."""
    return progress.changed(cycle=0, called_by=None, called=(), begins_after=0, answered_level=0)


def stopped(progress: EscalationProgress, reason: str) -> EscalationProgress:
    """Page nobody further; if the escalation had stopped already, the first reason stays."""
    change: dict[str, Any] = {"forgotten_at": None}
    if progress.stopped is None:
        change |= {"stopped": reason, "next_at": None, "resumed": False}
        change |= {"called_by": None, "called": (), "begins_after": 0, "answer_by": None}
        change |= {"untried": 0, "turned": False, "quiet_until": None}
    return progress.changed(**change)


def targets_in_turn(
    incident_id: str, targets: tuple[str, ...], level: int, cycle: int
) -> tuple[str, ...]:
    """The targets of a level that pages one of them in turn, the one whose turn it is first.

    The incident's id decides who comes first, so over many incidents everybody does equally often.
    Within an incident, the next level of the same targets and the next cycle move on by one.
    """
    digest = hashlib.sha256(incident_id.encode()).digest()
    first = (int.from_bytes(digest[:8]) + level - 1 + cycle) % len(targets)
    return targets[first:] + targets[:first]


def depends_on_progress(policy: CompiledPolicy) -> bool:
    """Whether the escalation depends on what people do after an acknowledgement."""
    ladders = policy.escalation.ladders if policy.escalation else ()
    return any(
        ladder.forgotten_after is not None or ladder.on_raise is not OnRaise.NOTHING
        for ladder in ladders
    )
