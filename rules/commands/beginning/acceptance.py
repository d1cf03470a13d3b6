"""Whether a report can begin an incident; checked before the start, and again by the workflow."""

from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Report
from rules.commands.beginning.first_record import open_incident
from rules.commands.beginning.report_rules import NOT_ASKED, long_past, refusal_of_report
from rules.commands.judging.trial import try_out_record, unworkable
from rules.record.bounds import excessive
from rules.record.decision import Refusal


def out_of_bounds(report: Report, now: datetime) -> Refusal | None:
    """The refusal of a report beyond the bounds. Monitoring and the engine are never refused."""
    if report.reporter in NOT_ASKED:
        return None
    return excessive(report) or long_past(report, now)


def refusal_to_begin(report: Report, policy: CompiledPolicy, now: datetime) -> Refusal | None:
    """The refusal of a report that cannot begin an incident."""
    if report.reporter in NOT_ASKED:
        return None
    refusal = refusal_of_report(report, policy) or out_of_bounds(report, now)
    if refusal:
        return refusal
    try:
        try_out_record(open_incident("INC-", report, policy, now), policy, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the workflow would end with it
        return unworkable("this report", error)
    return None
