"""start_incident: opens an incident from an alert group's report, under the policy in force."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from connectors.feeds.directory import FeedDirectory
from incidents.kept.policies import have_policy_kept
from incidents.opening import NO_OFFSET, open_incident
from incidents.schedules.overrides import Overrides
from models.compiled import CompiledPolicy
from models.contracts.alert_group import START_INCIDENT, IncidentStarted, StartIncident
from models.incident.record import Report
from policies.catalogue import PolicyBroken, policy_in_force
from policies.compiling.compiled import compiled
from policies.compiling.policy import PolicyTooLarge
from rules.alerts.severity import worst
from rules.paging.urgency import home_of
from rules.severity.attributes import shared_labels

log = structlog.get_logger(__name__)


def _as_labelled(report: Report, policy: CompiledPolicy) -> Report:
    """Add what the labels of its alerts say: the worst severity, and all attributes."""
    labelled = worst((record.alert.severity for record in report.alerts), policy.severities)
    return report.changed(
        severity=report.severity or labelled or policy.default_severity,
        attributes={**shared_labels(report, policy), **report.attributes},
    )


class StartIncidentActivity:
    """Starts incidents on the task queue on which this activity runs."""

    def __init__(
        self,
        client: Client,
        policy_file: Path,
        feeds: FeedDirectory | None = None,
        overrides: Overrides | None = None,
    ) -> None:
        self._client = client
        self._policy_file = policy_file
        self._feeds = feeds
        self._overrides = overrides

    @activity.defn(name=START_INCIDENT)
    async def start_incident(self, request: StartIncident) -> IncidentStarted:
        """Start it, unless it was started before.

        Raises ApplicationError of type PolicyBroken, which Temporal retries: somebody may mend the
        file.
        """
        return await self.started(request)

    async def started(
        self, request: StartIncident, *, epoch_offset: timedelta = NO_OFFSET
    ) -> IncidentStarted:
        """The same, with another clock for the incident; rehearsals use it.

        Raises ApplicationError of type PolicyBroken, which Temporal retries: somebody may mend the
        file.
        """
        # Reading and checking a changed policy file would hold up every other activity.
        policy, source = await asyncio.to_thread(
            self._compiled, request.report.service, datetime.now(UTC) + epoch_offset
        )
        report = _as_labelled(request.report, policy)
        started = await open_incident(
            self._client,
            policy,
            request.incident_id,
            report,
            home_of(activity.info().task_queue),
            epoch_offset=epoch_offset,
            feeds=self._feeds,
            overrides=self._overrides,
        )
        await have_policy_kept(self._client, source, home_of(activity.info().task_queue))
        log.info("incident.started", incident=request.incident_id, anew=started)
        return IncidentStarted(incident_id=request.incident_id, started=started)

    def _compiled(self, service: str | None, at: datetime) -> tuple[CompiledPolicy, bytes]:
        try:
            loaded = policy_in_force(self._policy_file, at)
            return compiled(loaded, service), loaded.source
        except (PolicyBroken, PolicyTooLarge) as error:
            message = f"the policy {self._policy_file.name} cannot be used: {error}"
            raise ApplicationError(message, type="PolicyBroken") from None
