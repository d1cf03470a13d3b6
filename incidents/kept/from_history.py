"""Reads an incident without a worker: from its history, or from its archive.

The run of an incident that is over has the whole record as its result. If the incident is open, or
was ended from outside, its history is replayed here as a worker would; a replay has no effects.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, RPCError, WorkflowHistory
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from connectors.documents.protocol import safe_name
from connectors.untrusted_files import read_regular
from incidents.errors import PayloadUnreadable
from models.base import build_models
from models.contracts.incident import INCIDENT_WORKFLOW, Carried
from workflows.incident.workflow import IncidentWorkflow

LARGEST_BYTES = 256 * 1024 * 1024
"""No archive of a run is larger: Temporal ends a history at 50 MiB, and JSON takes twice that."""
_RUN_ID = 36


@dataclass(frozen=True, slots=True)
class Recalled:
    """An incident as its history leaves it after the event of `as_of`.

    `archived` is set if it was read from the archive.
    """

    carried: Carried
    as_of: datetime
    archived: bool


async def recalled(client: Client, incident_id: str) -> Recalled | None:
    """Read an incident from the server's history; None if that has nothing to read."""
    try:
        history = await client.get_workflow_handle(incident_id).fetch_history()
    except RPCError:
        return None
    return await _read(history, client.data_converter, archived=False)


async def recalled_from_archive(
    client: Client, incident_id: str, documents: Path
) -> Recalled | None:
    """Read the last archived run of an incident; None if there is none.

    Nobody vouches for what is in the document store. A file counts only if the history in it is of
    this incident and of the run that names the file; the engine believes a consistent forgery.
    """
    folder = documents / "archive" / safe_name(incident_id)
    histories = [_history(incident_id, path) for path in sorted(folder.glob("*.json"))]
    last = max((h for h in histories if h), key=_ended_at, default=None)
    return await _read(last, client.data_converter, archived=True) if last else None


def _history(incident_id: str, path: Path) -> WorkflowHistory | None:
    try:
        held = json.loads(read_regular(path, LARGEST_BYTES))
        history = WorkflowHistory.from_json(incident_id, held)
    except Exception:  # noqa: BLE001 - whatever is in the file, it is no history
        return None
    return history if history.events and _is_of(history, incident_id, path) else None


def _is_of(history: WorkflowHistory, incident_id: str, path: Path) -> bool:
    """Whether a history belongs to this incident, and to the run in the file's name."""
    began = history.events[0].workflow_execution_started_event_attributes
    run_id, rest = path.stem[:_RUN_ID], path.stem[_RUN_ID:]
    return (
        began.workflow_type.name == INCIDENT_WORKFLOW
        and began.workflow_id == incident_id
        and began.original_execution_run_id == run_id
        and rest[:1] in {"", "-"}
    )


def _ended_at(history: WorkflowHistory) -> datetime:
    return history.events[-1].event_time.ToDatetime().astimezone()


async def _read(
    history: WorkflowHistory, converter: DataConverter, *, archived: bool
) -> Recalled | None:
    last = history.events[-1]
    if last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        result = last.workflow_execution_completed_event_attributes.result
        [carried] = await converter.decode(result.payloads, [Carried])
    else:
        carried = await replayed(history, converter)
    at = last.event_time.ToDatetime().astimezone()
    return Recalled(carried, at, archived) if carried else None


class _Watching(Interceptor):
    """Keeps the workflow of a replay, so that it can be read after its end."""

    def __init__(self) -> None:
        self.found: list[IncidentWorkflow] = []

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - as Temporal has it
    ) -> type[WorkflowInboundInterceptor]:
        """The interceptor that sees the workflow start."""
        found = self.found

        class Seeing(WorkflowInboundInterceptor):
            async def execute_workflow(
                self,
                input: ExecuteWorkflowInput,  # noqa: A002 - as above
            ) -> Any:
                made = workflow.instance()
                if isinstance(made, IncidentWorkflow):
                    found.append(made)
                return await super().execute_workflow(input)

        return Seeing


class _Noticing(PayloadCodec):
    """The codec of a replay, which remembers what it could not read: the replay only fails."""

    def __init__(self, codec: PayloadCodec | None) -> None:
        self._codec = codec
        self.unreadable: PayloadUnreadable | None = None

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """A replay sends nothing, so this does not matter."""
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decode as the codec does. Raises PayloadUnreadable."""
        try:
            return await self._codec.decode(payloads) if self._codec else list(payloads)
        except PayloadUnreadable as error:
            self.unreadable = error
            raise


async def replayed(
    history: WorkflowHistory, converter: DataConverter, *, silent: bool = True
) -> Carried | None:
    """What the run of a history carries at its end; None if the history does not replay.

    `silent` suppresses all logs meanwhile. A worker does not need it: its logs leave out replays.
    Raises PayloadUnreadable.
    """
    build_models()
    watching, noticing = _Watching(), _Noticing(converter.payload_codec)
    replayer = Replayer(
        workflows=[IncidentWorkflow],
        data_converter=replace(converter, payload_codec=noticing),
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[watching],
    )
    with _silence() if silent else nullcontext():
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if noticing.unreadable:
        raise noticing.unreadable
    if result.replay_failure or not watching.found:
        return None
    try:
        return watching.found[-1].carried()
    except ApplicationError:
        return None


@contextmanager
def _silence() -> Iterator[None]:
    """Suppress the logs of a replay: they were written when it happened."""
    before, temporal = structlog.get_config(), logging.getLogger("temporalio")
    level = temporal.level
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    temporal.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        temporal.setLevel(level)
