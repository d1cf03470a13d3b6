"""Reads what a run of an incident starts from: a report and its policy, or a carried record."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.compiled import CompiledPolicy
from models.contracts.incident import Carried, IncidentInput
from models.incident.record import Report
from rules.commands.beginning.acceptance import out_of_bounds
from rules.commands.beginning.first_record import open_incident
from rules.commands.beginning.report_rules import refusal_of_report
from rules.commands.judging.trial import try_out_record, unworkable
from rules.record.decision import Refusal
from states.lifecycle import State


def begun(start: IncidentInput) -> Carried | ApplicationError:
    """What the run starts from: a carried record or a new one; or the error to fail with.

    A record that cannot be worked out would block the incident at its first task, so it fails here.
    """
    try:
        carried = _begun(start)
        if isinstance(carried, Carried) and workflow.info().continued_run_id is None:
            try_out_record(carried.incident, carried.policy, workflow.now() + start.epoch_offset)
    except Exception as error:
        if workflow.info().continued_run_id:
            raise
        return no_beginning(error)
    return carried


def no_beginning(error: Exception) -> ApplicationError:
    """The failure of a run whose input makes no incident."""
    return _failed(unworkable("the input of the incident", error))


def _begun(start: IncidentInput) -> Carried | ApplicationError:
    if start.carried:
        incident, info = start.carried.incident, workflow.info()
        foreign = incident.id != info.workflow_id and info.continued_run_id is None
        if foreign:
            message = f"the carried record is of {incident.id[:80]}, not of this incident"
            return ApplicationError(message, type="Malformed", non_retryable=True)
        again = incident.changed(runs=incident.runs + 1)
        return start.carried.changed(incident=again)
    if start.report is None or start.policy is None:
        return ApplicationError(
            "an incident starts with a report and a policy, or with what a run carried",
            type="Malformed",
            non_retryable=True,
        )
    refusal = _refusal(start.report, start.policy, start.epoch_offset)
    if refusal:
        return _failed(refusal)
    info = workflow.info()
    record = open_incident(
        info.workflow_id,
        start.report,
        start.policy,
        workflow.now() + start.epoch_offset,
        # Reported is when the report reached Temporal, not when a worker first saw it.
        info.workflow_start_time + start.epoch_offset,
    )
    return Carried(incident=record, policy=start.policy)


def _refusal(report: Report, policy: CompiledPolicy, epoch_offset: timedelta) -> Refusal | None:
    """Why nothing begins with a report."""
    return refusal_of_report(report, policy) or out_of_bounds(report, workflow.now() + epoch_offset)


def _failed(refusal: Refusal) -> ApplicationError:
    details = refusal.details(State.REPORTED.value)
    return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)
