"""Which alerts need an incident, and when the policy gives them one.

Before there is an incident, all alerts that fire need one; after it is resolved, those that recur.
"""

from dataclasses import dataclass
from datetime import datetime

from models.alert import AlertRecord, GroupingPolicy
from models.contracts.alert_group import GroupState
from states.lifecycle import BEFORE_REVIEW, State


@dataclass(frozen=True, slots=True)
class WantedIncident:
    """The alerts that need an incident, since when, and how often they were delivered.

    `heard_at` is when the group first heard that they recur, which decides whether that was soon.
    """

    alerts: tuple[str, ...]
    since_at: datetime
    heard_at: datetime
    deliveries: int


def is_open(state: GroupState) -> bool:
    """Whether the incident, as far as the group knows, is not yet in review."""
    return state.incident_state is None or state.incident_state in BEFORE_REVIEW


def incident_wanted(state: GroupState, policy: GroupingPolicy) -> WantedIncident | None:
    """The incident that the alerts need; None if they need none or have an open one."""
    if state.opening:
        return None
    if state.incident_id:
        return None if is_open(state) else _recurring(state, policy)
    since = state.firing_since_at or state.due_at
    if since is None:
        return None
    return WantedIncident(
        tuple(sorted(alerts_without_incident(state))), since, since, state.deliveries
    )


def alerts_without_incident(state: GroupState) -> dict[str, AlertRecord]:
    """The alerts that fire, and those that ended before an incident knew of them."""
    return {**state.missed, **state.firing}


def alerts_owed_an_incident(state: GroupState, policy: GroupingPolicy) -> frozenset[str]:
    """The firing alerts that must not be lost if they end: an incident is due, or not told yet."""
    asked = incident_wanted(state, policy)
    if asked:
        return frozenset(asked.alerts if state.due_at else ())
    return frozenset(untold_firings(state) if state.incident_id else ())


def untold_firings(state: GroupState) -> dict[str, AlertRecord]:
    """The firings that the group never told the incident of."""
    records = alerts_without_incident(state).items()
    return {name: r for name, r in records if state.told.get(name) != r.alert.started_at}


def _recurring(state: GroupState, policy: GroupingPolicy) -> WantedIncident | None:
    """The alerts that recurred after resolve.

    A firing that the incident was never told of recurs as soon as the group hears of it, whenever
    it began: nobody who resolved the incident knew of it. A firing that the incident knew of recurs
    only if it is still reported after the policy's time, and never if the incident was cancelled,
    because whoever cancelled it knew of it too.
    """
    fresh = untold_firings(state)
    if fresh:
        heard_at = min(record.first_seen_at for record in fresh.values())
        return _asked_by(fresh, heard_at, heard_at)
    if state.incident_state is State.CANCELLED or state.resolved_at is None:
        return None
    settled_at = state.resolved_at + policy.settle_after
    records = alerts_without_incident(state).items()
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
    """Whether to reopen the incident; the conditions for a new one then do not matter."""
    if state.resolved_at is None or state.incident_state is State.CANCELLED:
        return False
    return state.reopenable and asked.heard_at <= state.resolved_at + policy.reopen_within


def opens_at(state: GroupState, asked: WantedIncident, policy: GroupingPolicy) -> datetime | None:
    """When the alerts make an incident if they go on; None if they came too seldom so far."""
    if state.due_at:
        return state.due_at
    if asked.deliveries < policy.open_after_count:
        return None
    due_at = max(asked.since_at + policy.open_after, asked.heard_at)
    if policy.open_after_count > 1 and state.last_received_at:
        return max(due_at, state.last_received_at)
    return due_at


def remember_due(state: GroupState, policy: GroupingPolicy, at: datetime) -> GroupState:
    """Keep that an incident was due at `at`, even if the alerts end before the group can act.

    If no worker runs for a while, a group gets everything at once. The outcome must be the same as
    if it had acted each time.
    """
    asked = incident_wanted(state, policy)
    due_at = state.due_at if asked else None
    if asked and due_at is None:
        soon = state.incident_id is not None and reopens(state, asked, policy)
        due_at = asked.heard_at if soon else opens_at(state, asked, policy)
        due_at = due_at if due_at and due_at <= at else None
    return state if due_at == state.due_at else state.changed(due_at=due_at)
