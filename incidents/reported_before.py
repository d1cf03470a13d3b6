"""What is known of a report that may have come before: a key, or a command id, is used again."""

from datetime import datetime, timedelta

from temporalio.client import Client

from incidents import patience
from incidents.description import describe
from incidents.errors import IncidentNotFound
from models.incident import Report
from rules.commands.reporting import report_digest
from rules.record.identity import incident_id


async def reported_yesterday(
    client: Client, seed: str, now: datetime, *, within: timedelta = patience.SERVER
) -> str | None:
    """The incident of a report of this seed on the day before, if there is one.

    An id says its day: a report repeated after midnight is still the one of before. Raises
    NamespaceNotFound, ServerUnavailable.
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
    """Whether an incident began with just this report; so does one that does not say.

    Raises as `describe` does.
    """
    known = await describe(client, incident, within=within)
    return known.report_digest in {None, report_digest(report)}
