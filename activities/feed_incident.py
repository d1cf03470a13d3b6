"""feed_incident: an alert group tells its incident what the alerts did, reopening it first."""

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.opening import (
    NOW,
    CannotReopen,
    IncidentNotFound,
    done_before,
    incident_described,
    reopen_incident,
)
from models.base import MONITORING
from models.command import CommandResult, RecordAlertsCommand
from models.group import FEED_INCIDENT, FeedIncident, IncidentFed
from states.lifecycle import BEFORE_REVIEW, State

RECORD_ALERTS = "record_alerts"
STATE = SearchAttributeKey.for_keyword("IncidentState")
RESOLVED_AT = SearchAttributeKey.for_datetime("IncidentResolvedAt")


def _refused(error: WorkflowUpdateFailedError) -> State | None:
    """The state of an incident that refused an update; None where that was no refusal."""
    cause = error.cause
    if not isinstance(cause, ApplicationError) or not cause.details:
        return None
    details = cause.details[0]
    state = details.get("state") if isinstance(details, dict) else None
    return State(state) if state in set(State) else None


class FeedIncidentActivity:
    """Feeds incidents that run on the task queue that the activity itself runs on."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """What the incident made of it; an incident that takes no alerts says where it stands.

        Raises RPCError or WorkflowUpdateFailedError, to be tried again.
        """
        return await self.fed(request)

    async def fed(self, request: FeedIncident, *, epoch_offset: timedelta = NOW) -> IncidentFed:
        """The same, with the clock of a run that is started for it moved, as rehearsals do.

        Raises RPCError or WorkflowUpdateFailedError.
        """
        try:
            if request.reopen:
                await self._reopen(request, epoch_offset)
            result = await self._record(request)
        except WorkflowUpdateFailedError as error:
            state = _refused(error)
            if state is None:
                raise
            return await self._standing(request.incident_id, state, absorbed=False)
        except CannotReopen as error:
            state = State(error.state) if error.state in set(State) else None
            return await self._standing(request.incident_id, state, absorbed=False)
        except IncidentNotFound:
            return IncidentFed(absorbed=False, state=State.CLOSED)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            # It may have heard of it before it ended, and only the answer was lost.
            heard = await done_before(self._client, request.incident_id, request.command_id)
            return await self._standing(request.incident_id, None, absorbed=heard is not None)
        return await self._standing(request.incident_id, State(result.state), absorbed=True)

    async def _reopen(self, request: FeedIncident, epoch_offset: timedelta) -> None:
        """Reopen it; where somebody was faster that is as good."""
        command = {
            "actor": MONITORING.name,
            "via": MONITORING.via,
            "command_id": f"{request.command_id}-reopen",
            "note": request.note[:4000],
        }
        try:
            await reopen_incident(
                self._client,
                request.incident_id,
                command,
                command["command_id"],
                activity.info().task_queue,
                epoch_offset=epoch_offset,
            )
        except WorkflowUpdateFailedError as error:
            if _refused(error) not in BEFORE_REVIEW:
                raise

    async def _record(self, request: FeedIncident) -> CommandResult:
        command = RecordAlertsCommand(
            actor=MONITORING.name,
            via=MONITORING.via,
            command_id=request.command_id,
            batch=request.batch,
            deliveries=request.deliveries,
            taken_over_by=request.taken_over_by,
        )
        handle = self._client.get_workflow_handle(request.incident_id)
        result: CommandResult = await handle.execute_update(
            RECORD_ALERTS, command, id=request.command_id, result_type=CommandResult
        )
        return result

    async def _standing(
        self, incident_id: str, state: State | None, *, absorbed: bool
    ) -> IncidentFed:
        """Where the incident stands; one that is over says since when, so far as is known."""
        if state in BEFORE_REVIEW:
            return IncidentFed(absorbed=absorbed, state=state)
        try:
            described = await incident_described(self._client, incident_id)
        except IncidentNotFound:
            return IncidentFed(absorbed=absorbed, state=state or State.CLOSED)
        if state is None and described.status is WorkflowExecutionStatus.RUNNING:
            raise ApplicationError("the incident goes on in a new run", type="GoesOn")
        shown = described.typed_search_attributes
        last = shown.get(STATE)
        ended = State.CANCELLED if last == State.CANCELLED else State.CLOSED
        return IncidentFed(
            absorbed=absorbed,
            state=state or ended,
            resolved_at=shown.get(RESOLVED_AT) or described.close_time,
        )
