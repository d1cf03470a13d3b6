"""Reads the tokens of the namespace. Their workflow shows them in its memo: no worker is needed."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from incidents.temporal_errors import typed_error, unknown_namespace
from models.access import ACCESS_ID, TOKEN_USED, TOKENS_MEMO, AccessToken, TokenUsed

log = structlog.get_logger(__name__)

FRESH_SECONDS = 2.0
"""How long a reading is used without asking again: a token that is revoked counts this long."""
PATIENCE = timedelta(seconds=0.5)
"""For one reading; if it fails, the last one counts."""
_TOKENS = TypeAdapter(tuple[AccessToken, ...])


async def read_tokens(client: Client, patience: timedelta) -> tuple[AccessToken, ...]:
    """All tokens, oldest first; none if nobody keeps them any more.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    handle = client.get_workflow_handle(ACCESS_ID)
    try:
        found = await handle.describe(rpc_timeout=patience)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and unknown_namespace(error) is None:
            return ()
        raise typed_error(error) from None
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return ()
    return _TOKENS.validate_python(await found.memo_value(TOKENS_MEMO, []))


class TokenBook:
    """The tokens as a process knows them: at most two seconds old while Temporal answers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._reading = asyncio.Lock()
        self._known: tuple[AccessToken, ...] | None = None
        self._until = 0.0

    async def find(self, token_id: str) -> AccessToken | None:
        """The token with this id. Raises ServerUnavailable or RPCError if nobody ever knew."""
        async with self._reading:
            if time.monotonic() >= self._until:
                await self._read()
        return next((token for token in self._known or () if token.id == token_id), None)

    async def used(self, token: AccessToken) -> None:
        """Have it remembered that a token was used today; once a day, and if Temporal answers."""
        today = datetime.now(UTC).date()
        if token.last_used_on == today:
            return
        marked = token.changed(last_used_on=today)
        known = self._known or ()
        self._known = tuple(marked if each.id == token.id else each for each in known)
        handle = self._client.get_workflow_handle(ACCESS_ID)
        try:
            await handle.signal(TOKEN_USED, TokenUsed(id=token.id), rpc_timeout=PATIENCE)
        except (RPCError, RuntimeError) as error:
            log.warning("token.use_unknown", token=token.name, error=type(error).__name__)

    async def _read(self) -> None:
        try:
            self._known = await read_tokens(self._client, PATIENCE)
        except ValidationError:
            log.error("tokens.unreadable")
            self._known = self._known or ()
        except Exception as error:
            if self._known is None:
                raise
            log.warning("tokens.old", error=type(error).__name__)
        self._until = time.monotonic() + FRESH_SECONDS
