"""Alerts of a scenario: moved to its time, and heard by the real alert group.

An alert group counts by the world's clock, not by that of a rehearsal. What goes in and out of
it is moved between the two.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import (
    Interceptor,
    SignalExternalWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from activities.feed_incident import FeedIncidentActivity
from activities.start_incident import StartIncidentActivity
from models.alert import Alert, AlertBatch, AlertRecord
from models.group import (
    FEED_INCIDENT,
    INCIDENT_MOVED,
    START_INCIDENT,
    FeedIncident,
    IncidentFed,
    IncidentMoved,
    IncidentStarted,
    StartIncident,
)
from models.incident import Report
from rehearsal.timing import VirtualTime
from states.lifecycle import State


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    return at + by if at else None


def _alert(alert: Alert, by: timedelta) -> Alert:
    change = {"started_at": alert.started_at + by, "ended_at": _moved(alert.ended_at, by)}
    return alert.model_copy(update=change)


def moved_batch(batch: AlertBatch, by: timedelta) -> AlertBatch:
    """What a delivery said, moved in time."""
    alerts = tuple(_alert(alert, by) for alert in batch.alerts)
    return batch.model_copy(update={"alerts": alerts, "received_at": batch.received_at + by})


def _record(record: AlertRecord, by: timedelta) -> AlertRecord:
    change = {
        "alert": _alert(record.alert, by),
        "first_seen_at": record.first_seen_at + by,
        "last_seen_at": record.last_seen_at + by,
    }
    return record.model_copy(update=change)


def moved_report(report: Report, by: timedelta) -> Report:
    """The report of an alert group, moved in time."""
    change = {
        "happened_at": _moved(report.happened_at, by),
        "alerts": tuple(_record(record, by) for record in report.alerts),
    }
    return report.model_copy(update=change)


@dataclass(slots=True)
class _Firing:
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Deliveries:
    """Payloads, dated by when they are delivered.

    An alert fires since the first payload that says so, and has ended since the first that says
    that; fires it again afterwards, that is a new firing.
    """

    rehearsal: str
    _known: dict[str, _Firing] = field(default_factory=dict)

    def dated(self, payload: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """The payload as it would arrive at `at`, for a group of this rehearsal alone."""
        dated: dict[str, Any] = deepcopy(dict(payload))
        dated["groupKey"] = f"{dated['groupKey']} {self.rehearsal}"
        for alert in dated["alerts"]:
            named = alert.get("fingerprint") or json.dumps(alert.get("labels"), sort_keys=True)
            known = self._known.get(named)
            fires = alert["status"] == "firing"
            if known is None or (fires and known.until):
                known = self._known[named] = _Firing(at)
            if not fires:
                known.until = known.until or at
            alert["startsAt"] = known.since.isoformat()
            alert["endsAt"] = (known.until or _NEVER).isoformat()
        return dated


_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


class RehearsedStart(StartIncidentActivity):
    """Starts the incident where its alert group stands in the scenario."""

    def __init__(self, *given: Any, time: VirtualTime) -> None:
        super().__init__(*given)
        self._time = time
        self.opened: list[tuple[str, str]] = []

    @activity.defn(name=START_INCIDENT)
    async def start_incident(self, request: StartIncident) -> IncidentStarted:
        """Start it; `opened` tells which workflow, a group or an incident, asked for which."""
        asking = activity.info().workflow_id or ""
        if request.report.group_id == asking:
            report = moved_report(request.report, self._time.offset(asking))
            request = request.model_copy(update={"report": report})
        offset = self._time.begin(request.incident_id, await self._time.now(asking))
        started = await self.started(request, epoch_offset=offset)
        if (asking, request.incident_id) not in self.opened:
            self.opened.append((asking, request.incident_id))
        return started


class RehearsedFeed(FeedIncidentActivity):
    """Feeds the incident in the scenario's time, and answers in the group's."""

    def __init__(self, *given: Any, time: VirtualTime) -> None:
        super().__init__(*given)
        self._time = time

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """What the incident made of it, after a new run that it was started for, if need be."""
        group, incident = activity.info().workflow_id or "", request.incident_id
        by = self._time.offset(group)
        told = request.model_copy(update={"batch": moved_batch(request.batch, by)})
        if request.reopen and not await self._time.running(incident):
            fed = await self.fed(told, epoch_offset=await self._time.renewed(incident, group))
        else:
            fed = await self.fed(told)
        # A cancelled incident was not resolved: what counts is when its workflow ended.
        own = self._time.offset(incident) if fed.state is State.CANCELLED else timedelta()
        return fed.model_copy(update={"resolved_at": _moved(fed.resolved_at, own - by)})


class GroupNews(Interceptor):
    """What an incident tells its alert group goes by the clock of the group."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - named so by Temporal
    ) -> type[WorkflowInboundInterceptor]:
        """The interceptor of one workflow."""
        time = self._time

        class Outbound(WorkflowOutboundInterceptor):
            async def signal_external_workflow(
                self,
                input: SignalExternalWorkflowInput,  # noqa: A002 - named so by Temporal
            ) -> None:
                if input.signal == INCIDENT_MOVED:
                    input.args = [_for_group(moved, input.workflow_id) for moved in input.args]
                await super().signal_external_workflow(input)

        def _for_group(moved: IncidentMoved, group: str) -> IncidentMoved:
            at = _moved(moved.resolved_at, -time.offset(group))
            return moved.model_copy(update={"resolved_at": at})

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound
