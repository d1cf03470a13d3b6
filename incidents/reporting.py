"""Opens the incident of a report once, even if its key or command id is used again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.client import Client

from incidents import patience
from incidents.description import describe
from incidents.errors import IncidentNotFound
from incidents.opening import open_incident
from models.compiled import CompiledPolicy
from models.incident.record import Report
from rules.commands.beginning.report_rules import report_digest
from rules.record.ids import incident_id

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory


@dataclass(frozen=True, slots=True)
class ReportedIncident:
    """The incident of a report, and whether this call started it."""

    incident_id: str
    started: bool


async def report_incident(
    client: Client,
    policy: CompiledPolicy,
    report: Report,
    task_queue: str,
    *,
    seed: str,
    now: datetime,
    repeatable: bool = True,
    within: timedelta = patience.SERVER,
    feeds: "FeedDirectory | None" = None,
) -> ReportedIncident:
    """Start the incident of a report, or find the one that the same `seed` started before.

    If `repeatable` is false, the seed is new. Raises as `open_incident` does.
    """
    known = await reported_yesterday(client, seed, now, within=within) if repeatable else None
    if known:
        return ReportedIncident(known, started=False)
    name = incident_id(seed, now)
    started = await open_incident(
        client, policy, name, report, task_queue, within=within, feeds=feeds
    )
    return ReportedIncident(name, started)


async def reported_yesterday(
    client: Client, seed: str, now: datetime, *, within: timedelta = patience.SERVER
) -> str | None:
    """The incident that the same seed opened the day before, if there is one.

    An id contains its day, so a report repeated after midnight must find the earlier incident.
    Raises NamespaceNotFound, ServerUnavailable.
    """
    name = incident_id(seed, now - timedelta(days=1))
    try:
        await describe(client, name, within=within)
    except IncidentNotFound:
        return None
    return name


async def reports_the_same(
    client: Client, incident: str, report: Report, *, within: timedelta = patience.SERVER
) -> bool:
    """Whether an incident began with exactly this report; true if the incident does not record it.

    Raises as `describe` does.
    """
    known = await describe(client, incident, within=within)
    return known.report_digest in {None, report_digest(report)}
