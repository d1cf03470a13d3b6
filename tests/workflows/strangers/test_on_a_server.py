"""Signals, queries and updates of strangers stop no workflow on a real server."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.archive_run import ArchiveRunActivity
from activities.keep_policy import KeepPolicyActivity
from connectors.documents.local import LocalDocumentStore
from models.alert import GroupingPolicy
from models.answers.adoption import PREVIEW_ADOPTION
from models.answers.view import VIEW
from models.answers.why import WHY
from models.contracts.alert_group import ALERT_GROUP_WORKFLOW, GROUP_STATE, AlertGroupInput
from models.contracts.archive import ARCHIVE_WORKFLOW, ArchiveRunInput
from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from models.contracts.policies import KEEP_POLICY_WORKFLOW, PolicyText
from models.people.workload import WORKLOAD_STATE, WORKLOAD_WORKFLOW, WorkloadInput
from runtime.worker.lanes import Workers
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.specimens import POLICY, REPORT

QUIET = POLICY.changed(clocks=(), audiences=(), escalation=None)
NASTY = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"\x00\xff",
    b'"\\ud800"',
    b"1e400",
    b"9" * 5000,
    b"[" * 3000,
    json.dumps({"actor": "ana", "happened_at": "0001-01-01T00:00:00+14:00"}).encode(),
    json.dumps({"k" * 100: "v" * 5000}).encode(),
)
SIGNALS = ("receive_alerts", "incident_moved", "acknowledge", "no_such_signal", "__temporal")
QUERIES = (VIEW, WHY, PREVIEW_ADOPTION, "record", GROUP_STATE, WORKLOAD_STATE, "no_such_query")
UPDATES = ("ask_leave", "hold_role", "acknowledge", "no_such_update")
ARCHIVED = "11111111-2222-3333-4444-555555555555"

STARTS: dict[str, Any] = {
    INCIDENT_WORKFLOW: IncidentInput(policy=QUIET, report=REPORT),
    ALERT_GROUP_WORKFLOW: AlertGroupInput(group_key="k", grouping=GroupingPolicy()),
    WORKLOAD_WORKFLOW: WorkloadInput(whom="person:ana"),
    ARCHIVE_WORKFLOW: ArchiveRunInput(workflow_id="INC-none", run_id=ARCHIVED),
    KEEP_POLICY_WORKFLOW: PolicyText(text="policy: Least"),
}
ANSWERS = {INCIDENT_WORKFLOW: "record", ALERT_GROUP_WORKFLOW: GROUP_STATE}
"""What to ask a workflow that is still there."""


def from_a_stranger(data: bytes) -> RawValue:
    """A payload that claims to be JSON."""
    return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data))


async def _signalled(handle: WorkflowHandle[Any, Any]) -> None:
    for name in SIGNALS:
        for data in NASTY:
            with suppress(RPCError):
                await handle.signal(name, from_a_stranger(data))


async def _asked(handle: WorkflowHandle[Any, Any]) -> None:
    for data in NASTY[::3]:
        for name in QUERIES:
            with suppress(RPCError, WorkflowQueryFailedError):
                await handle.query(name, from_a_stranger(data))
        for name in UPDATES:
            with suppress(RPCError, WorkflowUpdateFailedError):
                await handle.execute_update(name, from_a_stranger(data))


def working(client: Client, documents: LocalDocumentStore, task_queue: str) -> Workers:
    """A worker of every workflow."""
    activities: list[Any] = [
        ArchiveRunActivity(client, documents).archive_run,
        KeepPolicyActivity(documents, Path("none.yaml")).keep_policy,
    ]
    return Workers(
        client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=activities,
        workflow_runner=workflow_runner(guarded=False),
    )


@pytest.mark.parametrize("name", STARTS)
async def test_whatever_a_stranger_sends_the_workflow_goes_on(
    server: WorkflowEnvironment, tmp_path: Path, task_queue: str, name: str
) -> None:
    """Signals wait before the first task; queries and updates come while it works."""
    handle = await server.client.start_workflow(
        name, STARTS[name], id=f"{name}-{task_queue}", task_queue=task_queue
    )
    await _signalled(handle)
    async with working(server.client, LocalDocumentStore(tmp_path), task_queue):
        if name in ANSWERS:
            await _asked(handle)
            assert await handle.query(ANSWERS[name])
            await handle.terminate()
        elif name == KEEP_POLICY_WORKFLOW:
            assert (await handle.result())["name"] == "policy"
        elif name == ARCHIVE_WORKFLOW:
            with pytest.raises(Exception) as failed:  # noqa: PT011 - told below
                await handle.result()
            assert isinstance(failed.value.__cause__.__cause__, ApplicationError)  # type: ignore[union-attr]
            assert failed.value.__cause__.__cause__.type == "RunGone"  # type: ignore[union-attr]
        else:
            await handle.result()
    events = (await handle.fetch_history()).events
    assert [e for e in events if e.HasField("workflow_task_failed_event_attributes")] == []
