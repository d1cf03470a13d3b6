"""What the run of an incident begins with: a report and its policy, or what a run carried."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from models.contracts import Carried, IncidentInput
from rules.opening import open_incident
from rules.reporting import unfit
from states.lifecycle import State


def begun(start: IncidentInput) -> Carried | ApplicationError:
    """What the run begins with: what was carried, or a new record; or with what it fails."""
    if start.carried:
        incident = start.carried.incident
        again = incident.model_copy(update={"runs": incident.runs + 1})
        return start.carried.model_copy(update={"incident": again})
    if start.report is None or start.policy is None:
        return ApplicationError(
            "an incident starts with a report and a policy, or with what a run carried",
            type="Malformed",
            non_retryable=True,
        )
    refusal = unfit(start.report, start.policy)
    if refusal:
        # Only a policy of now says what a report must be: incidents of before began as they did.
        details = refusal.details(State.REPORTED.value)
        return ApplicationError(refusal.message, details, type=refusal.kind, non_retryable=True)
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
