"""Measures what one whole life costs in history: events, bytes, and Temporal's billable actions."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from temporalio.client import Client, WorkflowHistory

from benchmarks.load import Load, token, webhook
from benchmarks.plant import Plant
from models.contracts.alert_group import GroupState

ACTIONS = (
    "workflow_execution_started",
    "workflow_execution_signaled",
    "workflow_execution_update_accepted",
    "timer_started",
    "activity_task_scheduled",
    "upsert_workflow_search_attributes",
)
"""Events that stand for one billable action each.

A signal counts where it arrives. The local activities of one workflow task count as one. Queries
and retries come on top.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one workflow's history."""

    events: int
    size: int
    actions: int


def cost_of(history: WorkflowHistory) -> Cost:
    """Count a history."""
    kinds = Counter(
        (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")
        for event in history.events
    )
    local = {
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in history.events
        if event.HasField("marker_recorded_event_attributes")
    }
    size = sum(event.ByteSize() for event in history.events)
    return Cost(len(history.events), size, sum(kinds[name] for name in ACTIONS) + len(local))


async def whole_life(plant: Plant, load: Load) -> dict[str, Cost]:
    """Run one incident from alert to closure; returns the cost of it and its alert group."""
    name = token()
    answer = await load.post(webhook(name, "critical"))
    await plant.sink.until({name}, 30)
    group = plant.client.get_workflow_handle(answer["group"])
    state: GroupState = await group.query("state", result_type=GroupState)
    handle = plant.client.get_workflow_handle(str(state.incident_id))
    resolved = webhook(name, "critical")
    resolved["alerts"][0] |= {"status": "resolved", "endsAt": resolved["alerts"][0]["startsAt"]}
    for command, fields in (
        ("acknowledge", {}),
        ("set_severity", {"severity": "SEV1"}),
        ("begin_diagnosis", {"steps": ["impact"]}),
        ("begin_resolution", {"steps": ["cause"]}),
        ("mitigate", {}),
        ("resolve", {"steps": ["verify"]}),
    ):
        if command == "resolve":
            await load.post(resolved)
            await asyncio.sleep(0.5)
        await handle.execute_update(command, {"actor": "ana", **fields})
    await asyncio.sleep(0.5)
    review = {"actor": "ana", "lead": "ana", "aspects": {"cause": "x"}, "lessons": ["y"]}
    await handle.execute_update("submit_review", review)
    await handle.execute_update("close", {"actor": "ana"})
    await handle.result()
    return {
        "incident": cost_of(await _history(plant.client, handle.id)),
        "alert group": cost_of(await _history(plant.client, group.id)),
    }


async def _history(client: Client, workflow_id: str) -> WorkflowHistory:
    return await client.get_workflow_handle(workflow_id).fetch_history()
