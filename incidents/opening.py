"""Starts an incident's workflow; a reopening shows the same in Temporal.

The activities for alert groups, the web server and the console share this code, so an incident has
the same id, summary, memo and priority whoever opens it.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from incidents.errors import ReportRefused
from incidents.schedules.calendars import with_calendars
from incidents.schedules.on_call import with_on_call
from incidents.schedules.overrides import Overrides, book_of
from incidents.temporal_errors import reaching_server
from models.compiled import CompiledPolicy
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.incident.record import Report
from models.readable import in_a_cell
from rules.commands.beginning.acceptance import refusal_to_begin
from rules.commands.beginning.first_record import first_severity
from rules.commands.beginning.report_rules import REPORT_DIGEST, report_digest
from rules.paging.urgency import WorkKind, rank, urgency
from rules.record.bounds import excesses
from rules.wording.markdown import caption

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory

NO_OFFSET = timedelta()
"""The offset of a clock that shows the real time."""


def visible_fields(report: Report, severity: str | None, policy: CompiledPolicy) -> dict[str, Any]:
    """What Temporal shows of an incident's workflow beside its id, and its priority."""
    return {
        "static_summary": caption(report.title),
        "memo": {
            "title": in_a_cell(report.title),
            "reporter": in_a_cell(report.reporter.name),
            REPORT_DIGEST: report_digest(report),
        },
        "priority": Priority(*rank(WorkKind.FIRST_PAGE, urgency(severity, policy.severities))),
    }


async def ready(
    policy: CompiledPolicy,
    report: Report,
    now: datetime,
    feeds: "FeedDirectory | None",
    overrides: Overrides,
) -> CompiledPolicy:
    """The policy as the incident of a report begins with it: with its calendars and who is on call.

    Raises nothing.
    """
    policy = with_calendars(policy, report.happened_at or now, now)
    return await with_on_call(policy, now, feeds, overrides)


async def open_incident(
    client: Client,
    policy: CompiledPolicy,
    incident_id: str,
    report: Report,
    task_queue: str,
    *,
    within: timedelta | None = None,
    epoch_offset: timedelta = NO_OFFSET,
    feeds: "FeedDirectory | None" = None,
    overrides: "Overrides | None" = None,
) -> bool:
    """Start the incident; False if it was started before, whether it is open or over.

    Roles whose default is a schedule go to the person on call now, by `feeds` and `overrides` too.
    `epoch_offset` moves the incident's clock; it is zero except in rehearsals. Raises ReportRefused
    if the workflow would refuse the report, NamespaceNotFound, ServerUnavailable, or RPCError if
    the server does not accept it.
    """
    now = datetime.now(UTC) + epoch_offset
    policy = await ready(policy, report, now, feeds, overrides or book_of(client))
    refusal = refusal_to_begin(report, policy, now)
    if refusal:
        raise ReportRefused(refusal, excesses(report))
    severity = first_severity(report, policy).severity
    try:
        with reaching_server():
            await client.start_workflow(
                INCIDENT_WORKFLOW,
                IncidentInput(policy=policy, report=report, epoch_offset=epoch_offset),
                id=incident_id,
                task_queue=task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=within,
                **visible_fields(report, severity, policy),
            )
    except WorkflowAlreadyStartedError:
        return False
    return True
