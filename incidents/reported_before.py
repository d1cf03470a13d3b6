"""What is known of a report that may have come before: a key, or a command id, is used again."""

from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.incident import Report
from rules.commands.reporting import REPORT_DIGEST, report_digest
from rules.record.identity import incident_id


async def reported_yesterday(
    client: Client, seed: str, now: datetime, *, rpc_timeout: timedelta
) -> str | None:
    """The incident of a report of this seed on the day before, if there is one.

    An id says its day: a report repeated after midnight is still the one of before. Raises
    RPCError.
    """
    name = incident_id(seed, now - timedelta(days=1))
    try:
        await client.get_workflow_handle(name).describe(rpc_timeout=rpc_timeout)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return name


async def reports_the_same(
    client: Client, incident: str, report: Report, *, rpc_timeout: timedelta
) -> bool:
    """Whether an incident began with just this report; so does one that does not say. RPCError."""
    described = await client.get_workflow_handle(incident).describe(rpc_timeout=rpc_timeout)
    told = report_digest(report)
    return bool(await described.memo_value(REPORT_DIGEST, told) == told)
