"""feed_incident: tells an incident what its alerts did, and reopens it first if needed."""

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from incidents.command_ids import part_of
from incidents.commands import Order, give
from incidents.description import describe
from incidents.errors import CannotReopen, CommandRefused, IncidentNotFound, IncidentOver
from incidents.opening import NO_OFFSET
from models.base import MONITORING
from models.command import CommandResult, RecordAlertsCommand
from models.contracts.alert_group import FEED_INCIDENT, FeedIncident, IncidentFed
from rules.paging.urgency import home_of
from states.lifecycle import BEFORE_REVIEW, State, Trigger

RECORD_ALERTS = "record_alerts"


def _known(state: str | None) -> State | None:
    """The state as the lifecycle table names it."""
    return State(state) if state in set(State) else None


class FeedIncidentActivity:
    """Feeds incidents on the task queue on which this activity runs."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=FEED_INCIDENT)
    async def feed_incident(self, request: FeedIncident) -> IncidentFed:
        """The outcome in the incident; if the incident takes no alerts, its state.

        Raises as `give` does; Temporal then tries again.
        """
        return await self.fed(request)

    async def fed(
        self, request: FeedIncident, *, epoch_offset: timedelta = NO_OFFSET
    ) -> IncidentFed:
        """The same, with another clock for a run that this starts; rehearsals use it.

        Raises as `give` does.
        """
        try:
            if request.reopen:
                await self._reopen(request, epoch_offset)
            result = await self._record(request)
        except CommandRefused as refused:
            state = _known(refused.state)
            if state is None:
                raise
            return await self._standing(request.incident_id, state, absorbed=False)
        except CannotReopen as error:
            return await self._standing(request.incident_id, _known(error.state), absorbed=False)
        except IncidentNotFound:
            return IncidentFed(absorbed=False, state=State.CLOSED)
        except IncidentOver as over:
            # It may have got this before it ended, and only the answer was lost.
            heard = over.done is not None
            return await self._standing(request.incident_id, None, absorbed=heard)
        return await self._standing(request.incident_id, State(result.state), absorbed=True)

    async def _reopen(self, request: FeedIncident, epoch_offset: timedelta) -> None:
        """Reopen it; if somebody else was faster, that is as good."""
        command = {
            "actor": MONITORING.name,
            "via": MONITORING.via,
            "command_id": part_of(request.command_id, "reopen"),
            "note": request.note[:4000],
        }
        order = Order(request.incident_id, Trigger.REOPEN, command, command["command_id"])
        queue = home_of(activity.info().task_queue)
        try:
            await give(self._client, order, queue, epoch_offset=epoch_offset)
        except CommandRefused as refused:
            if _known(refused.state) not in BEFORE_REVIEW:
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
        order = Order(request.incident_id, RECORD_ALERTS, command, request.command_id)
        return await give(self._client, order, home_of(activity.info().task_queue))

    async def _standing(
        self, incident_id: str, state: State | None, *, absorbed: bool
    ) -> IncidentFed:
        """The incident's state; if it is over, also since when, if known."""
        if state in BEFORE_REVIEW:
            return IncidentFed(absorbed=absorbed, state=state)
        try:
            known = await describe(self._client, incident_id)
        except IncidentNotFound:
            return IncidentFed(absorbed=absorbed, state=state or State.CLOSED)
        if state is None and known.running:
            raise ApplicationError("the incident goes on in a new run", type="GoesOn")
        ended = State.CANCELLED if known.state == State.CANCELLED else State.CLOSED
        return IncidentFed(
            absorbed=absorbed,
            state=state or ended,
            resolved_at=known.resolved_at or known.closed_at,
        )
