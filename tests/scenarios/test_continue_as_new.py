"""A long incident goes on in a new run, and nobody notices."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.archive_run import ArchiveRunActivity
from connectors.errors import PermanentError
from incidents.kept.timelines import with_whole_timeline
from models.compiled import Subscriber
from models.contracts.archive import ArchiveRunInput
from models.contracts.incident import Carried
from models.incident.record import Incident
from models.messages.event import event_key
from rules.record import carried as carrying
from rules.updates.subscribed import events_of
from states.lifecycle import State
from tests.conftest import time_skipping_server
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.stage import Stage, page, told
from tests.specimens import POLICY, a_diagnosed_incident, after


@pytest.fixture(scope="module")
async def short_runs() -> AsyncIterator[WorkflowEnvironment]:
    """A server that suggests to continue as new after a few dozen events."""
    async with await time_skipping_server("limit.historyCount.suggestContinueAsNew=40") as env:
        yield env


@pytest.fixture
async def short(
    short_runs: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage on that server."""
    made = Stage(short_runs, task_queue, tmp_path / "documents")
    async with made.worker():
        yield made


async def test_a_life_across_many_runs_loses_and_doubles_nothing(short: Stage) -> None:
    """Clocks, roles, escalation, processed ids and the timeline are the same across runs."""
    await short.report()
    await short.at(6)
    await short.do("acknowledge", command_id="ack")
    for number in range(40):
        await short.do("add_lesson", text=f"lesson {number}", command_id=f"lesson-{number}")
    assert (await short.do("acknowledge", command_id="ack")).summary.startswith("acknowledge by")
    await short.do("set_severity", severity="SEV1")
    await short.at(10)
    await short.do("begin_diagnosis", steps=["impact"])
    record = await short.record()
    assert record.runs > 2
    assert record.state is State.DIAGNOSIS
    assert [lesson.text for lesson in record.lessons] == [f"lesson {n}" for n in range(40)]
    assert [entry.seq for entry in record.timeline] == list(range(1, record.next_seq))
    await short.said(
        page(0, "ana"), told(0, "stakeholders"), page(5, "bo"), told(5, "stakeholders"),
    )  # fmt: skip


async def test_owed_messages_are_carried_with_their_keys_and_work_under_way_is_awaited(
    short: Stage,
) -> None:
    """A channel is down in the first run; the message arrives once, in a later one."""
    log = short.channels.channel("log")
    log.fails_always = PermanentError("log", "403")
    await short.report()
    await short.do("acknowledge")
    owed = (await short.view()).undelivered
    assert [delivery.message.recipient for delivery in owed] == ["stakeholders"]
    for number in range(20):
        await short.do("add_lesson", text=f"lesson {number}")
    assert (await short.record()).runs > 1
    carried = (await short.view()).undelivered
    assert [d.message.key for d in carried] == [d.message.key for d in owed]
    log.fails_always = None
    await short.at(3)
    assert (await short.view()).undelivered == ()
    assert list(log.messages) == [owed[0].message.key]


async def test_events_for_a_tool_go_on_in_the_next_run_and_none_falls_between_two(
    short: Stage,
) -> None:
    """A decision owes its events at once, so none depends on which lines a run still has."""
    hook = short.channels.channel("hook")
    hook.fails_always = PermanentError("hook", "answered 503")
    gate = Subscriber(name="gate", channel="hook", on=("all",))
    await short.report(POLICY.changed(audiences=(), subscribers=(gate,)))
    for _ in range(10):
        await short.handle.execute_update("hold", {"actor": "ana", "reason": "third_party"})
        await short.handle.execute_update("resume", {"actor": "ana"})
    await short.settled()
    assert (await short.record()).runs > 1
    assert hook.messages == {}
    hook.fails_always = None
    await short.do("hold", reason="third_party")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await short.view()).undelivered:
            await asyncio.sleep(0.02)
    record = await short.record()
    due = [event_key(record.id, e.seq, "gate") for e in record.timeline if events_of(e)]
    assert sorted(hook.messages) == sorted(due)
    assert len(due) == 22
    assert (await short.view()).unheard == ()


async def test_an_effect_in_flight_finishes_in_the_run_that_began_it(short: Stage) -> None:
    """The run drains before it continues: the message is sent once and its line is carried."""
    log = short.channels.channel("log")
    log.gate = asyncio.Event()
    reporting = asyncio.create_task(short.report())
    while not log.attempts:
        await asyncio.sleep(0.01)
    for number in range(20):
        await short.handle.execute_update("add_lesson", {"actor": "ana", "text": str(number)})
    assert (await short.record()).runs == 1
    log.gate.set()
    await reporting
    await short.do("acknowledge")
    record = await short.record()
    assert record.runs > 1
    assert [e.kind for e in record.timeline].count("notification.sent") == 1
    assert log.attempts == 1


async def test_a_long_timeline_moves_to_the_document_store_in_hashed_segments(
    short: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is carried stays small; the older lines are kept, and named with their hash."""
    monkeypatch.setattr(carrying, "BOUND_BYTES", 20_000)
    monkeypatch.setattr(carrying, "KEPT_BYTES", 5_000)
    await short.report()
    await short.do("acknowledge")
    for number in range(60):
        lesson = {"actor": "ana", "text": f"{number} " + "x" * 450}
        await short.handle.execute_update("add_lesson", lesson)
    await short.settled()
    record = await short.record()
    assert record.segments
    first = record.segments[0]
    assert (first.first_seq, record.segments[-1].last_seq + 1) == (1, record.timeline[0].seq)
    assert Path(first.uri.removeprefix("file://")).exists()


async def test_a_run_whose_timeline_grows_long_ends_by_itself_and_shortens_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so long before Temporal suggests it; a store that is down does not repeat it."""
    monkeypatch.setattr(carrying, "STORY_LENGTH", 20_000)
    await stage.report()
    for _ in range(4):
        await stage.do("hold", reason="third_party", note="x" * 4000)
        await stage.do("resume", note="x" * 4000)
    record = await stage.record()
    assert record.runs == 2


async def test_an_incident_goes_on_if_the_store_is_down_and_the_timeline_is_huge(
    short: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than Temporal takes cannot be carried; a line says so, and clocks and pages go on."""
    takes = type(short.documents).put

    async def refuses(*_: object) -> None:
        raise PermanentError("documents", "the disk is full")

    monkeypatch.setattr(short.documents, "put", refuses)
    monkeypatch.setattr(carrying, "CARRIED_BYTES", 256 * 1024)
    await short.report()
    note = "\U0001f525" * 4000
    for _ in range(10):
        for name in ("hold", "resume"):
            reason = {"reason": "third_party"} if name == "hold" else {}
            payload = {"actor": "ana", "note": note, **reason}
            await short.handle.execute_update(name, payload)
    await short.at(6)
    record = await short.record()
    assert record.runs > 2
    left = record.segments[0]
    assert (left.first_seq, record.timeline[0].seq) == (1, record.segments[-1].last_seq + 1)
    assert left.uri.startswith(f"temporal:{record.id}/")
    run = short.client.get_workflow_handle(record.id, run_id=left.uri.rpartition("/")[2])
    whole: Incident = await run.query("record", result_type=Incident)
    kept = [entry for entry in whole.timeline if entry.seq <= left.last_seq]
    assert sha256(carrying.as_json(tuple(kept)).encode()).hexdigest() == left.sha256
    monkeypatch.setattr(short.documents, "put", partial(takes, short.documents))
    await _archived(short, record)
    again = await with_whole_timeline(short.documents, record)
    assert again.segments == ()
    assert [entry.seq for entry in again.timeline] == list(range(1, record.timeline[-1].seq + 1))
    await short.do("acknowledge")
    assert "bo" in {m.recipient for c in short.channels.named.values() for m in c.messages.values()}


async def _archived(stage: Stage, record: Incident) -> None:
    """Archive every run that left lines in its history."""
    archive = ArchiveRunActivity(stage.client, stage.documents).archive_run
    for run_id in {segment.uri.rpartition("/")[2] for segment in record.segments}:
        run = ArchiveRunInput(workflow_id=record.id, run_id=run_id)
        kept = await ActivityEnvironment().run(archive, run)
        assert kept.parts > 0


def test_a_carried_run_reads_back_as_it_was_written() -> None:
    """Nothing of the state is lost on the way through JSON."""
    incident: Incident = a_diagnosed_incident()
    carried = Carried(incident=incident, policy=POLICY, processed={"a": "b"}, effects=7)
    again = Carried.model_validate_json(carried.model_dump_json())
    assert again == carried
    assert after(40) in [m.at for m in again.incident.milestones]
