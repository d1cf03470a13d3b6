"""The state of an alert group after each step that it takes, and after its incident moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models.alert import Alert, AlertBatch, AlertRecord, AlertStatus
from models.contracts.alert_group import (
    FeedIncident,
    GroupState,
    IncidentFed,
    IncidentMoved,
    StartIncident,
)
from rules.alerts.group_report import recurrence_words
from rules.alerts.wanted_incident import alerts_without_incident, is_open
from states.lifecycle import BEFORE_REVIEW, TERMINAL, State

MOST_TAKEOVERS = 20
"""A group remembers at most this many earlier incidents that it must tell of a takeover."""


def news_for_the_incident(state: GroupState) -> tuple[Alert, ...]:
    """The news that the incident accepts: everything before its review, then only ends."""
    alerts = tuple(state.unfed.values())
    if is_open(state):
        return alerts
    return tuple(alert for alert in alerts if alert.status is AlertStatus.RESOLVED)


def opening_incident(state: GroupState, request: StartIncident) -> GroupState:
    """The state while an incident is being opened. Its report contains everything but ends."""
    change = _only(_ends_missed(state)) | {"due_at": None, "missed": {}}
    return state.changed(**(change | {"opening": request, "not_before": None}))


def _ends_missed(state: GroupState) -> dict[str, Alert]:
    """The ends of alerts that the report still lists as firing: the group tells them afterwards."""
    return {name: state.unfed[name] for name in state.missed if name in state.unfed}


def _only(unfed: dict[str, Alert]) -> dict[str, Any]:
    """Replace the news that is left to tell, and mark it as urgent."""
    return {"unfed": unfed, "unfed_deliveries": 1 if unfed else 0, "urgent": bool(unfed)}


def incident_opened(state: GroupState, now: datetime, *, anew: bool = True) -> GroupState:
    """The state once the new incident runs. If the one before it is not over, it must be told.

    Without `anew`, the incident had already begun with another report, so the group tells it what
    this report says.
    """
    request = state.opening
    if request is None:
        return state
    if state.incident_id and state.incident_state not in TERMINAL:
        state = _owing_takeover(state, state.incident_id)
    if not anew:
        said = {record.alert.fingerprint: record.alert for record in request.report.alerts}
        state = state.changed(**_only({**said, **state.unfed}))
    return state.changed(
        incident_id=request.incident_id,
        opening=None,
        incident_state=State.REPORTED,
        told=_going_on(state, (record.alert for record in request.report.alerts)),
        resolved_at=None,
        reopenable=True,
        opened=state.opened + 1,
        fed_at=now,
        not_before=None,
    )


def telling_incident(
    state: GroupState,
    *,
    group_id: str,
    group_key: str,
    now: datetime,
    recurring: tuple[str, ...] | None = None,
) -> GroupState:
    """The state while the group tells the incident its news.

    With `recurring` alerts the group reopens the incident and tells it all that fires or fired
    meanwhile.
    """
    if state.incident_id is None:
        return state
    reopen = recurring is not None
    firing = {name: record.alert for name, record in alerts_without_incident(state).items()}
    alerts = {**state.unfed, **firing}.values() if reopen else news_for_the_incident(state)
    request = FeedIncident(
        incident_id=state.incident_id,
        batch=AlertBatch(
            source=state.source,
            group_key=group_key,
            alerts=tuple(alerts),
            truncated=state.truncated,
            received_at=state.last_received_at or now,
        ),
        deliveries=max(state.unfed_deliveries, 1),
        reopen=reopen,
        note=recurrence_words(state, recurring or ()),
        command_id=f"{group_id}/{state.opened}/{state.fed + 1}",
    )
    change = _only(_ends_missed(state) if reopen else {})
    return state.changed(**(change | {"feeding": request, "moved_meanwhile": False}))


def incident_told(state: GroupState, answer: IncidentFed, now: datetime) -> GroupState:
    """The state after the incident answered.

    If the incident moved meanwhile, that news is newer.
    """
    request = state.feeding
    if request is None:
        return state
    change: dict[str, Any] = {"feeding": None, "fed": state.fed + 1, "fed_at": now}
    change["not_before"] = None
    if not state.moved_meanwhile:
        is_over = answer.state not in BEFORE_REVIEW
        resolved_at = answer.resolved_at or state.resolved_at or now
        change |= {"incident_state": answer.state, "resolved_at": resolved_at if is_over else None}
    if request.reopen:
        change["reopenable"] = answer.absorbed
    if not answer.absorbed:
        return state.changed(**(change | _refused(state, request, answer)))
    change["told"] = state.told | _going_on(state, request.batch.alerts)
    change["missed"] = _still_missed(state, request)
    if request.reopen:
        change |= {"due_at": None} | _untold(state, request)
    return state.changed(**change)


def _still_missed(state: GroupState, request: FeedIncident) -> dict[str, AlertRecord]:
    """The firings that the incident still does not know."""
    known = {(alert.fingerprint, alert.started_at) for alert in request.batch.alerts}
    missed = state.missed.items()
    return {name: r for name, r in missed if (name, r.alert.started_at) not in known}


def incident_not_told(state: GroupState, not_before: datetime) -> GroupState:
    """The state after the incident did not answer: the group repeats the same request later.

    The incident may have received the first one. News that came meanwhile waits for the answer.
    """
    return state.changed(not_before=not_before)


def _going_on(state: GroupState, told: Iterable[Alert]) -> dict[str, datetime]:
    """The firings that the incident was told of, and when each began; without those that ended."""
    fire = (alert for alert in told if alert.status is AlertStatus.FIRING)
    return {a.fingerprint: a.started_at for a in fire if a.fingerprint in state.firing}


def _refused(state: GroupState, request: FeedIncident, answer: IncidentFed) -> dict[str, Any]:
    """The news left after a refusal: the alerts that ended, if the incident can still hear of it.

    It can in review, where it refuses only alerts that fire, and after it is reopened. Before that,
    it would refuse ends without a firing again.
    """
    alerts = request.batch.alerts
    ends = {a.fingerprint: a for a in alerts if a.status is AlertStatus.RESOLVED}
    alone = len(ends) == len(alerts)
    if not ends or (alone and answer.state not in TERMINAL):
        return {}
    deliveries = max(state.unfed_deliveries, 1)
    return {"unfed": {**ends, **state.unfed}, "unfed_deliveries": deliveries, "urgent": True}


def _untold(state: GroupState, request: FeedIncident) -> dict[str, Any]:
    """The news left after a reopening: nothing, if the group has just told all of it."""
    told = {alert.fingerprint: alert for alert in request.batch.alerts}
    left = {name: alert for name, alert in state.unfed.items() if told.get(name) != alert}
    return {} if left else _only({})


def incident_moved(state: GroupState, move: IncidentMoved, now: datetime) -> GroupState:
    """The state after an incident reports where it stands.

    News of an earlier incident changes nothing, unless people reopened it: then it must be told
    that its alerts moved to the present one.
    """
    if state.opening and state.opening.incident_id == move.incident_id:
        state = incident_opened(state, now)
    if state.incident_id != move.incident_id:
        reopened = state.incident_id is not None and move.state in BEFORE_REVIEW
        return _owing_takeover(state, move.incident_id) if reopened else state
    is_over = move.state not in BEFORE_REVIEW
    change: dict[str, Any] = {"incident_state": move.state, "resolved_at": None}
    change["moved_meanwhile"] = True
    if is_over:
        # The end of a review does not change when the incident was resolved.
        change["resolved_at"] = move.resolved_at or state.resolved_at or now
    elif not is_open(state):
        firing = {name: record.alert for name, record in state.firing.items()}
        change |= {"unfed": {**state.unfed, **firing}, "unfed_deliveries": 1, "urgent": True}
        change |= {"reopenable": True, "due_at": None}
    return state.changed(**change)


def _owing_takeover(state: GroupState, earlier: str) -> GroupState:
    if earlier in state.takeovers or len(state.takeovers) >= MOST_TAKEOVERS:
        return state
    return state.changed(takeovers=(*state.takeovers, earlier))


def handing_over_alerts(
    state: GroupState, earlier: str, *, group_id: str, group_key: str, now: datetime
) -> FeedIncident:
    """The request that tells an earlier incident that the present one has taken over its alerts."""
    return FeedIncident(
        incident_id=earlier,
        batch=AlertBatch(source=state.source, group_key=group_key, alerts=(), received_at=now),
        deliveries=1,
        reopen=False,
        command_id=f"{group_id}/taken-over-by/{state.incident_id}",
        taken_over_by=state.incident_id,
    )


def alerts_handed_over(state: GroupState, earlier: str) -> GroupState:
    """The state once the earlier incident knows, or is over and so needs to know nothing."""
    left = tuple(name for name in state.takeovers if name != earlier)
    return state.changed(takeovers=left, takeover_at=None)


def alerts_not_handed_over(state: GroupState, earlier: str, not_before: datetime) -> GroupState:
    """The state after the earlier incident could not be told: the others come first."""
    left = tuple(name for name in state.takeovers if name != earlier)
    return state.changed(takeovers=(*left, earlier), takeover_at=not_before)
