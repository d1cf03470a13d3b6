"""Which alerts ask for an incident, and since when the policy grants them one.

Before an incident everything that fires asks for one; once it was resolved, what recurs.
"""

from dataclasses import dataclass
from datetime import datetime

from models.alert import AlertRecord, GroupingPolicy
from models.group import GroupState
from states.lifecycle import BEFORE_REVIEW, State


@dataclass(frozen=True, slots=True)
class WantedIncident:
    """The alerts that ask, since when they do, how often that was said.

    `heard_at` is when it was first heard that they recur; it says whether that was soon.
    """

    alerts: tuple[str, ...]
    since_at: datetime
    heard_at: datetime
    deliveries: int


def is_open(state: GroupState) -> bool:
    """Whether the incident, as far as the group knows, is before its review."""
    return state.incident_state is None or state.incident_state in BEFORE_REVIEW


def incident_wanted(state: GroupState, policy: GroupingPolicy) -> WantedIncident | None:
    """What asks for an incident; None where nothing does, or where one is open or being opened."""
    if state.opening:
        return None
    if state.incident_id:
        return None if is_open(state) else _recurring(state, policy)
    since = state.firing_since_at or state.due_at
    if since is None:
        return None
    return WantedIncident(tuple(sorted(unanswered(state))), since, since, state.deliveries)


def unanswered(state: GroupState) -> dict[str, AlertRecord]:
    """What fires, and what ended before an incident was opened for it or told of it."""
    return {**state.missed, **state.firing}


def owed(state: GroupState, policy: GroupingPolicy) -> frozenset[str]:
    """What fires and must not end unnoticed: an incident is due for it, or not told of it yet."""
    asked = incident_wanted(state, policy)
    if asked:
        return frozenset(asked.alerts if state.due_at else ())
    return frozenset(untold(state) if state.incident_id else ())


def untold(state: GroupState) -> dict[str, AlertRecord]:
    """The firings that the incident was never told of."""
    records = unanswered(state).items()
    return {name: r for name, r in records if state.told.get(name) != r.alert.started_at}


def _recurring(state: GroupState, policy: GroupingPolicy) -> WantedIncident | None:
    """The alerts that recurred after resolve.

    A firing that the incident was never told of recurs when it is heard of: whenever it began,
    nobody who resolved the incident knew of it. One that it knew recurs only when it is still
    reported after the policy's time, and never where the incident was cancelled: whoever
    cancelled knew of it too.
    """
    fresh = untold(state)
    if fresh:
        heard_at = min(record.first_seen_at for record in fresh.values())
        return _asked_by(fresh, heard_at, heard_at)
    if state.incident_state is State.CANCELLED or state.resolved_at is None:
        return None
    settled_at = state.resolved_at + policy.settle_after
    records = unanswered(state).items()
    lasting = {name: r for name, r in records if r.last_seen_at >= settled_at}
    if lasting:
        heard_at = min(record.last_seen_at for record in lasting.values())
        return _asked_by(lasting, settled_at, heard_at)
    return None


def _asked_by(
    records: dict[str, AlertRecord], since: datetime, heard_at: datetime
) -> WantedIncident:
    often = max(record.times_seen for record in records.values())
    return WantedIncident(tuple(sorted(records)), since, heard_at, often)


def reopens(state: GroupState, asked: WantedIncident, policy: GroupingPolicy) -> bool:
    """Whether the incident was not over: it is reopened, whatever making a new one would ask."""
    if state.resolved_at is None or state.incident_state is State.CANCELLED:
        return False
    return state.reopenable and asked.heard_at <= state.resolved_at + policy.reopen_within


def opens_at(state: GroupState, asked: WantedIncident, policy: GroupingPolicy) -> datetime | None:
    """When what is asked makes an incident, if it goes on; None while it was said too seldom."""
    if state.due_at:
        return state.due_at
    if asked.deliveries < policy.open_after_count:
        return None
    due_at = max(asked.since_at + policy.open_after, asked.heard_at)
    if policy.open_after_count > 1 and state.last_received_at:
        return max(due_at, state.last_received_at)
    return due_at


def latched(state: GroupState, policy: GroupingPolicy, at: datetime) -> GroupState:
    """Keep that an incident was due at `at`: what ends before the group can act is not lost.

    A group may act late, when no worker ran for a while. What it hears then, all at once, must
    come to what it would have done each time.
    """
    asked = incident_wanted(state, policy)
    due_at = state.due_at if asked else None
    if asked and due_at is None:
        soon = state.incident_id is not None and reopens(state, asked, policy)
        due_at = asked.heard_at if soon else opens_at(state, asked, policy)
        due_at = due_at if due_at and due_at <= at else None
    return state if due_at == state.due_at else state.changed(due_at=due_at)
