"""A closed incident is reopened: as a new run, which takes nothing else."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from models.contracts.incident import INCIDENT_WORKFLOW, Carried, IncidentInput
from models.incident.record import Incident
from models.people.authority import ApprovalRule
from states.lifecycle import State
from tests.scenarios.lives import QUIET, lived
from tests.scenarios.stage import Stage


async def test_a_closed_incident_reopens_as_a_new_run_that_carries_its_record(
    stage: Stage,
) -> None:
    """The id stays, the story goes on, and the reopening update is its first message."""
    await lived(stage)
    carried = await stage.ended()
    again = await stage.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(carried=carried, reopening=True),
        id=stage.handle.id,
        task_queue=stage.task_queue,
    )
    await again.execute_update("reopen", {"actor": "ana", "note": "it is back"})
    record = await again.query("record", result_type=Incident)
    assert record.state is State.DIAGNOSIS
    assert record.runs == 2
    assert record.timeline[0].kind == "incident.reported"
    await again.terminate()


async def test_a_refused_reopening_opens_nothing_else_and_ends_at_once(stage: Stage) -> None:
    """The run takes no other command meanwhile, and the record stays as it was closed."""
    await lived(stage)
    carried = await stage.ended()
    again = await stage.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(carried=carried, reopening=True),
        id=stage.handle.id,
        task_queue=stage.task_queue,
    )
    await again.signal("add_lesson", {"actor": "ana", "text": "forged later"})
    await again.signal("reopen", {"actor": "mallory", "note": "it is back"})
    ended = Carried.model_validate(await again.result())
    assert ended.incident.state is State.CLOSED
    assert ended.incident.lessons == carried.incident.lessons
    refused = [e.data["command"] for e in ended.incident.timeline if e.kind == "command.refused"]
    assert sorted(refused[-2:]) == ["add_lesson", "reopen"]
    events = (await again.fetch_history()).events
    waited = [e for e in events if e.HasField("timer_fired_event_attributes")]
    assert not waited, "it waits no minute for another attempt"


async def test_the_run_of_a_reopening_waits_until_it_is_approved(stage: Stage) -> None:
    """It takes the answer, then the reopening; meanwhile the closed record stays as it is."""
    rule = ApprovalRule(by=("bo",))
    policy = QUIET.changed(approvals={"reopen": rule})
    await lived(stage, policy=policy)
    carried = await stage.ended()
    again = await stage.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(carried=carried, reopening=True),
        id=stage.handle.id,
        task_queue=stage.task_queue,
    )
    reopen = {"actor": "ana", "note": "it is back"}
    with pytest.raises(WorkflowUpdateFailedError):
        await again.execute_update("reopen", reopen)
    with pytest.raises(WorkflowUpdateFailedError):
        await again.execute_update("add_lesson", {"actor": "ana", "text": "forged later"})
    approve = {"actor": "bo", "command": "reopen"}
    await again.execute_update("approve", approve)
    approved = Carried.model_validate(await again.result())
    assert approved.incident.state is State.CLOSED
    once_more = await stage.client.start_workflow(
        INCIDENT_WORKFLOW,
        IncidentInput(carried=approved, reopening=True),
        id=stage.handle.id,
        task_queue=stage.task_queue,
    )
    await once_more.execute_update("reopen", reopen)
    record = await once_more.query("record", result_type=Incident)
    assert record.state is State.DIAGNOSIS
    await once_more.terminate()
