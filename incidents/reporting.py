"""Opens the incident of a report once, even if its key or command id is used again.

It also says beforehand what the report would do.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.client import Client

from incidents import patience
from incidents.description import describe
from incidents.errors import IncidentNotFound
from incidents.opening import open_incident, ready
from incidents.schedules.on_call import OnCallLookup
from incidents.schedules.overrides import book_of
from incidents.schedules.reach import reach_of
from models.answers.report_preview import ReportPreview
from models.compiled import CompiledPolicy
from models.incident.record import Report
from rules.commands.beginning.preview import (
    NOBODY,
    all_in_turn,
    first_pages,
    imagined,
    preview_of,
    recipient_words,
)
from rules.commands.beginning.report_rules import report_digest, wrong_start
from rules.paging.escalation import NO_ESCALATION
from rules.record.ids import incident_id

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory

REPEATED_DAYS = 14
"""The same seed finds the incident that it opened up to so many days before, by UTC."""


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
    known = await reported_before(client, seed, now, within=within) if repeatable else None
    if known:
        return ReportedIncident(known, started=False)
    name = incident_id(seed, now)
    started = await open_incident(
        client, policy, name, report, task_queue, within=within, feeds=feeds
    )
    return ReportedIncident(name, started)


async def preview_report(
    client: Client,
    policy: CompiledPolicy,
    report: Report,
    *,
    now: datetime,
    feeds: "FeedDirectory | None" = None,
) -> ReportPreview:
    """What a report would do if it came at `now`; opens nothing.

    It reads the schedules as a page would. Raises nothing that depends on them. If the report says
    that it happened at an impossible instant, the preview is that of a report without one.
    """
    if wrong_start(report.happened_at, now):
        report = report.changed(happened_at=None)
    overrides = book_of(client)
    policy = await ready(policy, report, now, feeds, overrides)
    incident = imagined(report, policy, now)
    lookup, not_paged = OnCallLookup(feeds, overrides=overrides), NO_ESCALATION
    for asked in first_pages(incident, policy, now):
        reach = await reach_of(lookup, all_in_turn(asked))
        if reach.pages:
            return preview_of(
                report,
                incident,
                policy,
                now,
                level=asked.level,
                in_turn=asked.targets.in_turn and len(reach.pages) > 1,
                paged=tuple(recipient_words(page) for page in reach.pages),
            )
        not_paged = NOBODY
    return preview_of(report, incident, policy, now, not_paged=not_paged)


async def reported_before(
    client: Client, seed: str, now: datetime, *, within: timedelta = patience.SERVER
) -> str | None:
    """The incident that the same seed opened on an earlier day, at most `REPEATED_DAYS` ago.

    An id contains its day, so it asks for the id of each day, for all at the same time. It reads no
    list of workflows: that could lag behind, or not come while the server is busy. Raises
    NamespaceNotFound, ServerUnavailable.
    """
    days = (timedelta(days=number) for number in range(1, REPEATED_DAYS + 1))
    names = [incident_id(seed, now - ago) for ago in days]
    known = await asyncio.gather(*(_known(client, name, within) for name in names))
    return next((name for name, there in zip(names, known, strict=True) if there), None)


async def _known(client: Client, incident: str, within: timedelta) -> bool:
    try:
        await describe(client, incident, within=within)
    except IncidentNotFound:
        return False
    return True


async def reports_the_same(
    client: Client, incident: str, report: Report, *, within: timedelta = patience.SERVER
) -> bool:
    """Whether an incident began with exactly this report; true if the incident does not record it.

    Raises as `describe` does.
    """
    known = await describe(client, incident, within=within)
    return known.report_digest in {None, report_digest(report)}
