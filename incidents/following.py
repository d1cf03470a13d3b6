"""Follows the history of an incident: the server says at once if something moves it.

No worker is needed, and an incident that rests costs nearly nothing.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from incidents import patience
from incidents.errors import IncidentNotFound
from incidents.temporal_errors import reaching_server
from models.contracts.incident import INCIDENT_WORKFLOW

LONG_POLL = timedelta(seconds=60)
"""For one request; the server answers it after some 20 seconds, also if nothing came."""
_DID = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_GOES_ON = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
_ENDED = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    }
)


class Moved(Enum):
    """What the history of an incident says to those who follow it."""

    BEGUN = "everything that happened so far was read"
    ON = "a worker did something"
    OVER = "its run ended, and no other goes on"


@dataclass(frozen=True, slots=True)
class Movement:
    """What the history of an incident says, and its newest run."""

    moved: Moved
    run_id: str


async def follow(client: Client, incident_id: str) -> AsyncIterator[Movement]:
    """Say `BEGUN`, then `ON` each time a worker did something, and `OVER` at the end.

    It goes on with the run that continues or reopens the incident. Nothing is said before a worker
    has run the first task of the incident: a question within that task could disturb it. Raises
    IncidentNotFound, NamespaceNotFound, ServerUnavailable, RPCError.
    """
    found = await _newest(client, incident_id)
    run_id, unread, begun = found.run_id, found.history_length, False
    while True:
        handle = client.get_workflow_handle(incident_id, run_id=run_id)
        events = handle.fetch_history_events(wait_new_event=True, rpc_timeout=LONG_POLL)
        did = False
        page: list[HistoryEvent] = []
        while not _last(page):
            with reaching_server(incident_id):
                await events.fetch_next_page()
            page = list(events.current_page or ())
            unread -= len(page)
            did = did or any(event.event_type == _DID for event in page)
            if did and unread <= 0:
                yield Movement(Moved.ON if begun else Moved.BEGUN, run_id)
                did, begun = False, True
            if not events.next_page_token:
                break
        following = await _following(client, incident_id, run_id, page)
        if following is None:
            yield Movement(Moved.OVER, run_id)
            return
        run_id, unread = following, 0


def _last(page: Sequence[HistoryEvent]) -> bool:
    return bool(page) and page[-1].event_type in {*_ENDED, _GOES_ON}


async def _following(
    client: Client, incident_id: str, run_id: str, page: Sequence[HistoryEvent]
) -> str | None:
    """The run after one that ended; None if no run goes on."""
    if page and page[-1].event_type == _GOES_ON:
        event = page[-1].workflow_execution_continued_as_new_event_attributes
        return str(event.new_execution_run_id)
    found = await _newest(client, incident_id)
    running = found.status is WorkflowExecutionStatus.RUNNING
    return found.run_id if running and found.run_id != run_id else None


async def _newest(client: Client, incident_id: str) -> WorkflowExecutionDescription:
    with reaching_server(incident_id):
        found = await client.get_workflow_handle(incident_id).describe(rpc_timeout=patience.SERVER)
    if found.workflow_type != INCIDENT_WORKFLOW:
        raise IncidentNotFound(incident_id)
    return found
