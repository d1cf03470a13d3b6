"""From alerts to incidents: the group, its timer and the incidents that it opens and feeds."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from incidents.reopening import reopen_incident
from models.alert import GroupingPolicy
from models.contracts.alert_group import GroupState
from rules.alerts.firing import alerts_firing
from rules.record.ids import is_incident_id
from states.lifecycle import State
from tests.conftest import time_skipping_server
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import REVIEW, Siren

EARLY = "limit.historyCount.suggestContinueAsNew=400"


async def test_an_alert_becomes_an_incident_that_pages(siren: Siren) -> None:
    """It has the severity of its worst alert and the title of the first."""
    a = siren.firing("a", summary="it burns", severity="SEV2", service="pay")
    await siren.hears(a, siren.firing("b", 0.1, severity="SEV1"), truncated=2)
    incident_id = await siren.opened()
    assert is_incident_id(incident_id)
    record = await siren.record(incident_id)
    assert record.report.title == "a: it burns (and 1 more)"
    assert (record.severity, record.report.service) == ("SEV1", "pay")
    assert record.report.group_id == siren.id
    assert (set(record.alerts), record.truncated_alerts) == ({"a", "b"}, 2)


async def test_the_way_from_alert_to_incident_is_one_activity_in_one_task(siren: Siren) -> None:
    """A query meanwhile would cost a task of its own, so only the history is read."""
    await siren.hears(siren.firing("a"))
    kinds: list[str | None] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "marker_recorded_event_attributes" not in kinds:
            history = await siren.handle.fetch_history()
            kinds = [event.WhichOneof("attributes") for event in history.events]
    assert kinds.count("workflow_task_completed_event_attributes") == 1
    assert len(kinds) == 6


async def test_repeats_are_fed_together_by_one_timer_and_open_nothing(siren: Siren) -> None:
    """Twenty deliveries within a minute are one feed of twenty."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    for _ in range(20):
        await siren.hears(siren.firing("a"))
    assert (await siren.until(lambda s: s.unfed_deliveries == 20)).fed == 0
    await siren.after(1.1)
    state = await siren.until(lambda s: s.fed == 1 and s.unfed_deliveries == 0)
    assert (state.opened, state.incident_id) == (1, incident_id)
    assert (await siren.record(incident_id)).alerts["a"].times_seen == 21
    timers = [s for s in await siren.summaries() if s.startswith("next:")]
    assert len(timers) == 1
    assert timers[0].startswith("next: tell the incident about repeats at ")


async def test_a_change_is_fed_at_once(siren: Siren) -> None:
    """A new alert, then the end of both: each is on the timeline."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    await siren.hears(siren.firing("a"), siren.firing("b", 0.1))
    await siren.until(lambda s: s.fed == 1)
    await siren.hears(siren.ended("a", 0, 0.2), siren.ended("b", 0.1, 0.2))
    await siren.until(lambda s: s.fed == 2)
    lines = [e.summary for e in (await siren.record(incident_id)).timeline if "alert." in e.kind]
    assert lines == ["alert fires: b", "alert resolves: a, b"]


async def test_an_alert_soon_after_closing_reopens_the_incident(siren: Siren) -> None:
    """The same id, a new run, and the record says why."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    await siren.hears(siren.ended("a", 0, 0.1))
    await siren.until(lambda s: s.fed == 1)
    await siren.closed(incident_id)
    await siren.after(10)
    await siren.hears(siren.firing("a", 10, summary="burns again"))
    state = await siren.until(lambda s: s.incident_state is State.DIAGNOSIS)
    assert (state.opened, state.incident_id) == (1, incident_id)
    record = await siren.record(incident_id)
    assert (record.state, record.runs) == (State.DIAGNOSIS, 2)
    assert record.alerts["a"].alert.status == "firing"
    assert any("alert fires again: a: burns again" in entry.summary for entry in record.timeline)


async def test_an_alert_long_after_resolve_opens_a_new_incident_that_names_the_first(
    siren: Siren,
) -> None:
    """Another alert kept the group alive meanwhile."""
    await siren.hears(siren.firing("a"), siren.firing("b"))
    first = await siren.opened()
    await siren.closed(first)
    await siren.after(40)
    await siren.hears(siren.firing("c", 40))
    second = await siren.opened(2)
    record = await siren.record(second)
    assert second != first
    assert record.report.previous_incident == first
    assert set(record.alerts) == {"a", "b", "c"}


async def test_an_incident_in_review_can_be_closed_though_a_new_one_has_its_alerts(
    siren: Siren,
) -> None:
    """It hears which incident has them now; only the new one hears of later resolves."""
    siren.policy.write_text(siren.policy.read_text() + REVIEW)
    await siren.hears(siren.firing("a"))
    first = await siren.opened()
    await siren.do(first, "resolve")
    await siren.until(lambda s: s.incident_state is State.REVIEW)
    await siren.after(40)
    await siren.hears(siren.firing("c", 40))
    second = await siren.opened(2)
    await siren.until(lambda s: not s.takeovers)
    lines = [entry.summary for entry in (await siren.record(first)).timeline]
    assert f"{second} takes over the alerts that still fire: a" in lines
    await siren.do(first, "submit_review", lead="ana")
    await siren.do(first, "close")
    assert f"tell {first}: {second} takes over its alerts" in await siren.summaries()


async def test_a_group_ends_when_all_is_over_and_a_later_alert_starts_a_fresh_one(
    siren: Siren,
) -> None:
    """The closed id is never used again."""
    await siren.hears(siren.firing("a"))
    first = await siren.opened()
    await siren.hears(siren.ended("a", 0, 0.1))
    await siren.until(lambda s: s.fed == 1)
    await siren.closed(first)
    await siren.after(31)
    described = await siren.handle.describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    await siren.hears(siren.firing("a", 31))
    second = await siren.opened()
    assert second != first
    assert (await siren.record(second)).report.previous_incident is None


async def test_an_incident_that_is_reopened_after_its_group_ended_waits_for_no_alert(
    siren: Siren,
) -> None:
    """It closed while its alert fired, and heard no more of the alert."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    await siren.closed(incident_id)
    await siren.hears(siren.ended("a", 0, 0.2))
    await siren.after(31)
    await siren.handle.result()
    await reopen_incident(
        siren.client, incident_id, {"actor": "ana"}, f"{siren.id}-again", siren.task_queue
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while alerts_firing(await siren.record(incident_id)):
            await asyncio.sleep(0.02)


async def test_a_resolve_of_an_unknown_group_opens_nothing(siren: Siren) -> None:
    """The group ends a little later."""
    await siren.hears(siren.ended("a", 0, 0.1))
    await siren.after(5.1)
    result = await siren.client.get_workflow_handle(siren.id, result_type=GroupState).result()
    assert result.opened == 0


async def test_an_incident_opens_only_if_the_alert_still_fires(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """That is after ten minutes, and it is reported as of then."""
    grouping = GroupingPolicy(open_after=timedelta(minutes=10))
    siren = Siren(time_skipping, task_queue, tmp_path, grouping)
    async with siren.worker():
        await siren.hears(siren.firing("a"))
        await siren.after(9)
        assert (await siren.until(lambda _: True)).opened == 0
        await siren.after(10.1)
        await siren.opened()
        assert any("open an incident if it still fires" in s for s in await siren.summaries())


async def test_a_storm_of_signals_is_one_incident_and_few_feeds(
    task_queue: str, tmp_path: Path
) -> None:
    """No delivery of the key is lost, although the run continues as new meanwhile.

    Hundreds are enough on a server that suggests this early; `make storm` sends 5,000 to one that
    suggests it at the usual size.
    """
    many, early = (5000, ()) if os.environ.get("STORM") == "full" else (500, (EARLY,))
    async with await time_skipping_server(*early) as env:
        siren = Siren(env, task_queue, tmp_path)
        async with siren.worker():
            await siren.hears(siren.firing("a"))
            first = (await siren.handle.describe()).run_id
            limit = asyncio.Semaphore(50)

            async def deliver() -> None:
                async with limit:
                    await siren.hears(siren.firing("a"))

            await asyncio.gather(*(deliver() for _ in range(many - 1)))
            incident_id = await siren.opened()
            state = await siren.until(lambda s: s.deliveries == many)
            assert (state.incident_id, state.firing["a"].times_seen) == (incident_id, many)
            assert state.fed <= 3
            assert (await siren.handle.describe()).run_id != first
