"""Commands that need consent: approvals, handovers, overrides."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from tests.console.conftest import TypeAt
from tests.console.life import working
from tests.patience import PATIENCE_SECONDS
from tests.rules.staffed import staffed
from tests.specimens import REPORT

POLICY = staffed(
    "roles: { lead: { deputy: cy } }\n"
    "authority: { hold: lead, override: { by: [ana], needs: reason } }\n"
    "approvals: { resolve: { by: [bo, dee] } }\n"
    "handover: { required: status, accept_within: 15m }\n"
)


@pytest.fixture
async def guarded(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[str]:
    """An incident under a policy that asks consent for many commands."""
    client: Client = time_skipping.client
    async with working(client, task_queue, tmp_path):
        await client.start_workflow(
            INCIDENT_WORKFLOW,
            IncidentInput(policy=POLICY, report=REPORT),
            id=f"INC-{task_queue}",
            task_queue=task_queue,
            memo={"title": REPORT.title},
        )
        yield f"INC-{task_queue}"


async def test_a_command_that_needs_approval_exits_4_and_is_carried_out_once_approved(
    at_console: TypeAt, guarded: str
) -> None:
    """The refusal says who may approve; `show` lists the request."""
    first = await at_console("resolve", guarded, "--json")
    assert first.code == 4
    assert first.document["error"]["kind"] == "NeedsApproval"
    assert first.document["error"]["may"] == ["bo", "dee"]
    shown = await at_console("show", guarded)
    assert "ana asks for approval to resolve (request " in shown.out
    assert "; approved: by nobody yet" in shown.out
    assert (await at_console("approve", guarded, "resolve")).code == 5
    assert (await at_console("approve", guarded, "resolve", "--actor", "dee")).code == 0
    assert (await at_console("resolve", guarded)).code == 0


async def test_a_handover_is_accepted_and_show_counts_it(at_console: TypeAt, guarded: str) -> None:
    """A role is offered, taken over, and shown with its number of handovers."""
    await at_console("assign", guarded, "lead", "ana")
    assert (await at_console("hand-over", guarded, "lead", "--to", "bo")).code == 4
    await at_console("hand-over", guarded, "lead", "--to", "bo", "--content", "status=bad")
    shown = await at_console("show", guarded)
    assert "lead: ana hands it over to bo, not accepted yet" in shown.out
    await at_console("accept-handover", guarded, "lead", "--actor", "bo")
    assert "lead: bo (leads) (handed over 1x)" in (await at_console("show", guarded)).out


async def test_an_override_stays_visible_and_can_be_searched_for(
    at_console: TypeAt, guarded: str
) -> None:
    """It shows who, why and what it overruled; `list` finds it, also by role holder."""
    assert (await at_console("hold", guarded, "vendor")).code == 5
    blank = await at_console("hold", guarded, "vendor", "--override", "")
    assert (blank.code, "--override: is blank" in blank.err) == (2, True)
    assert (await at_console("hold", guarded, "vendor", "--override", "it burns")).code == 0
    shown = (await at_console("show", guarded)).out
    assert "Overridden" in shown
    assert "it burns" in shown
    assert "otherwise: ana may not hold; may: lead (nobody yet: assign_role; deputy cy)" in shown
    await at_console("assign", guarded, "lead", "bo")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while guarded not in await _listed(at_console, "--overridden", "--person", "bo"):
            await asyncio.sleep(0.02)
    assert guarded not in await _listed(at_console, "--person", "cy")


async def _listed(at_console: TypeAt, *filters: str) -> set[str]:
    said = await at_console("list", "--limit", "10000", "--json", *filters)
    return {row["id"] for row in said.document["incidents"]}
