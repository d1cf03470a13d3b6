"""Asks an incident how it stands."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.client import Client, RPCError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCStatusCode

from console.incidents.standing import Ending, Standing, ended_from_outside, standing
from console.terminal.errors import NO_ANSWER, no_worker, not_found
from console.terminal.failures import ExitCode, Failure
from models.adoption import PREVIEW_ADOPTION, AdoptionPreview
from models.clock import Stage
from models.compiled import CompiledPolicy
from models.view import ASK_AGAIN, VIEW, IncidentView
from models.why import WHY, Explanation, WhyQuestion
from rules.paging.why import explain
from rules.reports.views import view_of

if TYPE_CHECKING:
    from console.incidents.recalling import Recalled

Answer = TypeVar("Answer")
WORKER = "worker"
UNKNOWN_INCIDENT = "UnknownIncident"
_NOBODY_ANSWERS = frozenset({"NoWorker", "NoAnswer", "Ended"})
"""Failures that say that nobody answers, although the server may know it all."""
_GONE = Standing(running=False, state=None, service=None)
"""How an incident stands of which the server knows nothing any more."""


async def ask(client: Client, incident_id: str, patience: timedelta) -> IncidentView:
    """The incident as it reads now; a worker answers, also for one that has ended.

    Raises `Failure`: unknown incident, server not reachable, no worker within `patience`.
    """
    return await _answer(client, incident_id, patience, VIEW, IncidentView)


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident as it reads, and how its run stands.

    `read_from` is worker, history or archive; `remark` says so, where it is not a worker.
    """

    view: IncidentView
    standing: Standing
    read_from: str = WORKER
    remark: str = ""


async def see(client: Client, incident_id: str, patience: timedelta) -> Seen:
    """The incident as it reads now; one that was ended from outside, as it stood then.

    Where no worker answers, its history does; where the server has forgotten it, its archive.
    Raises `Failure` as `ask` does.
    """
    try:
        return await _seen(client, incident_id, patience)
    except Failure as failure:
        found = await _without_worker(client, incident_id, failure)
        if found is None:
            raise
    now = datetime.now(UTC)
    known = _GONE if found.archived else await standing(client, incident_id)
    ended = known.ending.at if known.ending else now
    view = view_of(found.carried, now if known.running else ended)
    view = _stopped(view, known.ending, now) if known.ending else view
    return Seen(view, known, found.source, found.words())


async def _without_worker(client: Client, incident_id: str, failure: Failure) -> "Recalled | None":
    """What the history, or the archive, tells where nobody answers; None where neither does."""
    from console.incidents.recalling import archived, recalled  # noqa: PLC0415 - only if nobody answers

    if failure.kind in _NOBODY_ANSWERS:
        return await recalled(client, incident_id)
    return await archived(client, incident_id) if failure.kind == UNKNOWN_INCIDENT else None


async def _seen(client: Client, incident_id: str, patience: timedelta) -> Seen:
    view = await ask(client, incident_id, patience)
    known = await standing(client, incident_id)
    if known.running:
        return Seen(view, known)
    now = datetime.now(UTC)
    at = known.ending.at if known.ending else now
    view = await _answer(client, incident_id, patience, VIEW, IncidentView, at=at)
    return Seen(_stopped(view, known.ending, now) if known.ending else view, known)


def _stopped(view: IncidentView, ending: Ending, now: datetime) -> IncidentView:
    """A record that nobody carries on: its clocks stop, and what was to come will not."""
    running = {Stage.IN_PROGRESS, Stage.PAUSED}
    readings = tuple(
        reading.changed(stage=Stage.CANCELLED) if reading.stage in running else reading
        for reading in view.readings
    )
    stopped = view.escalation.stopped or ending.how
    return view.changed(
        now=now,
        readings=readings,
        escalation=view.escalation.changed(next_at=None, stopped=stopped),
        undelivered=tuple(owed.changed(not_before=None) for owed in view.undelivered),
        next=(),
    )


async def ask_what_adoption_does(
    client: Client, incident_id: str, policy: CompiledPolicy, patience: timedelta
) -> AdoptionPreview:
    """What adopting a policy would do to the incident now. Raises `Failure` as `ask` does."""
    return await _answer(client, incident_id, patience, PREVIEW_ADOPTION, AdoptionPreview, policy)


async def ask_why(
    client: Client, incident_id: str, question: WhyQuestion, patience: timedelta
) -> Explanation:
    """Why somebody was, or was not, paged; from the history where no worker answers.

    Raises `Failure` as `ask` does.
    """
    try:
        return await _answer(client, incident_id, patience, WHY, Explanation, question)
    except Failure as failure:
        found = await _without_worker(client, incident_id, failure)
        if found is None:
            raise
    carried = found.carried
    told = explain(question, carried.incident, carried.policy, datetime.now(UTC))
    return told.changed(notes=(*told.notes, found.words()))


async def _asked(
    handle: WorkflowHandle[Any, Any],
    query: str,
    given: list[object],
    result: type[Answer],
    patience: timedelta,
) -> Answer:
    """The answer, asked again where a worker had not had its first task yet."""
    until = asyncio.get_running_loop().time() + patience.total_seconds()
    while True:
        try:
            answer: Answer = await handle.query(
                query, args=given, result_type=result, rpc_timeout=patience
            )
        except WorkflowQueryFailedError as error:
            if ASK_AGAIN not in str(error) or asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.1)
        else:
            return answer


async def _answer(
    client: Client,
    incident_id: str,
    patience: timedelta,
    query: str,
    result: type[Answer],
    *before: object,
    at: datetime | None = None,
) -> Answer:
    handle = client.get_workflow_handle(incident_id)
    given = [*before, at or datetime.now(UTC)]
    try:
        answer = await _asked(handle, query, given, result, patience)
    except WorkflowQueryFailedError as error:
        ended = ended_from_outside(incident_id, await standing(client, incident_id))
        if ended:
            raise ended from None
        message = f"{incident_id} does not answer: {error}"
        raise Failure("NoAnswer", message, ExitCode.UNEXPECTED) from None
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
            raise not_found(error, incident_id) from None
        if error.status not in NO_ANSWER:
            raise
    else:
        return answer
    known = await standing(client, incident_id)
    knows = [f"it is in state {known.state}"] if known.state else []
    knows += [f"its run was {known.ending.words()}"] if known.ending else []
    told = f"; the server knows that {', and that '.join(knows)}" if knows else ""
    raise no_worker(incident_id, patience, knows=told, state=known.state, incident=incident_id)
