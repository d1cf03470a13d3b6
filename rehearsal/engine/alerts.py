"""Alerts of a scenario: they get its dates, and the real alert group receives them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from temporalio import activity

from activities.feed_incident import FeedIncidentActivity
from activities.start_incident import StartIncidentActivity
from models.alert import AlertStatus
from models.contracts.alert_group import (
    FEED_INCIDENT,
    START_INCIDENT,
    FeedIncident,
    IncidentFed,
    IncidentStarted,
    StartIncident,
)
from rehearsal.engine.virtual_time import VirtualTime
from rehearsal.scenarios.payloads import Payload
from states.lifecycle import State
from web.alerts.formats.batches import fingerprint_of
from web.alerts.formats.format import SentAlert


@dataclass(slots=True)
class _Firing:
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class RehearsedDeliveries:
    """Payloads in any format, dated by when they are delivered.

    An alert starts with the first payload that says it fires, and ends with the first that says it
    is resolved. If it fires again after that, it is a new firing.
    """

    rehearsal: str
    _known: dict[str, _Firing] = field(default_factory=dict)

    def dated(self, payload: Payload, at: datetime) -> Payload:
        """The payload as it arrives at `at`, with group keys of this rehearsal alone."""
        groups = (
            replace(
                group,
                key=f"{group.key} {self.rehearsal}",
                alerts=tuple(self._dated(alert, at) for alert in group.alerts),
            )
            for group in payload.groups
        )
        return replace(payload, groups=tuple(groups))

    def _dated(self, alert: SentAlert, at: datetime) -> SentAlert:
        """Date an alert; one without instants gets none, because the alert group dates it."""
        named = fingerprint_of(alert)
        known = self._known.get(named)
        fires = alert.status is AlertStatus.FIRING
        if known is None or (fires and known.until):
            known = self._known[named] = _Firing(at)
        if not fires:
            known.until = known.until or at
        since = known.since if alert.started_at else None
        until = known.until if alert.started_at or alert.ended_at else None
        return replace(alert, started_at=since, ended_at=until)


class RehearsedStart(StartIncidentActivity):
    """Starts the incident at the point of the scenario that its alert group has reached."""

    def __init__(self, *given: Any, time: VirtualTime) -> None:
        super().__init__(*given)
        self._time = time
        self.opened: list[tuple[str, str]] = []

    @activity.defn(name=START_INCIDENT)
    async def start_incident(self, request: StartIncident) -> IncidentStarted:
        """Start the incident; `opened` records which workflow, group or incident, asked for it."""
        asking = activity.info().workflow_id or ""
        # A second attempt, made because the first took long, starts nothing again.
        offset = self._time.known(request.incident_id) or self._time.begin(
            request.incident_id, await self._time.now(asking)
        )
        started = await self.started(request, epoch_offset=offset)
        if (asking, request.incident_id) not in self.opened:
            self.opened.append((asking, request.incident_id))
        return started


class RehearsedTelling(FeedIncidentActivity):
    """Feeds the incident at the point of the scenario that its alert group has reached."""

    def __init__(self, *given: Any, time: VirtualTime) -> None:
        super().__init__(*given)
        self._time = time

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """Feed the incident, reopening it if the request says so; returns what became of it."""
        group, incident = activity.info().workflow_id or "", request.incident_id
        if request.reopen and not await self._time.running(incident):
            fed = await self.fed(request, epoch_offset=await self._time.renewed(incident, group))
        else:
            fed = await self.fed(request)
        if fed.state is not State.CANCELLED or fed.resolved_at is None:
            return fed
        # A cancelled incident was not resolved: the end of its workflow counts.
        ended_at = fed.resolved_at + self._time.offset(incident)
        return fed.changed(resolved_at=ended_at)
