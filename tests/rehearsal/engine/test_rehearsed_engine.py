"""A rehearsal runs the real engine, without the world around it."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from connectors.channels.directory import ChannelDirectory
from incidents.commands import Order
from models.base import Actor
from models.contracts.alert_group import GroupState
from models.incident.record import Report
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.refusals import NotTaken
from rehearsal.engine.rehearsed_engine import RehearsedEngine
from rehearsal.scenarios.payloads import payload_file
from runtime.settings import ROOT, Settings
from tests.rehearsal.plays import STARTS, after

SMALL = ROOT / "tests" / "scenarios" / "files" / "policies" / "small.yaml"
REPORT = Report(
    title="Checkout fails",
    affected_systems=("checkout",),
    severity="SEV1",
    reporter=Actor(name="cy", via="console"),
)


@pytest.fixture
async def engine(
    time_skipping: WorkflowEnvironment, tmp_path: Path
) -> AsyncIterator[RehearsedEngine]:
    """An engine under the small policy."""
    async with RehearsedEngine(time_skipping.client, RehearsedPolicy(SMALL), tmp_path) as made:
        yield made


def given(engine: RehearsedEngine, command: str, **fields: object) -> Order:
    """A command by ana to the only incident."""
    (named,) = engine.incidents.values()
    return Order(named, command, {"actor": "ana", "via": "console", **fields}, uuid.uuid4().hex)


async def test_every_message_ends_in_a_recording_channel(engine: RehearsedEngine) -> None:
    """There are as many as on the timeline: each channel of the policy is replaced, of any kind."""
    await engine.report("incident", REPORT, STARTS)
    await engine.advance(after(6))
    view = await engine.view(engine.incidents["incident"], after(6))
    told = [entry for entry in view.incident.timeline if entry.kind.endswith(".sent")]
    recorded = [m for channel in engine.channels.named.values() for m in channel.messages]
    assert len(told) == len(recorded) == 4
    assert set(engine.channels.named) == {"pager", "log"}
    assert isinstance(engine.channels, ChannelDirectory)


async def test_a_rehearsal_reads_no_settings_of_the_installation(
    time_skipping: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not know where messages really go or documents really are."""
    monkeypatch.setattr(Settings, "__init__", lambda *_, **__: pytest.fail("settings were read"))
    async with RehearsedEngine(time_skipping.client, RehearsedPolicy(SMALL), tmp_path) as engine:
        await engine.report("incident", REPORT, STARTS)
    assert set(engine.incidents) == {"incident"}


async def test_commands_at_the_limit_are_in_time_and_each_is_answered(
    engine: RehearsedEngine,
) -> None:
    """They come before what is due at that instant, and have exactly that date."""
    await engine.report("incident", REPORT, STARTS)
    await engine.advance(after(5) - timedelta(seconds=2))
    at = {"happened_at": after(5)}
    orders = [given(engine, "acknowledge", **at), given(engine, "hold", reason="lunch", **at)]
    answers = await engine.in_time(orders, after(5))
    assert answers[0] is None
    assert isinstance(answers[1], NotTaken)
    view = await engine.view(engine.incidents["incident"], after(6))
    assert not [entry for entry in view.incident.timeline if entry.kind == "clock.breached"]
    (acknowledge, *_) = view.readings
    assert (acknowledge.status, acknowledge.elapsed) == ("met", timedelta(minutes=5))


async def test_a_refusal_says_why_and_what_is_missing(engine: RehearsedEngine) -> None:
    """It has the words of the incident, or of the policy."""
    bare = REPORT.changed(affected_systems=())
    with pytest.raises(NotTaken, match="the report lacks") as refused:
        await engine.report("incident", bare, STARTS)
    assert refused.value.missing == ("affected_systems",)
    await engine.report("incident", REPORT, STARTS)
    with pytest.raises(NotTaken, match="happened_at lies in the future"):
        await engine.do(given(engine, "acknowledge", happened_at=after(60)), STARTS)
    await engine.do(given(engine, "acknowledge"), STARTS)
    await engine.do(given(engine, "resolve"), STARTS)
    with pytest.raises(NotTaken, match="the incident is over"):
        await engine.do(given(engine, "hold", reason="third_party"), STARTS)


async def test_an_alert_group_has_the_time_of_the_scenario(engine: RehearsedEngine) -> None:
    """No instant is moved on the way in or out."""
    firing = payload_file(SMALL.parents[1] / "payloads" / "firing.json")
    await engine.deliver("checkout", firing, STARTS)
    await engine.advance(after(60))
    (named,) = engine.incidents.values()
    incident = (await engine.view(named, after(60))).incident
    assert incident.report.group_id
    state: GroupState = await engine.time.handle(incident.report.group_id).query(
        "state", result_type=GroupState
    )
    assert state.firing_since_at == STARTS
    assert [record.alert.started_at for record in incident.alerts.values()] == [STARTS]


async def test_a_second_incident_with_the_same_name_gets_a_number(engine: RehearsedEngine) -> None:
    """A scenario can name both."""
    for minute in (0, 1, 2):
        await engine.report("checkout", REPORT, after(minute))
    assert list(engine.incidents) == ["checkout", "checkout-2", "checkout-3"]
    first = engine.incidents["checkout"]
    assert engine.by_name(f"{first} goes on") == "checkout goes on"
