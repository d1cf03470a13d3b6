"""Alert groups when things go wrong: lost answers, no workers, broken policies and messages."""

import asyncio
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from models.alert import AlertBatch
from models.contracts.alert_group import (
    ALERT_GROUP_WORKFLOW,
    INCIDENT_MOVED,
    RECEIVE_ALERTS,
    AlertGroupInput,
    FeedIncident,
)
from tests.fakes.feeding import LosesEveryFirstAnswer
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren


async def test_an_alert_that_came_and_went_while_no_worker_ran_has_an_incident(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Somebody is paged, and the timeline says that it is already over."""
    siren = Siren(time_skipping, task_queue, tmp_path)
    await siren.hears(siren.firing("a"))
    await siren.hears(siren.ended("a", 0, 0.1))
    async with siren.worker():
        incident_id = await siren.opened()
        await siren.until(lambda s: s.fed == 1)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "page.sent" not in {e.kind for e in (await siren.record(incident_id)).timeline}:
                await asyncio.sleep(0.02)
        record = await siren.record(incident_id)
    assert [e.summary for e in record.timeline if "alert." in e.kind] == ["alert resolves: a"]
    assert record.reported_at == siren.at(0)
    assert [r.alert.name for r in record.alerts.values()] == ["a"]


async def test_malformed_messages_are_counted_and_hold_nothing_up(siren: Siren) -> None:
    """They vary in kind, number and name; alerts around them are heard."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    for name, args in (
        (RECEIVE_ALERTS, []),
        (RECEIVE_ALERTS, [1, 2]),
        (RECEIVE_ALERTS, ["soup"]),
        (RECEIVE_ALERTS, [b"\xff\xfe"]),
        (INCIDENT_MOVED, [{"incident_id": incident_id, "state": "gone"}]),
        ("nonsense", [{"a": 1}]),
    ):
        await siren.handle.signal(name, args=args)
    await siren.hears(siren.firing("b", 0.1))
    state = await siren.until(lambda s: s.fed == 1)
    assert state.malformed == 6
    assert set(state.firing) == {"a", "b"}


async def test_an_alert_is_not_lost_while_the_policy_is_broken(siren: Siren) -> None:
    """The start is tried under the same id until somebody mends the file."""
    whole = siren.policy.read_text()
    siren.policy.write_text("policy: [")
    await siren.hears(siren.firing("a"))
    waiting = await siren.until(lambda s: s.opening is not None)
    siren.policy.write_text(whole)
    assert waiting.opening is not None
    assert await siren.opened() == waiting.opening.incident_id


async def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_counts_twice(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """Neither a repeat counts twice nor, after closing, a reopening with its alert."""
    siren = Siren(time_skipping, task_queue, tmp_path)
    siren.feeder = LosesEveryFirstAnswer(siren.client)
    async with siren.worker():
        await siren.hears(siren.firing("a"))
        incident_id = await siren.opened()
        await siren.hears(siren.firing("b", 0.1))
        await siren.answered(1)
        await siren.closed(incident_id)
        await siren.hears(siren.firing("c", 0.5))
        await siren.answered(2)
        record = await siren.record(incident_id)
    assert {name: r.times_seen for name, r in record.alerts.items()} == {"a": 2, "b": 2, "c": 1}
    assert [e.kind for e in record.timeline].count("incident.reopened") == 1
    assert record.runs == 2


async def test_a_run_goes_on_telling_what_the_one_before_it_was_telling(siren: Siren) -> None:
    """The unfinished command is carried, and stays the same command."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    known = await siren.until(lambda s: s.opened == 1)
    batch = AlertBatch(group_key="k", alerts=(siren.firing("b"),), received_at=siren.at(0))
    request = FeedIncident(
        incident_id=incident_id, batch=batch, deliveries=1, reopen=False, command_id="x/1/1"
    )
    await siren.client.start_workflow(
        ALERT_GROUP_WORKFLOW,
        AlertGroupInput(
            group_key="k",
            grouping=siren.grouping,
            carried=known.changed(feeding=request),
        ),
        id=f"{siren.id}-next",
        task_queue=siren.task_queue,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while set((await siren.record(incident_id)).alerts) != {"a", "b"}:
            await asyncio.sleep(0.02)


async def test_an_incident_that_was_terminated_gets_a_successor_for_a_new_firing(
    siren: Siren,
) -> None:
    """Nobody told the group, but the refusal does."""
    await siren.hears(siren.firing("a"))
    first = await siren.opened()
    await siren.client.get_workflow_handle(first).terminate()
    await siren.after(1)
    await siren.hears(siren.firing("b", 1))
    second = await siren.opened(2)
    assert (await siren.record(second)).report.previous_incident == first
