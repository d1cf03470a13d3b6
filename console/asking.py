"""Asks an incident how it stands."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.client import Client, RPCError, WorkflowQueryFailedError
from temporalio.service import RPCStatusCode

from console.errors import not_found
from console.failures import ExitCode, Failure
from console.sending import standing
from models.adoption import PREVIEW_ADOPTION, AdoptionPreview
from models.compiled import CompiledPolicy
from models.view import VIEW, IncidentView
from models.why import WHY, Explanation, WhyQuestion

Answer = TypeVar("Answer")

_NO_ANSWER = {
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.FAILED_PRECONDITION,
}


async def ask(client: Client, incident_id: str, patience: timedelta) -> IncidentView:
    """The incident as it reads now; a worker answers, also for one that has ended.

    Raises `Failure`: unknown incident, server not reachable, no worker within `patience`.
    """
    return await _answer(client, incident_id, patience, VIEW, IncidentView)


async def ask_what_adoption_does(
    client: Client, incident_id: str, policy: CompiledPolicy, patience: timedelta
) -> AdoptionPreview:
    """What adopting a policy would do to the incident now. Raises `Failure` as `ask` does."""
    return await _answer(client, incident_id, patience, PREVIEW_ADOPTION, AdoptionPreview, policy)


async def ask_why(
    client: Client, incident_id: str, question: WhyQuestion, patience: timedelta
) -> Explanation:
    """Why somebody was, or was not, paged. Raises `Failure` as `ask` does."""
    return await _answer(client, incident_id, patience, WHY, Explanation, question)


async def _answer(
    client: Client,
    incident_id: str,
    patience: timedelta,
    query: str,
    result: type[Answer],
    *before: object,
) -> Answer:
    handle = client.get_workflow_handle(incident_id)
    try:
        answer: Answer = await handle.query(
            query, args=[*before, datetime.now(UTC)], result_type=result, rpc_timeout=patience
        )
    except WorkflowQueryFailedError as error:
        await standing(client, incident_id)
        message = f"{incident_id} does not answer: {error}"
        raise Failure("NoAnswer", message, ExitCode.UNEXPECTED) from None
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT}:
            raise not_found(error, incident_id) from None
        if error.status not in _NO_ANSWER:
            raise
    else:
        return answer
    known = await standing(client, incident_id)
    state = f"; the server knows that it is in state {known.state}" if known.state else ""
    message = f"no worker answered for {incident_id} within {patience.total_seconds():g} s{state}"
    raise Failure(
        "NoWorker",
        message,
        ExitCode.NOT_CONFIRMED,
        state=known.state,
        hints=("python worker.py starts a worker",),
        facts={"incident": incident_id},
    )
