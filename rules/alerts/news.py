"""What an alert group makes of a delivery: which alerts now fire, and what is news.

Deliveries come late, twice and out of order. For one firing, the message received last counts: a
sender that lost sight of an alert says that it ended, and later that it still fires, both times
with the same start. Messages about an earlier firing change nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.alert import Alert, AlertBatch, AlertRecord, AlertStatus, GroupingPolicy
from models.contracts.alert_group import GroupState
from rules.alerts.capacity import AlertRoom
from rules.alerts.firing import with_known_start, without_future_start
from rules.alerts.wanted_incident import alerts_owed_an_incident, remember_due
from rules.alerts.words import without_labels
from rules.record.bounds import COUNT_BOUND
from rules.record.carried import ALERTS_IN_FULL
from rules.record.ids import bounded_fingerprint

ENDINGS_KEPT = 500
"""A group remembers when this many alerts ended, the newest ones."""


@dataclass(slots=True)
class _Delivering:
    """The alerts of a group while it takes in a delivery."""

    firing: dict[str, AlertRecord]
    ended: dict[str, datetime]
    ends_heard: dict[str, datetime]
    unfed: dict[str, Alert]
    told: dict[str, datetime]
    missed: dict[str, AlertRecord]
    owed: frozenset[str]
    under_way: frozenset[str]
    room: AlertRoom
    at: datetime
    beyond: int = 0
    accepted: bool = False
    fires: bool = False
    news: bool = False

    def take(self, alert: Alert) -> None:
        """Take in one alert."""
        alert = alert.changed(fingerprint=bounded_fingerprint(alert.fingerprint))
        alert = without_future_start(alert, self.at)
        if alert.status is AlertStatus.FIRING:
            self._fires(alert)
        else:
            self._resolves(alert)

    def _fires(self, alert: Alert) -> None:
        if self._is_over(alert):
            return
        known = self.firing.get(alert.fingerprint)
        alert = with_known_start(alert, known.alert if known else None)
        if known and alert.started_at < known.alert.started_at:
            alert = alert.changed(started_at=known.alert.started_at)
        self.fires = True
        kept = self._with_room(alert)
        if kept is None:
            self.beyond += 1
            return
        alert = kept
        self.missed.pop(alert.fingerprint, None)
        # A later start means another firing, even if nobody reported the end of the one before.
        anew = known is None or alert.started_at > known.alert.started_at
        self.firing[alert.fingerprint] = AlertRecord(
            alert=alert,
            first_seen_at=self.at if known is None or anew else known.first_seen_at,
            last_seen_at=max(known.last_seen_at, self.at) if known else self.at,
            times_seen=1 if known is None or anew else known.times_seen + 1,
        )
        self._accept(alert, news=anew)

    def _with_room(self, alert: Alert) -> Alert | None:
        """As much of a firing alert as there is room for. Old missed alerts make room for it."""
        known = self._known(alert.fingerprint)
        in_full = known is not None or len(self.firing) < ALERTS_IN_FULL
        while True:
            kept = self.room.fitted(alert, known, in_full=in_full)
            gone = next((name for name in self.missed if name not in self.under_way), None)
            if kept is not None or gone is None:
                return kept
            del self.missed[gone]
            self.unfed.pop(gone, None)
            self.room.forget(gone)

    def _known(self, fingerprint: str) -> Alert | None:
        """The last known version of an alert."""
        if fingerprint in self.firing:
            return self.firing[fingerprint].alert
        if fingerprint in self.unfed:
            return self.unfed[fingerprint]
        return self.missed[fingerprint].alert if fingerprint in self.missed else None

    def _resolves(self, alert: Alert) -> None:
        known = self.firing.get(alert.fingerprint)
        earlier = self.ended.get(alert.fingerprint)
        # With an end in the future, the group would ignore the next firing.
        ended_at = min(alert.ended_at or alert.started_at, max(self.at, alert.started_at))
        if known and (ended_at < known.alert.started_at or self.at < known.last_seen_at):
            return
        if known is None and earlier is not None and ended_at < earlier:
            return
        alert = with_known_start(alert, known.alert if known else None)
        kept = self.room.fitted(alert, self._known(alert.fingerprint), in_full=True)
        self._end(alert.fingerprint)
        self.told.pop(alert.fingerprint, None)
        self.ended.pop(alert.fingerprint, None)
        self.ended[alert.fingerprint] = ended_at
        heard_at = self.ends_heard.get(alert.fingerprint, self.at)
        again = ended_at == earlier
        self.ends_heard[alert.fingerprint] = max(self.at, heard_at) if again else self.at
        # If there is no room, no incident hears that it fired, so none waits for its end.
        if kept is not None:
            self._accept(kept, news=known is not None or earlier is None)

    def _end(self, fingerprint: str) -> None:
        """The alert no longer fires. If no incident knew of it, one still must."""
        record = self.firing.pop(fingerprint, None)
        if record is None or fingerprint not in self.owed:
            return
        if len(self.missed) >= ALERTS_IN_FULL:
            record = record.changed(alert=without_labels(record.alert))
        self.missed[fingerprint] = record

    def _is_over(self, alert: Alert) -> bool:
        """Whether this firing was received before its end, but arrives after it."""
        ended_at = self.ended.get(alert.fingerprint)
        heard_at = self.ends_heard.get(alert.fingerprint)
        if ended_at is None or heard_at is None:
            return False
        return alert.started_at < ended_at and self.at < heard_at

    def _accept(self, alert: Alert, *, news: bool) -> None:
        self.accepted = True
        self.news = self.news or news
        self.unfed[alert.fingerprint] = alert
        self.room.take(alert)


def any_alert_fires(state: GroupState) -> bool:
    """Whether any alert of the group fires; alerts that the sender left out count as firing."""
    return bool(state.firing) or state.truncated > 0


def take_delivery(
    state: GroupState, batch: AlertBatch, policy: GroupingPolicy, now: datetime
) -> GroupState:
    """The state after a delivery. A delivery from the future counts as one from now."""
    at = min(batch.received_at, now)
    state = remember_due(state, policy, at)
    work = _begun(state, policy, at)
    for alert in batch.alerts:
        work.take(alert)
    while len(work.ended) > ENDINGS_KEPT:
        oldest = next(iter(work.ended))
        del work.ended[oldest]
        work.ends_heard.pop(oldest, None)
    newest = state.last_received_at is None or at >= state.last_received_at
    left_out = min(batch.truncated + work.beyond, COUNT_BOUND)
    truncated = left_out if newest else state.truncated
    moved = truncated != state.truncated
    told = state.changed(
        source=batch.source,
        firing=work.firing,
        ended=work.ended,
        ends_heard=work.ends_heard,
        unfed=work.unfed,
        told=work.told,
        missed=work.missed,
        unfed_deliveries=min(
            state.unfed_deliveries + (1 if work.accepted or moved else 0), COUNT_BOUND
        ),
        urgent=state.urgent or work.news or moved,
        truncated=truncated,
        deliveries=state.deliveries + (1 if work.fires else 0),
        last_received_at=at if newest else state.last_received_at,
    )
    return remember_due(_since(told, at), policy, at)


def _begun(state: GroupState, policy: GroupingPolicy, at: datetime) -> _Delivering:
    """The start of taking in a delivery."""
    under_way = _under_way(state)
    return _Delivering(
        firing=dict(state.firing),
        ended=dict(state.ended),
        ends_heard=dict(state.ends_heard),
        unfed=dict(state.unfed),
        told=dict(state.told),
        missed=dict(state.missed),
        owed=alerts_owed_an_incident(state, policy),
        under_way=frozenset(alert.fingerprint for alert in under_way),
        room=AlertRoom((*_held(state), *under_way)),
        at=at,
    )


def _held(state: GroupState) -> Iterator[Alert]:
    yield from (record.alert for record in state.firing.values())
    yield from (record.alert for record in state.missed.values())
    yield from state.unfed.values()


def _under_way(state: GroupState) -> tuple[Alert, ...]:
    """The alerts that the incident is being told of; if it refuses, it must still be told."""
    told = state.feeding.batch.alerts if state.feeding else ()
    report = state.opening.report.alerts if state.opening else ()
    return (*told, *(record.alert for record in report))


def _since(state: GroupState, at: datetime) -> GroupState:
    """Keep since when the group fires or is quiet; without an incident, quiet erases its news."""
    if state.firing:
        since = state.firing_since_at or at
        return state.changed(firing_since_at=since, quiet_since_at=None)
    quiet: dict[str, Any] = {"firing_since_at": None, "deliveries": 0}
    quiet["quiet_since_at"] = state.quiet_since_at or at
    if state.incident_id is None and state.opening is None and not state.missed:
        quiet |= {"unfed": {}, "unfed_deliveries": 0, "urgent": False}
    return state.changed(**quiet)
