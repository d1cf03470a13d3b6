"""Reads the tokens of the namespace. Their workflow shows them in its memo: no worker is needed."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from incidents.access.changing import end_session
from incidents.errors import IncidentError
from incidents.temporal_errors import typed_error, unknown_namespace
from models.access import (
    ACCESS_ID,
    SESSIONS_MEMO,
    TOKEN_USED,
    TOKENS_MEMO,
    AccessState,
    AccessToken,
    EndedSession,
    TokenUsed,
)

log = structlog.get_logger(__name__)

FRESH_SECONDS = 2.0
"""How long a reading is used without asking again: a token that is revoked counts this long."""
PATIENCE = timedelta(seconds=0.5)
"""For one reading; if it fails, the last one counts."""


async def read_tokens(client: Client, patience: timedelta) -> tuple[AccessToken, ...]:
    """All tokens, oldest first; none if nobody keeps them any more.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    return (await read_access(client, patience)).tokens


async def read_access(client: Client, patience: timedelta) -> AccessState:
    """All tokens, and the sessions that ended before their time. Raises as `read_tokens` does."""
    handle = client.get_workflow_handle(ACCESS_ID)
    try:
        found = await handle.describe(rpc_timeout=patience)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and unknown_namespace(error) is None:
            return AccessState()
        raise typed_error(error) from None
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return AccessState()
    return AccessState.model_validate(
        {
            "tokens": await found.memo_value(TOKENS_MEMO, []),
            "ended_sessions": await found.memo_value(SESSIONS_MEMO, []),
        }
    )


class TokenBook:
    """The tokens as a process knows them: at most two seconds old while Temporal answers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._reading = asyncio.Lock()
        self._known: tuple[AccessToken, ...] | None = None
        self._ended: frozenset[str] = frozenset()
        self._ended_here: dict[str, datetime] = {}
        self._until = 0.0

    async def find(self, token_id: str) -> AccessToken | None:
        """The token with this id. Raises ServerUnavailable or RPCError if nobody ever knew."""
        async with self._reading:
            if time.monotonic() >= self._until:
                await self._read()
        return next((token for token in self._known or () if token.id == token_id), None)

    async def session_ended(self, session: str) -> bool:
        """Whether somebody ended a session. While Temporal is away, the last reading counts."""
        if session in self._ended_here:
            return True
        async with self._reading:
            if time.monotonic() >= self._until:
                try:
                    await self._read()
                except (IncidentError, RPCError, RuntimeError) as error:
                    log.warning("sessions.unknown", error=type(error).__name__)
        return session in self._ended

    async def end_session(self, task_queue: str, ended: EndedSession) -> None:
        """End a session for this process at once, and for all others as soon as Temporal has it."""
        now = datetime.now(UTC)
        here = {name: until for name, until in self._ended_here.items() if until > now}
        self._ended_here = {**here, ended.id: ended.until}
        try:
            await end_session(self._client, task_queue, ended)
        except (IncidentError, RPCError, RuntimeError) as error:
            log.warning("session.end_unknown", error=type(error).__name__)

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
            found = await read_access(self._client, PATIENCE)
            self._known = found.tokens
            self._ended = frozenset(ended.id for ended in found.ended_sessions)
        except ValidationError:
            log.error("tokens.unreadable")
            self._known = self._known or ()
        except Exception as error:
            if self._known is None:
                raise
            log.warning("tokens.old", error=type(error).__name__)
        self._until = time.monotonic() + FRESH_SECONDS
