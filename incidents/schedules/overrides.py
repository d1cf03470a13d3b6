"""Reads the overrides of schedules. Their workflow shows them in its memo: no worker is needed."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from incidents import patience
from incidents.temporal_errors import typed_error, unknown_namespace
from models.people.schedule_overrides import (
    OVERRIDES_ID,
    OVERRIDES_MEMO,
    OverridesState,
    ScheduleOverride,
)

FRESH_SECONDS = 2.0
"""How long a reading is used without asking again."""
_TOLD_SECONDS = 60.0
"""An older copy is mentioned if Temporal does not answer."""


@dataclass(frozen=True, slots=True)
class KnownOverrides:
    """The overrides as far as they are known; `note` says that Temporal does not answer."""

    overrides: tuple[ScheduleOverride, ...] = ()
    note: str = ""


class Overrides(Protocol):
    """Where the overrides of schedules are kept."""

    async def known(self) -> KnownOverrides:
        """The overrides. Raises nothing, and answers within half a second."""


async def read_overrides(client: Client, within: timedelta) -> OverridesState:
    """All overrides, and the refused ones; none if nobody keeps any.

    Raises NamespaceNotFound, ServerUnavailable.
    """
    handle = client.get_workflow_handle(OVERRIDES_ID)
    try:
        found = await handle.describe(rpc_timeout=within)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and unknown_namespace(error) is None:
            return OverridesState()
        raise typed_error(error) from None
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return OverridesState()
    return OverridesState.model_validate(await found.memo_value(OVERRIDES_MEMO, {}))


class OverrideBook:
    """The overrides as a process knows them: at most two seconds old while Temporal answers.

    If it does not, the last good copy counts: a page never waits for it longer than once for half
    a second. A `quiet` book leaves it to its notes to say so.
    """

    def __init__(self, client: Client, *, quiet: bool = False) -> None:
        self._client = client
        self._quiet = quiet
        self._reading = asyncio.Lock()
        self._known: OverridesState | None = None
        self._read_at = 0.0
        self._until = 0.0

    async def known(self) -> KnownOverrides:
        """The overrides, and what is wrong with them. Raises nothing."""
        async with self._reading:
            if time.monotonic() >= self._until:
                await self._read()
        if self._known is None:
            return KnownOverrides(note="overrides of schedules cannot be read for now")
        age = time.monotonic() - self._read_at
        note = "" if age < _TOLD_SECONDS else f"overrides of schedules are {age / 60:.0f}m old"
        return KnownOverrides(self._known.overrides, note)

    def forget(self) -> None:
        """Ask Temporal the next time, because something was changed."""
        self._until = 0.0

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(patience.OVERRIDES.total_seconds()):
                self._known = await read_overrides(self._client, patience.OVERRIDES)
            self._read_at = time.monotonic()
        except Exception as error:  # noqa: BLE001 - whatever it is must not keep anybody from paging
            if not self._quiet:
                import structlog  # noqa: PLC0415 - slow to load, and seldom needed

                known, kind = self._known is not None, type(error).__name__
                structlog.get_logger(__name__).warning("overrides.old", known=known, error=kind)
        self._until = time.monotonic() + FRESH_SECONDS


_BOOKS: "WeakKeyDictionary[Client, OverrideBook]" = WeakKeyDictionary()


def book_of(client: Client) -> OverrideBook:
    """The book of a client: all who use the client share its readings."""
    return _BOOKS.setdefault(client, OverrideBook(client))
