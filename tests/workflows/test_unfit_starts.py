"""A workflow with unreadable input fails at once and says what is right."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
)
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.contracts.alert_group import ALERT_GROUP_WORKFLOW
from models.contracts.archive import ARCHIVE_WORKFLOW
from models.contracts.incident import INCIDENT_WORKFLOW
from models.contracts.policies import KEEP_POLICY_WORKFLOW
from models.intake import ReportingRule
from runtime.worker.registry import WORKFLOWS, workflow_runner
from tests.specimens import POLICY, REPORT

GARBAGE = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{not json"))
ODD = RawValue(Payload(metadata={"encoding": b"binary/odd"}, data=b"?"))
RUN = "00000000-0000-4000-8000-000000000000"
TITLE = {"policy": None, "report": {"title": 7, "reporter": {"name": "ana"}}}

STARTS: list[tuple[str, list[Any], str]] = [
    (INCIDENT_WORKFLOW, [], "not 0 arguments"),
    (INCIDENT_WORKFLOW, [{}, {}], "not 2 arguments"),
    (INCIDENT_WORKFLOW, [None], "payload: "),
    (INCIDENT_WORKFLOW, ["database is down"], "payload: "),
    (INCIDENT_WORKFLOW, [TITLE], "report.title: Input should be a valid string"),
    (INCIDENT_WORKFLOW, [{"raport": {}}], "raport: Extra inputs are not permitted"),
    (INCIDENT_WORKFLOW, [{"raport": {}, "reopening": 7}], "reopening: "),
    (INCIDENT_WORKFLOW, [{}], "a report and a policy"),
    (INCIDENT_WORKFLOW, [GARBAGE], "Invalid JSON"),
    (INCIDENT_WORKFLOW, [ODD], "this payload is not JSON"),
    (ALERT_GROUP_WORKFLOW, [], "has the fields group_key, grouping"),
    (ALERT_GROUP_WORKFLOW, [{"group_key": "k"}], "grouping: Field required"),
    (ALERT_GROUP_WORKFLOW, [GARBAGE], "Invalid JSON"),
    (ARCHIVE_WORKFLOW, [], "has the fields workflow_id, run_id"),
    (ARCHIVE_WORKFLOW, [{"workflow_id": "INC-1"}], "run_id: Field required"),
    (ARCHIVE_WORKFLOW, [{"workflow_id": "INC-1", "run_id": ""}], "run_id: String should match"),
    (ARCHIVE_WORKFLOW, [{"workflow_id": "", "run_id": RUN}], "workflow_id: String should have"),
    (ARCHIVE_WORKFLOW, [{"workflow_id": "x" * 5000, "run_id": RUN}], "workflow_id: String should"),
    (ARCHIVE_WORKFLOW, [{"workflow_id": ["a"], "run_id": RUN}], "workflow_id: Input should be"),
    (ARCHIVE_WORKFLOW, [GARBAGE], "Invalid JSON"),
    (KEEP_POLICY_WORKFLOW, [], "has the fields text"),
    (KEEP_POLICY_WORKFLOW, [{"text": ""}], "text: String should have at least 1 character"),
    (KEEP_POLICY_WORKFLOW, [{"text": 7}], "text: Input should be a valid string"),
    (KEEP_POLICY_WORKFLOW, [{"text": "x" * 1_100_000}], "text: String should have at most"),
    (KEEP_POLICY_WORKFLOW, [GARBAGE], "Invalid JSON"),
    (INCIDENT_WORKFLOW, [{"carried": {}}], "carried.incident: Field required"),
    (INCIDENT_WORKFLOW, [{"carried": {"incident": 7, "policy": []}}], "carried.incident: "),
]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "as-served"])
async def test_an_input_that_cannot_be_read_ends_the_workflow_with_what_is_right(
    server: WorkflowEnvironment, task_queue: str, *, guarded: bool
) -> None:
    """No argument, several, wrong JSON and wrong types are each Malformed; nothing stays open."""
    async with Worker(
        server.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        workflow_runner=workflow_runner(guarded=guarded),
    ):
        handles = [
            await server.client.start_workflow(
                kind, args=arguments, id=f"{task_queue}-{number}", task_queue=task_queue
            )
            for number, (kind, arguments, _) in enumerate(STARTS)
        ]
        for handle, (kind, _, words) in zip(handles, STARTS, strict=True):
            with pytest.raises(WorkflowFailureError) as failed:
                await handle.result()
            cause = failed.value.cause
            assert isinstance(cause, ApplicationError), kind
            assert (cause.type, words in cause.message) == ("Malformed", True), cause.message
        with pytest.raises(WorkflowQueryFailedError, match="not 0 arguments"):
            await handles[0].query("record")


ASKING = POLICY.changed(
    attributes={"impact": ("one", "all")},
    reporting=ReportingRule(who=("people",), required=("nature", "severity"), people={"bo": ()}),
)
LACKING = {"title": "x", "attributes": {"impact": "al"}}


@pytest.mark.parametrize(
    ("reporter", "kind", "words"),
    [
        (
            "bo",
            "Refused",
            (
                "the report lacks what the policy requires: nature, severity. "
                "impact cannot be 'al'; did you mean all?"
            ),
        ),
        (
            "eve",
            "NotAuthorised",
            "the policy does not allow eve to report by temporal; it allows: people. ",
        ),
    ],
)
async def test_a_report_that_the_policy_does_not_take_ends_the_workflow_with_all_that_is_wrong(
    server: WorkflowEnvironment, task_queue: str, reporter: str, kind: str, words: str
) -> None:
    """This holds for direct calls to Temporal too; nobody is paged."""
    start = {
        "policy": ASKING.model_dump(mode="json"),
        "report": {**LACKING, "reporter": {"name": reporter}},
    }
    async with Worker(
        server.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        workflow_runner=workflow_runner(),
    ):
        handle = await server.client.start_workflow(
            INCIDENT_WORKFLOW, start, id=task_queue, task_queue=task_queue
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == kind
    assert cause.message.startswith(words)
    assert cause.details[0]["missing"] == ["nature", "severity"]
    assert cause.details[0]["may"] == ([] if reporter == "bo" else ["people"])
    history = await handle.fetch_history()
    assert not any(e.HasField("activity_task_scheduled_event_attributes") for e in history.events)


async def test_input_of_a_newer_engine_waits_for_a_worker_of_that_version(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """With workers of two versions, the older fails its task, but never the incident."""
    newer = {
        "policy": {**POLICY.model_dump(mode="json"), "moon_phases": ["full"]},
        "report": REPORT.model_dump(mode="json"),
    }
    async with Worker(
        server.client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        workflow_runner=workflow_runner(),
    ):
        handle = await server.client.start_workflow(
            INCIDENT_WORKFLOW, newer, id=task_queue, task_queue=task_queue
        )
        refused = None
        while refused is None:
            events = (await handle.fetch_history()).events
            tasks = [e.workflow_task_failed_event_attributes for e in events]
            refused = next((t.failure.message for t in tasks if t.failure.message), None)
        described = await handle.describe()
    await handle.terminate()
    assert "policy.moon_phases: Extra inputs are not permitted" in refused
    assert described.status is WorkflowExecutionStatus.RUNNING
