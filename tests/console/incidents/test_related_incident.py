"""The console looks for the other incident before it sends a command that names it."""

from datetime import UTC, datetime

import pytest
from temporalio.testing import WorkflowEnvironment

from models.contracts.incident import INCIDENT_WORKFLOW, IncidentInput
from rules.record.ids import incident_id
from tests.console.conftest import TypeAt
from tests.specimens import POLICY, REPORT

NEVER = "INC-260101-00000000"


@pytest.fixture
async def other(time_skipping: WorkflowEnvironment, task_queue: str) -> str:
    """Another incident, with an id of the usual form."""
    name = incident_id(task_queue, datetime.now(UTC))
    await time_skipping.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(policy=POLICY, report=REPORT),
        id=name,
        task_queue=task_queue,
    )
    return name


async def test_an_incident_cannot_duplicate_one_that_does_not_exist(
    at_console: TypeAt, incident: str, other: str
) -> None:
    """It exits 3, names the id and cancels nothing; an incident that exists is accepted."""
    line = ("cancel", incident, "duplicate_of", "--json", "--duplicate-of")
    said = await at_console(*line, NEVER)
    assert said.code == 3
    assert said.document["error"]["incident"] == NEVER
    assert "duplicate of: there is no incident" in said.document["error"]["message"]
    merged = ("link", incident, NEVER, "--relation", "merged_into")
    assert (await at_console(*merged)).code == 3
    assert (await at_console("show", incident, "--json")).document["incident"]["links"] == []
    assert (await at_console(*line, other)).document["state"] == "cancelled"


async def test_a_link_may_lead_to_an_incident_that_the_server_has_forgotten(
    at_console: TypeAt, incident: str, other: str
) -> None:
    """The archive may have it: a warning follows once the link is made."""
    said = await at_console("link", incident, NEVER)
    assert (said.code, NEVER in said.err) == (0, True)
    said = await at_console("link", incident, other)
    assert (said.code, said.err) == (0, "")
    assert (await at_console("cancel", incident, "false_alarm")).code == 0
    said = await at_console("link", incident, NEVER)
    assert (said.code, "the link was made" in said.err) == (4, False)
