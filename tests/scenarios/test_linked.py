"""A breached limit opens another incident if the policy says so."""

from models.base import ENGINE
from models.contracts.incident import INCIDENT_WORKFLOW
from models.incident.record import Incident
from tests.rules.timed import policy_of
from tests.scenarios.stage import Stage

BROKEN = (
    "clocks:\n  it: { from: reported, to: told, within: 1h, outlives: true, "
    "at: { 100%: open incident The regulator was not told in time } }\n"
)


async def test_a_broken_limit_opens_one_incident_that_is_linked_to_this_one(
    stage: Stage,
) -> None:
    """The engine opens it once, with the reason; each incident names the other."""
    await stage.report(policy_of(BROKEN))
    await stage.do("acknowledge")
    await stage.at(61)
    record = await stage.record()
    (link,) = record.links
    assert link.relation == "led_to"
    handle = stage.client.get_workflow_handle(link.target)
    opened = await handle.query("record", result_type=Incident)
    assert opened.report.title == "The regulator was not told in time"
    assert (opened.report.reporter, opened.report.previous_incident) == (ENGINE, record.id)
    assert "it breached" in opened.report.nature
    found = [w async for w in stage.client.list_workflows(f"WorkflowId = '{link.target}'")]
    assert [workflow.workflow_type for workflow in found] == [INCIDENT_WORKFLOW]
    await handle.terminate()
