"""Alerts of a scenario: dated by it, and heard by the real alert group, which stands in it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio import activity

from activities.feed_incident import FeedIncidentActivity
from activities.start_incident import StartIncidentActivity
from models.group import (
    FEED_INCIDENT,
    START_INCIDENT,
    FeedIncident,
    IncidentFed,
    IncidentStarted,
    StartIncident,
)
from rehearsal.timing import VirtualTime
from states.lifecycle import State


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
        # An attempt that comes again, because the first took long, begins nothing anew.
        offset = self._time.known(request.incident_id) or self._time.begin(
            request.incident_id, await self._time.now(asking)
        )
        started = await self.started(request, epoch_offset=offset)
        if (asking, request.incident_id) not in self.opened:
            self.opened.append((asking, request.incident_id))
        return started


class RehearsedFeed(FeedIncidentActivity):
    """Feeds the incident where its alert group stands in the scenario."""

    def __init__(self, *given: Any, time: VirtualTime) -> None:
        super().__init__(*given)
        self._time = time

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """What the incident made of it, after a new run that it was started for, if need be."""
        group, incident = activity.info().workflow_id or "", request.incident_id
        if request.reopen and not await self._time.running(incident):
            fed = await self.fed(request, epoch_offset=await self._time.renewed(incident, group))
        else:
            fed = await self.fed(request)
        if fed.state is not State.CANCELLED or fed.resolved_at is None:
            return fed
        # A cancelled incident was not resolved: what counts is when its workflow ended.
        ended_at = fed.resolved_at + self._time.offset(incident)
        return fed.changed(resolved_at=ended_at)
