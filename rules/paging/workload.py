"""How many pages one person or channel gets over all incidents, and which of them wait.

Of a limit of N pages, a third is kept for the worst severity and a third for summaries; pages
beyond that wait for the next summary. So somebody who was paged for forty small incidents is still
paged for the big one, and nobody is paged more often than N times.
"""

from datetime import UTC, datetime, timedelta

from pydantic_core import to_json

from models.people.workload import (
    GRANTED,
    AskLeave,
    HeldPage,
    HoldRole,
    Leave,
    Leaves,
    PageLimit,
    PageVerdict,
    RolesHeld,
    SentPage,
    SentSummary,
    SettledPages,
    WorkloadState,
)
from models.policy.values.durations import format_duration
from rules.record.carried import size

GATHER = timedelta(seconds=30)
"""The first page that is held waits this long for others."""
LAG = timedelta(seconds=2)
"""This long after a summary is due, its pages ask for the outcome."""
APART = timedelta(milliseconds=20)
"""The time between two of these questions, so that hundreds do not come at one instant."""
TRIED_AGAIN = timedelta(minutes=1)
ROUNDS = 8
"""A summary is tried this often on every channel before its pages count as undeliverable."""
REMEMBERED = timedelta(hours=1)
"""How long the workload remembers sent pages, and the outcomes of held pages."""
MOST_HELD = 1000
"""Pages beyond this number are not kept: their incidents ask again."""
MOST_REMEMBERED = 10_000
"""The outcome of at most this many pages is kept, because each run carries all of it."""
MOST_BYTES = 896 * 1024
"""The most bytes of JSON that a workload knows: each run carries all of it in one message.

A page beyond that is sent at once and forgotten, because too often is better than never.
"""
NO_ROOM = Leave(verdict=PageVerdict.GRANTED, why="its workload has no room left to hold it")
WORST = 1


def pages_one_by_one(limit: PageLimit, *, worst: bool) -> int:
    """How many pages of a limit go out one by one, at the worst severity or at others.

    A third may be of any severity, another third is for the worst, the rest is for summaries.
    """
    at_any = -(-limit.most // 3)
    return at_any + (limit.most - at_any) // 2 if worst else at_any


def pages_for_summaries(limit: PageLimit) -> int:
    """How many pages of a limit are kept for summaries."""
    return limit.most - pages_one_by_one(limit, worst=True)


def answers_to_pages(
    state: WorkloadState, asks: tuple[AskLeave, ...], now: datetime
) -> tuple[WorkloadState, Leaves]:
    """The answers to pages that ask at the same time: the worst goes first."""
    answers: dict[int, Leave] = {}
    room = MOST_BYTES - size(state)
    for place, ask in sorted(enumerate(asks), key=lambda numbered: numbered[1].bound.urgency):
        after, answers[place] = answer_to_page(state, ask, now)
        if len(after.held) + len(after.sent) > len(state.held) + len(state.sent):
            # Its key stands beside it once more.
            needed = size(HeldPage(asked=ask, at=now)) + len(to_json(ask.key))
            if needed > room:
                answers[place] = NO_ROOM
                continue
            room -= needed
        state = after
    return state, Leaves(leaves=tuple(answers[place] for place in range(len(asks))))


def answer_to_page(
    state: WorkloadState, ask: AskLeave, now: datetime
) -> tuple[WorkloadState, Leave]:
    """The answer to a page that asks to be sent at `now`. The same key gets the same answer."""
    state = state.changed(limit=ask.bound.limit)
    if any(page.key == ask.key for page in state.sent):
        return state, GRANTED
    known = next((settled.leave for settled in state.settled if ask.key in settled.keys), None)
    if known:
        return state, known
    if ask.withdraw:
        held = {key: page for key, page in state.held.items() if key != ask.key}
        return state.changed(held=held), Leave(verdict=PageVerdict.WITHDRAWN)
    if ask.key in state.held:
        return state, _held(state, ask, now)
    if _has_room(state, ask, now):
        return state.changed(sent=(*state.sent, SentPage(key=ask.key, at=now))), GRANTED
    if len(state.held) < MOST_HELD:
        page = HeldPage(asked=ask, at=now)
        state = state.changed(held={**state.held, ask.key: page})
    return state, _held(state, ask, now)


def summary_due(state: WorkloadState) -> datetime | None:
    """When the held pages go out as one summary; None if no page is held."""
    limit = state.limit
    if limit is None or not state.held:
        return None
    apart = limit.within / pages_for_summaries(limit)
    first = next(iter(state.held.values()))
    at = [first.at + min(GATHER, apart)]
    at += [page.at + apart for page in state.sent if page.summary]
    if len(state.sent) >= limit.most:
        at.append(state.sent[-limit.most].at + limit.within)
    if state.not_before:
        at.append(state.not_before)
    return max(at)


def with_summary_sent(
    state: WorkloadState, keys: tuple[str, ...], summary: SentSummary, now: datetime
) -> WorkloadState:
    """The state after a channel took the summary of these pages."""
    leave = Leave(verdict=PageVerdict.TOLD, summary=summary)
    sent = (*state.sent, SentPage(key=summary.key, at=now, summary=True))
    return _settled(state, keys, leave, now).changed(sent=sent, failed=0, not_before=None)


def with_summary_failed(
    state: WorkloadState, keys: tuple[str, ...], now: datetime
) -> WorkloadState:
    """The state after no channel took the summary.

    The summary is tried again after 1, 2, 4 ... minutes, and given up after `ROUNDS` attempts.
    """
    failed = state.failed + 1
    if failed < ROUNDS:
        return state.changed(failed=failed, not_before=now + TRIED_AGAIN * 2 ** (failed - 1))
    leave = Leave(verdict=PageVerdict.UNDELIVERED)
    return _settled(state, keys, leave, now).changed(failed=0, not_before=None)


def with_role(
    state: WorkloadState, told: HoldRole, now: datetime
) -> tuple[WorkloadState, RolesHeld]:
    """The state after a person takes or leaves a role, and where else they hold it.

    If there is no room left, a role that is taken is not kept.
    """
    others = tuple(
        held
        for held in state.roles
        if (held.role, held.incident_id) != (told.role, told.incident_id)
    )
    elsewhere = tuple(held.incident_id for held in others if held.role == told.role)
    kept = told.holds and size(state) + size(told) <= MOST_BYTES
    roles = (*others, told) if kept else others
    return pruned(state, now).changed(roles=roles), RolesHeld(elsewhere=elsewhere)


def pruned(state: WorkloadState, now: datetime) -> WorkloadState:
    """The state without what is no longer needed."""
    kept = max(REMEMBERED, state.limit.within if state.limit else REMEMBERED)
    sent = tuple(page for page in state.sent if now - page.at < kept)
    settled, count = [], 0
    for known in reversed(state.settled):
        count += len(known.keys)
        if now - known.at < REMEMBERED and count <= MOST_REMEMBERED:
            settled.append(known)
    if len(sent) == len(state.sent) and len(settled) == len(state.settled):
        return state
    return state.changed(sent=sent, settled=tuple(reversed(settled)))


def forgotten_at(state: WorkloadState) -> datetime | None:
    """When there is nothing left to remember; None while a page or a role is held."""
    if state.held or state.roles:
        return None
    kept = max(REMEMBERED, state.limit.within if state.limit else REMEMBERED)
    ends = [page.at + kept for page in state.sent]
    ends += [known.at + REMEMBERED for known in state.settled]
    return max(ends, default=datetime.min.replace(tzinfo=UTC))


def _settled(
    state: WorkloadState, keys: tuple[str, ...], leave: Leave, now: datetime
) -> WorkloadState:
    gone = frozenset(keys)
    held = {key: page for key, page in state.held.items() if key not in gone}
    told = tuple(key for key in keys if key in state.held)
    return state.changed(
        held=held, settled=(*state.settled, SettledPages(leave=leave, at=now, keys=told))
    )


def _lately(state: WorkloadState, limit: PageLimit, now: datetime) -> int:
    return sum(now - page.at < limit.within for page in state.sent)


def _has_room(state: WorkloadState, ask: AskLeave, now: datetime) -> bool:
    """Whether a page may go out by itself. The worst severity may even if other pages wait."""
    limit, urgent = ask.bound.limit, ask.bound.urgency == WORST
    if state.held and not urgent:
        return False
    return _lately(state, limit, now) < pages_one_by_one(limit, worst=urgent)


def _held(state: WorkloadState, ask: AskLeave, now: datetime) -> Leave:
    limit, due_at = ask.bound.limit, summary_due(state) or now
    place = list(state.held).index(ask.key) if ask.key in state.held else len(state.held)
    count = _lately(state, limit, now)
    paged = f"{count} page{'s' if count != 1 else ''} within {format_duration(limit.within)}"
    return Leave(
        verdict=PageVerdict.HELD,
        why=f"{paged}, of at most {limit.most}",
        again_at=max(due_at, now + APART) + LAG + APART * place,
    )
