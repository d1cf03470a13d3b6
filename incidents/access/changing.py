"""Makes and ends tokens. Anybody who reaches Temporal may: that is full authority."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from incidents import patience
from incidents.errors import IncidentError, NoWorkerAnswered
from incidents.temporal_errors import typed_error
from models.access import (
    ACCESS_ID,
    ACCESS_WORKFLOW,
    CREATE_TOKEN,
    REVOKE_TOKEN,
    SESSION_ENDED,
    AccessInput,
    AccessToken,
    CreateToken,
    EndedSession,
    Holder,
    RevokeToken,
)
from rules.paging.urgency import WorkKind, rank

PREFIX = "inc"
_ID_BYTES, _SECRET_BYTES = 4, 32


class TokenRefused(IncidentError):  # noqa: N818 - says what is
    """The token cannot be made or ended; the message says why.

    `kind` is Malformed for a field that is wrong, else Refused.
    """

    def __init__(self, message: str, kind: str = "Refused") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token. `secret` is what its owner sends; nobody can read it again."""

    token: AccessToken
    secret: str


def digest_of(secret: str) -> str:
    """The digest by which a secret is recognised. It is random, so it needs no salt.

    All digests are equally long, so comparing them reveals nothing by its time.
    """
    return sha256(secret.strip().encode()).hexdigest()


async def make_token(
    client: Client,
    task_queue: str,
    *,
    name: str,
    owner: str,
    holder: Holder,
    scopes: tuple[str, ...],
    by: str,
    expires_at: datetime | None = None,
) -> MadeToken:
    """Make a token and keep its digest.

    Raises TokenRefused, NoWorkerAnswered, NamespaceNotFound, ServerUnavailable, and ValidationError
    for a field that no token can have.
    """
    token_id = secrets.token_hex(_ID_BYTES)
    secret = f"{PREFIX}_{token_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    said = CreateToken(
        id=token_id,
        name=name,
        owner=owner,
        holder=holder,
        scopes=scopes,
        digest=digest_of(secret),
        expires_at=expires_at,
        by=by,
    )
    return MadeToken(await _changed(client, task_queue, CREATE_TOKEN, said), secret)


async def revoke_token(client: Client, task_queue: str, token: str, by: str) -> AccessToken:
    """End a token, by its name or id. Raises as `make_token` does."""
    return await _changed(client, task_queue, REVOKE_TOKEN, RevokeToken(token=token, by=by))


async def end_session(client: Client, task_queue: str, ended: EndedSession) -> None:
    """Have it remembered that a session ended before its time.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    try:
        await client.start_workflow(
            ACCESS_WORKFLOW,
            AccessInput(),
            id=ACCESS_ID,
            task_queue=task_queue,
            start_signal=SESSION_ENDED,
            start_signal_args=[ended],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="who holds a token for the API",
            priority=Priority(*rank(WorkKind.COMMAND)),
            rpc_timeout=patience.SERVER,
        )
    except RPCError as error:
        raise typed_error(error) from None


async def _changed(client: Client, task_queue: str, name: str, said: BaseModel) -> AccessToken:
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        ACCESS_WORKFLOW,
        AccessInput(),
        id=ACCESS_ID,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="who holds a token for the API",
        priority=Priority(*rank(WorkKind.COMMAND)),
    )
    try:
        changed: AccessToken = await client.execute_update_with_start_workflow(
            name,
            said,
            start_workflow_operation=start,
            result_type=AccessToken,
            rpc_timeout=patience.WORKER,
        )
    except WorkflowUpdateFailedError as error:
        if isinstance(error.cause, ApplicationError):
            raise TokenRefused(error.cause.message, error.cause.type or "Refused") from None
        raise
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise NoWorkerAnswered(ACCESS_ID, patience.WORKER) from None
    except RPCError as error:
        raise typed_error(error) from None
    return changed
