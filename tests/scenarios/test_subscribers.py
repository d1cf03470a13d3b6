"""Subscribers: what reaches a tool, when it fails, and what its failure costs the incident."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from temporalio.testing import WorkflowEnvironment

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from connectors.errors import PermanentError
from models.compiled import CompiledPolicy, Subscriber
from models.incident.record import Incident
from models.messages.message import Message
from tests.fakes.webhook_sink import WebhookSink
from tests.scenarios.stage import Stage
from tests.specimens import POLICY

SECRET = "whsec_" + base64.b64encode(b"a secret of the gate, not of us").decode()


def hearing(*on: str, **more: Any) -> CompiledPolicy:
    """The specimen without audiences, with one tool that gets these events."""
    gate = Subscriber(name="gate", channel="hook", on=on).changed(**more)
    return POLICY.changed(subscribers=(gate,), audiences=(), clocks=())


def about_events(record: Incident) -> list[tuple[str, str]]:
    """The lines about events: what became of which."""
    lines = (entry for entry in record.timeline if entry.kind.startswith("event."))
    return [(entry.kind.removeprefix("event."), entry.data["reason"]) for entry in lines]


def sequences(messages: dict[str, Message]) -> list[int]:
    """The numbers of the lines that a tool got, in the order of arrival."""
    return [message.event.data["sequence"] for message in messages.values() if message.event]


@pytest.fixture
async def over_http(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[tuple[Stage, WebhookSink]]:
    """A stage whose only webhook is a real server, with a secret."""
    async with WebhookSink() as sink:
        settings = {"hook": channel_settings({"url": sink.url, "secrets": SECRET})}
        directory = ChannelDirectory(
            {**settings, "pager": channel_settings({"kind": "log"})}, stream=None
        )
        made = Stage(time_skipping, task_queue, tmp_path / "documents", directory)
        async with made.worker():
            yield made, sink
        await directory.aclose()


async def test_a_tool_gets_signed_events_and_after_a_failure_the_same_one_again(
    over_http: tuple[Stage, WebhookSink],
) -> None:
    """The first answer is 500; its second attempt has the same id, and the order holds."""
    stage, sink = over_http
    sink.answer(500)
    await stage.report(hearing("reported", "state_changed"))
    await stage.do("acknowledge")
    await sink.wait_for(2)
    ids = [request.headers["webhook-id"] for request in sink.requests]
    assert ids == [f"{stage.handle.id}/event-1:gate", *ids[:1], ids[2]]
    bodies = [Webhook(SECRET).verify(one.body, one.headers) for one in sink.requests]
    assert [body["type"] for body in bodies] == [
        *("incident.reported", "incident.reported", "incident.acknowledged")
    ]
    assert [body["data"]["state"] for body in bodies] == ["reported", "reported", "assessment"]
    await stage.settled()
    record = await stage.record()
    assert about_events(record) == [
        ("sent", "incident.reported"),
        ("sent", "incident.acknowledged"),
    ]
    [line] = [e for e in record.timeline if e.seq == bodies[2]["data"]["sequence"]]
    assert bodies[2]["data"]["line"] == line.model_dump(mode="json")
    history = (await stage.handle.fetch_history()).to_json()
    assert SECRET[6:] not in history
    assert sink.url not in history


async def test_a_dead_tool_costs_two_lines_and_delays_neither_pages_nor_the_end(
    stage: Stage,
) -> None:
    """Whatever it misses, it is counted; the next line about it comes with the tenth."""
    stage.channels.channel("hook").fails_always = PermanentError("hook", "answered 410")
    await stage.report(hearing("all"))
    assert [m.recipient for m in stage.channels.channel("pager").messages.values()] == ["ana"]
    await stage.do("acknowledge")
    await stage.do("hold", reason="third_party")
    await stage.do("resume")
    await stage.at(60)
    [unheard] = (await stage.view()).unheard
    assert (unheard.subscriber, unheard.given_up) == ("gate", 0)
    await stage.do("cancel", reason="false_alarm")
    await stage.at(8 * 60)
    carried = await stage.ended()
    assert carried.events == ()
    assert [(one.subscriber, one.given_up) for one in carried.unheard] == [("gate", 5)]
    assert about_events(carried.incident) == [
        ("delayed", "incident.reported"),
        ("undelivered", "incident.reported"),
    ]


async def test_a_tool_that_is_back_gets_what_waits_with_the_next_event(stage: Stage) -> None:
    """Later events do not wait for a failed one; each arrives once, under its own key."""
    hook = stage.channels.channel("hook")
    hook.failures = [PermanentError("hook", "answered 401")]
    await stage.report(hearing("all"))
    assert sequences(hook.messages) == []
    await stage.do("acknowledge")
    got = sequences(hook.messages)
    assert got == sorted(got, reverse=True)
    assert got[-1] == 1
    await stage.do("hold", reason="third_party")
    assert len(hook.messages) == 3
    assert about_events(await stage.record()) == [
        ("delayed", "incident.reported"),
        ("sent", "incident.acknowledged"),
        ("sent", "incident.reported"),
        ("sent", "incident.held"),
    ]


async def test_a_tool_of_an_adopted_policy_hears_of_the_adoption_and_of_what_comes_later(
    stage: Stage,
) -> None:
    """What happened before, nobody tells it; the adoption says how the incident stands."""
    later = hearing("state_changed").changed(version="2", policy_hash="2" * 64)
    stage.known[later.policy_hash] = later
    await stage.report(later.changed(subscribers=(), version="1", policy_hash="1" * 64))
    await stage.do("acknowledge")
    await stage.do("adopt_policy", policy_hash=later.policy_hash, note="with the gate")
    await stage.do("cancel", reason="false_alarm")
    await stage.ended()
    got = [m.event for m in stage.channels.channel("hook").messages.values() if m.event]
    assert [(each.type, each.data["state"], each.data["severity"]) for each in got] == [
        ("policy.adopted", "assessment", "SEV1"),
        ("incident.cancelled", "cancelled", "SEV1"),
    ]
