"""What an alert group knows after each step that it took, and after its incident moved."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models.alert import Alert, AlertBatch, AlertRecord, AlertStatus
from models.group import FeedIncident, GroupState, IncidentFed, IncidentMoved, StartIncident
from rules.alerts.opening import is_open, unanswered
from rules.alerts.telling import recurrence_words
from states.lifecycle import BEFORE_REVIEW, TERMINAL, State

MOST_TAKEOVERS = 20
"""So many earlier incidents at most are to be told that this one has their alerts."""


def tellable(state: GroupState) -> tuple[Alert, ...]:
    """What the incident can be told: before its review everything, in review what resolved."""
    alerts = tuple(state.unfed.values())
    if is_open(state):
        return alerts
    return tuple(alert for alert in alerts if alert.status is AlertStatus.RESOLVED)


def opening(state: GroupState, request: StartIncident) -> GroupState:
    """An incident is being opened: its report tells all there is to tell but what has ended."""
    change = _only(_ends_missed(state)) | {"due_at": None, "missed": {}}
    return state.changed(**(change | {"opening": request, "not_before": None}))


def _ends_missed(state: GroupState) -> dict[str, Alert]:
    """The ends of what is told as firing although it does no more: they are told after it."""
    return {name: state.unfed[name] for name in state.missed if name in state.unfed}


def _only(unfed: dict[str, Alert]) -> dict[str, Any]:
    """What is left to tell, and at once."""
    return {"unfed": unfed, "unfed_deliveries": 1 if unfed else 0, "urgent": bool(unfed)}


def opened(state: GroupState, now: datetime, *, anew: bool = True) -> GroupState:
    """The incident that was being opened runs. The one before it, if not over, has to be told.

    Unless it began `anew`, it had begun with another report: it is told what this one says.
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


def feeding(
    state: GroupState,
    *,
    group_id: str,
    group_key: str,
    now: datetime,
    recurring: tuple[str, ...] | None = None,
) -> GroupState:
    """The incident is being told what there is to tell.

    With `recurring` alerts it is reopened, and told everything that fires or did meanwhile.
    """
    if state.incident_id is None:
        return state
    reopen = recurring is not None
    firing = {name: record.alert for name, record in unanswered(state).items()}
    alerts = {**state.unfed, **firing}.values() if reopen else tellable(state)
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


def fed(state: GroupState, answer: IncidentFed, now: datetime) -> GroupState:
    """The incident has answered. What it said of itself since it was asked is newer."""
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
    """An incident that knows of a firing need not be opened for its sake."""
    known = {(alert.fingerprint, alert.started_at) for alert in request.batch.alerts}
    missed = state.missed.items()
    return {name: r for name, r in missed if (name, r.alert.started_at) not in known}


def not_fed(state: GroupState, not_before: datetime) -> GroupState:
    """The incident has not answered. It may have heard: it is asked the same again, unchanged.

    What came meanwhile waits for the answer.
    """
    return state.changed(not_before=not_before)


def _going_on(state: GroupState, told: Iterable[Alert]) -> dict[str, datetime]:
    """The firings that were told of, since when; what has ended meanwhile may fire anew."""
    fire = (alert for alert in told if alert.status is AlertStatus.FIRING)
    return {a.fingerprint: a.started_at for a in fire if a.fingerprint in state.firing}


def _refused(state: GroupState, request: FeedIncident, answer: IncidentFed) -> dict[str, Any]:
    """What is left to tell: which alerts ended, as soon as the incident hears that.

    It does in review, where only what fired with them was refused, and once it is reopened.
    Alerts that ended, refused for themselves before that, would be refused again.
    """
    alerts = request.batch.alerts
    ends = {a.fingerprint: a for a in alerts if a.status is AlertStatus.RESOLVED}
    alone = len(ends) == len(alerts)
    if not ends or (alone and answer.state not in TERMINAL):
        return {}
    deliveries = max(state.unfed_deliveries, 1)
    return {"unfed": {**ends, **state.unfed}, "unfed_deliveries": deliveries, "urgent": True}


def _untold(state: GroupState, request: FeedIncident) -> dict[str, Any]:
    """What is left to tell: that the incident moved made news of what it was told just then."""
    told = {alert.fingerprint: alert for alert in request.batch.alerts}
    left = {name: alert for name, alert in state.unfed.items() if told.get(name) != alert}
    return {} if left else _only({})


def moved(state: GroupState, move: IncidentMoved, now: datetime) -> GroupState:
    """The incident says where it stands.

    News of an earlier one change nothing; but one that people reopened has its alerts no more.
    """
    if state.opening and state.opening.incident_id == move.incident_id:
        state = opened(state, now)
    if state.incident_id != move.incident_id:
        reopened = state.incident_id is not None and move.state in BEFORE_REVIEW
        return _owing_takeover(state, move.incident_id) if reopened else state
    is_over = move.state not in BEFORE_REVIEW
    change: dict[str, Any] = {"incident_state": move.state, "resolved_at": None}
    change["moved_meanwhile"] = True
    if is_over:
        # A review that ends does not move the resolve that it reviews.
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


def handing_over(
    state: GroupState, earlier: str, *, group_id: str, group_key: str, now: datetime
) -> FeedIncident:
    """What to tell an earlier incident: that its alerts are now the present one's."""
    return FeedIncident(
        incident_id=earlier,
        batch=AlertBatch(source=state.source, group_key=group_key, alerts=(), received_at=now),
        deliveries=1,
        reopen=False,
        command_id=f"{group_id}/taken-over-by/{state.incident_id}",
        taken_over_by=state.incident_id,
    )


def handed_over(state: GroupState, earlier: str) -> GroupState:
    """The earlier incident knows, or is over: what is over, its alerts hold up no more."""
    left = tuple(name for name in state.takeovers if name != earlier)
    return state.changed(takeovers=left, takeover_at=None)


def not_handed_over(state: GroupState, earlier: str, not_before: datetime) -> GroupState:
    """The earlier incident could not be told: the others first, then it again."""
    left = tuple(name for name in state.takeovers if name != earlier)
    return state.changed(takeovers=(*left, earlier), takeover_at=not_before)
