"""Demands on an escalation: which become one page, which wait, and who answers them.

Demands of one instant for the same level become one page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from models.compiled import EscalationPolicy
from models.incident.escalation import DemandedPage, EscalationProgress
from models.people.party import PartyKind, party_named
from rules.paging.escalation import (
    EXHAUSTED,
    NoPage,
    Page,
    after_level,
    begun_again,
    begun_at,
    forced_page,
    started_over,
)
from rules.paging.withdrawal import Withdrawal
from rules.record.decision import PageNextLevel


@dataclass(frozen=True, slots=True)
class JoinedDemand:
    """The demand that is due, joined with others of its instant and level.

    `demanded` is None if that level was paged at that very instant: then `joined` only does the
    rest. `progress` no longer contains the demand.
    """

    progress: EscalationProgress
    demanded: DemandedPage | None
    joined: DemandedPage

    @property
    def reason(self) -> str:
        """Every reason of the joined demands."""
        return self.joined.reason


def demanded_page(effect: PageNextLevel, now: datetime, cause: int) -> DemandedPage:
    """The demand of a decision; `cause` is its timeline entry."""
    return DemandedPage(
        reason=effect.reason,
        level=effect.level,
        waits=effect.waits,
        resumes=effect.resumes,
        stays=effect.stays,
        once=effect.once,
        by=effect.by,
        at=effect.at or now,
        cause=cause,
        clocks=(effect.clock,) if effect.clock else (),
    )


def level_of(demanded: DemandedPage, progress: EscalationProgress, levels: int) -> int:
    """The level that a demand means, at most the last one."""
    return min(demanded.level or progress.level + 1, levels)


def _is_due(demanded: DemandedPage, progress: EscalationProgress, now: datetime) -> bool:
    """Whether a demand is due. While the escalation goes on, some are left to it."""
    waits = demanded.not_before
    paged_here = progress.stopped is not None or bool(demanded.unread) or demanded.beside
    return waits is None or (paged_here and waits <= now)


def demand_due(progress: EscalationProgress, now: datetime) -> bool:
    """Whether a demand is due now."""
    return any(_is_due(demanded, progress, now) for demanded in progress.demanded)


def next_demand(
    progress: EscalationProgress, levels: int, now: datetime, *, keeps: bool = True
) -> JoinedDemand | None:
    """Take the first demand that is due, as one page with the same ones; None if there is none.

    It `keeps` what each of them would have done by itself.
    """
    due = _taken_now(progress, levels, now)
    if not due:
        return None
    first = due[0]
    same = [d for d in due if _same(d, first, progress, levels)]
    rest = _without(progress.demanded, same)
    left = progress.changed(demanded=rest)
    joined = _joined(first, same) if keeps else _joined_at_first(first, same)
    if _just_paged(first, progress, keeps=keeps):
        return JoinedDemand(left, None, joined)
    return JoinedDemand(left, joined, joined)


def comes_before_silence(progress: EscalationProgress, levels: int, now: datetime) -> bool:
    """Whether a demand is due that is not left to the end of a wait."""
    return bool(_taken_now(progress, levels, now))


def _taken_now(progress: EscalationProgress, levels: int, now: datetime) -> list[DemandedPage]:
    due = [demanded for demanded in progress.demanded if _is_due(demanded, progress, now)]
    return [demanded for demanded in due if not _silence_pages(demanded, progress, levels, now)]


def _joined(first: DemandedPage, same: list[DemandedPage]) -> DemandedPage:
    """One demand for all. The escalation goes on if one of them alone would make it go on."""
    asks_on = next((demanded.by for demanded in same if demanded.by and not demanded.once), None)
    once = all(demanded.once for demanded in same)
    by = asks_on or (first.by if once else None)
    return _joined_at_first(first, same).changed(once=once, by=by)


def _joined_at_first(first: DemandedPage, same: list[DemandedPage]) -> DemandedPage:
    reason = "; ".join(dict.fromkeys(demanded.reason for demanded in same))
    return first.changed(
        reason=reason,
        waits=any(demanded.waits for demanded in same),
        resumes=any(demanded.resumes for demanded in same),
        stays=any(demanded.stays for demanded in same),
        clocks=tuple(dict.fromkeys(name for demanded in same for name in demanded.clocks)),
        once=all(demanded.once for demanded in same),
        by=next((demanded.by for demanded in same if demanded.by), None),
        unread=first.unread if all(demanded.unread for demanded in same) else (),
    )


def goes_on_after(
    progress: EscalationProgress,
    joined: DemandedPage,
    ladder: EscalationPolicy | None,
    now: datetime,
    *,
    acknowledged: bool,
) -> EscalationProgress:
    """The progress after a demand joined a page that had just left, as if it had paged."""
    exact = joined.changed(level=progress.demanded_level)
    going, page = page_on_demand(progress, exact, ladder, now, acknowledged=acknowledged)
    if ladder is None or not isinstance(page, Page):
        return progress
    then = after_level(ladder, going, page, now, reached=True)
    called = progress.demanded_of if then.called_by else ()
    return then.changed(pages=progress.pages, called=tuple(dict.fromkeys((*then.called, *called))))


def _silence_pages(
    demanded: DemandedPage, progress: EscalationProgress, levels: int, now: datetime
) -> bool:
    """Whether the escalation pages this level by itself at this instant."""
    if not demanded.beside or progress.stopped or progress.next_at is None:
        return False
    following = progress.level + 1 if progress.level < levels else 1
    return progress.next_at <= now and following == level_of(demanded, progress, levels)


def _without(every: tuple[DemandedPage, ...], gone: list[DemandedPage]) -> tuple[DemandedPage, ...]:
    return tuple(one for one in every if not any(one is other for other in gone))


def _same(
    one: DemandedPage, other: DemandedPage, progress: EscalationProgress, levels: int
) -> bool:
    meant = (level_of(one, progress, levels), level_of(other, progress, levels))
    return one.falls_on == other.falls_on and meant[0] == meant[1]


def _just_paged(demanded: DemandedPage, progress: EscalationProgress, *, keeps: bool) -> bool:
    """Whether another demand of this instant has already paged somebody of this level."""
    if not demanded.falls_on or demanded.falls_on != progress.demanded_at or demanded.first_level:
        return False
    if not keeps:
        return demanded.level in (None, progress.level)
    follows = demanded.level is None and progress.demanded_level == progress.level
    return bool(progress.demanded_of) and (follows or demanded.level == progress.demanded_level)


def page_on_demand(
    progress: EscalationProgress,
    demanded: DemandedPage,
    ladder: EscalationPolicy | None,
    now: datetime,
    *,
    acknowledged: bool,
    postpones: bool = False,
    tries_all: bool = True,
) -> tuple[EscalationProgress, Page | NoPage]:
    """The page that is demanded, and the progress from which silence goes on.

    A demand by hand restarts a stopped escalation until somebody answers. It never puts off what is
    due by silence, unless it `postpones`. With `tries_all`, a round that begins at this level and
    reaches nobody also tries the levels before it.
    """
    aside = None if postpones else _aside(progress, demanded, ladder)
    if aside:
        return progress, _narrowed(aside, demanded)
    stopped = progress.stopped is not None
    if demanded.resumes:
        progress = begun_again(progress, demanded.level, resumed=acknowledged)
        if stopped or demanded.level == 1:
            progress = started_over(progress)
    elif stopped and demanded.by and not demanded.once:
        levels = len(ladder.levels) if ladder else 1
        progress = _called(progress, demanded.by, level_of(demanded, progress, levels))
    waits = demanded.waits and progress.stopped is None and not demanded.once
    if waits and tries_all and ladder:
        progress = begun_at(progress, level_of(demanded, progress, len(ladder.levels)))
    page = forced_page(ladder, progress, demanded.level, waits_from=now if waits else None)
    page = _narrowed(page, demanded) if isinstance(page, Page) else page
    return progress.changed(cause=demanded.cause) if waits else progress, page


def sets_going(progress: EscalationProgress, demanded: DemandedPage) -> DemandedPage:
    """The demand that sets the escalation going if it has ended without an answer.

    A person who asks for a level alone, or who asks again, sets nothing else going.
    """
    ended = progress.stopped == EXHAUSTED
    alone = demanded.once or demanded.by or not demanded.waits
    return demanded if alone or not ended else demanded.changed(resumes=True)


def asks_again(progress: EscalationProgress, demanded: DemandedPage) -> EscalationProgress:
    """The progress in which a demand asks those again who could not before the round ended.

    Only the person who asks is not asked again.
    """
    if progress.stopped is None or demanded.unread:
        return progress
    return progress.changed(declined=tuple(who for who in progress.declined if who == demanded.by))


def _narrowed(page: Page, demanded: DemandedPage) -> Page:
    """Only the targets that could not be read, under the key that they would have had."""
    if not demanded.unread:
        return page
    cycle = page.cycle if demanded.cycle is None else demanded.cycle
    return replace(page, targets=page.targets.changed(page=demanded.unread), cycle=cycle)


def _aside(
    progress: EscalationProgress, demanded: DemandedPage, ladder: EscalationPolicy | None
) -> Page | None:
    """The page of a level that a person asks for again, or alone, while silence goes on anyway."""
    goes_on = progress.level and progress.next_at and not progress.stopped
    if demanded.beside and not progress.stopped:
        goes_on = True
    if ladder is None or not ladder.levels or not goes_on:
        return None
    level = level_of(demanded, progress, len(ladder.levels))
    again = demanded.by and (level <= progress.level or demanded.once)
    if not demanded.beside and not again:
        return None
    targets = ladder.levels[level - 1]
    return Page(level, progress.cycle, targets, progress.next_at, aside=True)


def _called(progress: EscalationProgress, by: str, level: int) -> EscalationProgress:
    """Go on from this level, in a new round, until somebody answers."""
    return started_over(progress).changed(
        declined=(by,) if by in progress.declined else (),
        cycle=0,
        stopped=None,
        resumed=False,
        forgotten_at=None,
        called_by=by,
        called=(),
        begins_after=level - 1,
    )


def answers_escalation(progress: EscalationProgress, by: str, *, may_acknowledge: bool) -> bool:
    """Whether this person's action stops an escalation that goes on after an acknowledgement.

    Whoever may acknowledge can stop one that was resumed. If it was asked for by hand, those it has
    paged can answer. If it has paged a channel, whose readers are unknown, everybody who may
    acknowledge can, except the person who asked.
    """
    if progress.called_by is None:
        return progress.resumed and may_acknowledge
    if by == progress.called_by:
        return False
    channel = any(party_named(name).kind is PartyKind.CHANNEL for name in progress.called)
    return by in progress.called or (channel and may_acknowledge)


def caller_passed_over(progress: EscalationProgress) -> str | None:
    """The person who asked by hand, if the round has turned to the levels before theirs.

    These levels do not page that person. One who cannot take the incident on is passed over anyway.
    """
    cannot = progress.called_by in progress.declined
    return progress.called_by if progress.turned and not cannot else None


def carried_out(
    progress: EscalationProgress,
    demanded: DemandedPage,
    page: Page,
    asked_at: datetime,
    reached: tuple[str, ...],
    *,
    remembers: bool = True,
) -> EscalationProgress:
    """The progress after a demanded page, which `reached` these recipients.

    If it `remembers` them, another demand of the same instant for this level joins the page.
    """
    progress = progress.changed(demanded_at=demanded.falls_on)
    if remembers:
        progress = progress.changed(demanded_level=page.level, demanded_of=reached)
    if progress.stopped and reached:
        progress = progress.changed(answer_by=asked_at + page.targets.wait)
    return progress


def without_withdrawn(progress: EscalationProgress, withdrawal: Withdrawal) -> EscalationProgress:
    """The progress without the demands that are withdrawn."""
    left = tuple(
        demanded
        for demanded in progress.demanded
        if not withdrawal.covers(stays=demanded.stays, clocks=demanded.clocks)
    )
    return progress.changed(demanded=left)


def keep_unreached(
    progress: EscalationProgress,
    demanded: DemandedPage,
    level: int,
    levels: int,
    *,
    opens_at: datetime | None,
    cause: int | None = None,
    around: bool = False,
) -> EscalationProgress:
    """Keep a demand that reached nobody.

    It waits for the hours of its level. If that level has no hours, the next level is demanded at
    once, unless silence goes on anyway; `around` the ladder, the levels before it follow the last.
    With a `cause`, a line of its own, it waits beside the escalation, so that its page has a key of
    its own.
    """
    if opens_at:
        waiting = demanded.changed(level=level, not_before=opens_at)
        if cause is not None:
            waiting = waiting.changed(cause=cause, beside=True)
        if cause is not None and any(_waits_alike(waiting, other) for other in progress.demanded):
            return progress
        return progress.changed(demanded=(*progress.demanded, waiting))
    first = demanded.first_level or level
    following_level = level % levels + 1
    over = following_level == first if around else level >= levels
    if demanded.once or over or progress.stopped is None:
        return progress
    following = demanded.changed(level=following_level, not_before=None)
    if around:
        following = following.changed(first_level=first)
    return progress.changed(demanded=(following, *progress.demanded))


def _waits_alike(one: DemandedPage, other: DemandedPage) -> bool:
    """Whether two demands wait for the same page, and the same ends them."""
    return _end_of(one) == _end_of(other)


def _end_of(demanded: DemandedPage) -> tuple[object, ...]:
    """What a waiting demand waits for, and what withdraws it."""
    d = demanded
    return d.level, d.not_before, d.stays, d.once, d.by, d.clocks


def reached_by(
    progress: EscalationProgress, level: int, recipients: Iterable[str]
) -> EscalationProgress:
    """After a page of this level: no demand waits for its hours, and its recipients can answer."""
    left = tuple(d for d in progress.demanded if not d.not_before or d.level != level)
    every = tuple(dict.fromkeys((*progress.called, *recipients))) if progress.called_by else ()
    return progress.changed(demanded=left, called=every)
