"""`workload` says what somebody has on their hands, to people and to scripts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.base import Frozen
from models.people.workload import (
    ASK_LEAVE,
    HOLD_ROLE,
    WORKLOAD_WORKFLOW,
    AskTogether,
    HoldRole,
    Leaves,
    RolesHeld,
    WorkloadInput,
)
from models.policy.values.page_limits import parse_limit
from rules.record.ids import workload_id
from runtime.settings import load_settings
from tests.console.conftest import Type, TypeAt
from tests.patience import PATIENCE_SECONDS
from tests.rules.storms import page
from tests.runners import unguarded
from workflows.workload import WorkloadWorkflow

POLICY = """\
policy: Busy
version: "1"
effective_from: 2026-01-01
severities: { SEV1: { means: bad }, SEV2: { means: less bad } }
people: { ana: {}, bo: { limit: 20 per 1h }, cy: {} }
channels: { log: { kind: log }, ops: { kind: log, limit: 3 per 1h }, quiet: { kind: log } }
paging: { channels: log, limit: 3 per 15m }
roles: { lead: { duties: Leads, at_once: 1 } }
escalations: { default: [{ page: [ana, "channel:ops"], wait: 5m }] }
"""
THREE = parse_limit("3 per 15m")


@pytest.fixture(autouse=True)
def policy(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy that is in force."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    monkeypatch.setenv("INCIDENT_POLICY_FILE", str(path))
    load_settings.cache_clear()
    return path


class Told:
    """Tells workloads what incidents tell them."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def paged(self, *numbers: int, whom: str = "ana", policy: str = "Busy") -> None:
        """Pages for incidents with these numbers."""
        asks = tuple(page(number, urgency=2, limit=THREE) for number in numbers)
        await self._update(f"person:{whom}", policy, ASK_LEAVE, AskTogether(pages=asks), Leaves)

    async def leads(self, incident: str, whom: str = "ana") -> None:
        """The message that somebody leads an incident."""
        told = HoldRole(role="lead", incident_id=incident, holds=True, at=datetime.now(UTC))
        await self._update(f"person:{whom}", "Busy", HOLD_ROLE, told, RolesHeld)

    async def _update(
        self, whom: str, policy: str, name: str, said: Frozen, answer: type[Any]
    ) -> None:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            WORKLOAD_WORKFLOW,
            WorkloadInput(whom=whom),
            id=workload_id(self._task_queue, policy, whom),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self._client.execute_update_with_start_workflow(
            name, said, start_workflow_operation=start, result_type=answer
        )


@pytest.fixture
async def told(time_skipping: WorkflowEnvironment, task_queue: str) -> AsyncIterator[Told]:
    """Workloads, run by a worker."""
    client = time_skipping.client
    runner = unguarded()
    async with Worker(
        client, task_queue=task_queue, workflows=[WorkloadWorkflow], workflow_runner=runner
    ):
        yield Told(client, task_queue)


async def test_the_answer_shows_sent_pages_held_pages_and_roles(
    at_console: TypeAt, told: Told
) -> None:
    """It says when the summary goes out, and which role is held too often."""
    await told.paged(1, 2, 3)
    await told.leads("INC-1")
    await told.leads("INC-2")
    said = await at_console("workload", "ana")
    assert said.code == 0, said
    lines = said.out.splitlines()
    assert lines[:3] == [
        "person:ana under Busy",
        "limit 3 per 15m: 1 sent lately, 2 left",
        "one by one 1 of the worst severity, 0 of others; 1 for summaries",
    ]
    sent, held = lines.index("Sent lately"), lines.index("Held")
    assert lines[sent + 2].endswith("INC-1/page-1:ana")
    assert [one.split()[0] for one in lines[held + 2 : held + 4]] == ["INC-2", "INC-3"]
    assert lines[held + 4].startswith("the summary goes out in ")
    roles = lines[lines.index("Roles") + 1 :]
    assert roles[0] == "lead of 2 incidents: over the limit of 1 at once"
    assert [one.split(",")[0] for one in roles[1:]] == ["  INC-1", "  INC-2"]


async def test_the_answer_for_scripts_is_a_document(
    at_console: TypeAt, told: Told, task_queue: str
) -> None:
    """It takes the full name, too."""
    await told.paged(1, 2)
    await told.leads("INC-1")
    document = (await at_console("workload", "person:ana", "--json")).document
    assert (document["whom"], document["policy"], document["running"]) == (
        "person:ana",
        "Busy",
        True,
    )
    assert document["workload"] == workload_id(task_queue, "Busy", "person:ana")
    assert document["limit"] == {"most": 3, "within_seconds": 900.0}
    assert (document["left"], document["left_one_by_one"]) == (2, {"worst": 1, "others": 0})
    assert [(one["key"], one["summary"]) for one in document["sent"]] == [
        ("INC-1/page-1:ana", False)
    ]
    (held,) = document["held"]
    assert (held["incident"], held["severity"]) == ("INC-2", "SEV2")
    assert held["since"] < document["summary_at"]
    (role,) = document["roles"]
    assert (role["role"], role["at_once"], role["over"]) == ("lead", 1, False)
    assert [one["incident"] for one in role["incidents"]] == ["INC-1"]


async def test_without_a_name_everybody_has_a_row(at_console: TypeAt, told: Told) -> None:
    """People of another policy have one too, though no limits of their roles are known."""
    await told.paged(1)
    await told.leads("INC-1", "bo")
    await told.leads("INC-2", "bo")
    await told.paged(4, 5, whom="zoe", policy="Bank")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len((said := await at_console("workload")).out.splitlines()) < 4:
            assert said.code == 0, said
            await asyncio.sleep(0.02)
    head, ana, bo, zoe = (row.split() for row in said.out.splitlines())
    assert head == ["who", "limit", "sent", "left", "held", "summary", "roles"]
    assert ana == ["person:ana", "3", "per", "15m", "1", "2"]
    assert bo == ["person:bo", "20", "per", "1h", "0", "20", "lead", "2", "(over", "1)"]
    assert zoe[:6] == ["person:zoe", "(another", "policy)", "3", "per", "15m"]
    rows = (await at_console("workload", "--json")).document["workloads"]
    assert [(row["whom"], row["policy"]) for row in rows] == [
        ("person:ana", "Busy"),
        ("person:bo", "Busy"),
        ("person:zoe", None),
    ]


async def test_an_empty_workload_says_so_and_exits_0(at_console: TypeAt) -> None:
    """No workload workflow needs to run for this."""
    said = await at_console("workload", "bo")
    assert (said.code, said.out.splitlines()) == (
        0,
        ["bo has nothing on their hands", "at most 20 per 1h, over all incidents"],
    )
    said = await at_console("workload", "ops", "--json")
    assert (said.document["whom"], said.document["running"]) == ("channel:ops", False)
    said = await at_console("workload", "quiet")
    assert said.out.splitlines() == [
        "nothing is counted for quiet: the policy in force has no limits for them",
    ]
    said = await at_console("workload")
    assert (said.code, said.out) == (0, "nobody has anything on their hands\n")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("anna", "there is no person or channel anna; did you mean ana?"),
        ("channel:opps", "there is no channel opps; did you mean ops?"),
        ("person:ops", "there is no person ops; there are: ana, bo, cy"),
        ("role:lead", "role:lead is neither a person nor a channel"),
    ],
)
def test_a_name_that_the_policy_does_not_know_is_wrong_usage(
    type_: Type, who: str, words: str
) -> None:
    """The answer offers the name that was probably meant, as every command does."""
    said = type_("workload", who)
    assert (said.code, words in said.err) == (2, True), said


async def test_a_workload_without_a_worker_exits_7(
    at_console: TypeAt, time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    """A script can read the code and try again."""
    await time_skipping.client.start_workflow(
        WORKLOAD_WORKFLOW,
        WorkloadInput(whom="person:ana"),
        id=workload_id(task_queue, "Busy", "person:ana"),
        task_queue=task_queue,
    )
    said = await at_console("workload", "ana", "--timeout", "0.3")
    assert said.code == 7
    assert "no worker answered for WL-person-ana-" in said.err
