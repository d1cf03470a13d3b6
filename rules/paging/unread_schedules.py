"""What follows if it cannot be read for now who is on call: the level is asked again, soon.

The next level is paged at once, and no round is spent. "Nobody is on call" is an answer; "nobody
can say" is none.
"""

from datetime import datetime, timedelta

from models.contracts.paging import Escalated
from models.incident.escalation import DemandedPage, EscalationProgress
from models.people.party import PartyKind, name_of
from rules.paging.page_request import PageRequest

FIRST_LOOK = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
MOST_LOOKS = 100
"""After so many looks in vain, rounds count again: about sixteen hours."""


def unread_targets(done: Escalated) -> tuple[str, ...]:
    """The targets of a level that reached nobody because their schedules cannot be read for now."""
    schedules = {target: name_of(target, PartyKind.SCHEDULE) for target in done.nobody}
    return tuple(
        target
        for target, schedule in schedules.items()
        if schedule and (found := done.on_call.get(schedule)) and found.unread
    )


def next_look_at(looks: int, now: datetime) -> datetime:
    """When to look again after so many looks in vain: each pause is twice as long."""
    return now + min(FIRST_LOOK * (1 << min(looks, 10)), LONGEST_PAUSE)


def begins_again_at(
    progress: EscalationProgress, done: Escalated, now: datetime
) -> datetime | None:
    """When the escalation begins again if its whole round reaches nobody.

    That is when the first hours of those passed over begin, when somebody is on call again, or when
    it may be known who is. None if nothing of that is known.
    """
    opening = [passed.opens_at for passed in done.out_of_hours]
    opening += [found.until_at for found in done.on_call.values() if found.gap and not found.unread]
    if unread_targets(done) and progress.looks < MOST_LOOKS:
        opening.append(next_look_at(progress.looks, now))
    return min((at for at in opening if at), default=None)


def has_gap(done: Escalated) -> bool:
    """Whether a schedule of the level is known to have nobody for now."""
    return any(found.gap and not found.unread for found in done.on_call.values())


def still_unread(asked: PageRequest, done: Escalated) -> bool:
    """Whether another look at a schedule was in vain; the timeline says so only once."""
    return _was_a_look(asked) and bool(unread_targets(done))


def look_again(
    progress: EscalationProgress,
    asked: PageRequest,
    done: Escalated,
    now: datetime,
    *,
    anew: bool,
) -> EscalationProgress:
    """The progress with a demand to page whom a level could not name, within its own wait.

    If the escalation begins `anew` because the whole round reached nobody, its round is enough.
    """
    targets, waiting = unread_targets(done), any(demanded.unread for demanded in progress.demanded)
    if done.pages and progress.looks:
        progress = progress.changed(looks=0)
    if anew and (targets or waiting):
        left = tuple(each for each in progress.demanded if each.stays or not each.unread)
        return progress.changed(demanded=left, looks=progress.looks + 1)
    if _was_a_look(asked) and done.pages and progress.stopped is None:
        progress = progress.changed(reached=True)
    again = _next_look(asked, targets, now) if targets else None
    return progress.changed(demanded=(*progress.demanded, again)) if again else progress


def _was_a_look(asked: PageRequest) -> bool:
    return bool(asked.demanded and asked.demanded.unread)


def _next_look(asked: PageRequest, targets: tuple[str, ...], now: datetime) -> DemandedPage | None:
    """The demand for these targets of a level; None if its wait ends before that."""
    was = asked.demanded if asked.demanded and asked.demanded.unread else None
    looks = was.looks + 1 if was else 0
    until = was.until if was and was.until else asked.now + asked.page.targets.wait
    at = next_look_at(looks, now)
    if at > until:
        return None
    return DemandedPage(
        reason=asked.reason,
        level=asked.page.level,
        once=True,
        stays=asked.stays,
        clocks=asked.clocks,
        not_before=at,
        cause=asked.cause,
        unread=targets,
        cycle=asked.page.cycle,
        looks=looks,
        until=until,
    )
