"""Killed between two events, a worker loses none for a tool, and doubles none at it."""

import asyncio
import random

import pytest

from models.compiled import Subscriber
from models.incident.record import Incident
from models.messages.event import event_key
from rules.updates.subscribed import events_of
from tests.chaos.plant import INCIDENT, Plant, quick_policy

TOOL = Subscriber(name="tool", channel="pager", on=("all",))
TOLD = quick_policy(wait=600, repeat=0).changed(audiences=(), clocks=(), subscribers=(TOOL,))


@pytest.fixture(autouse=True)
def signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel has a secret; without one no event leaves."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__SECRETS", "whsec_" + "a" * 32)


def due(record: Incident) -> list[str]:
    """The keys of all events of the incident."""
    return [event_key(INCIDENT, e.seq, TOOL.name) for e in record.timeline if events_of(e)]


def told(record: Incident) -> list[str]:
    """The keys of the events that the tool took, according to the timeline."""
    return [e.data["key"] for e in record.timeline if e.kind == "event.sent"]


async def test_a_worker_killed_between_events_loses_and_doubles_none(plant: Plant) -> None:
    """It dies while commands go on coming: before, while or after it sends one of them."""
    chance = random.Random(11)  # noqa: S311 - reproducible, not secret
    await plant.report(TOLD)
    await plant.sink.wait_for_requests(2)
    await plant.handle.signal("hold", {"actor": "ana", "reason": "third_party"})
    await plant.handle.signal("resume", {"actor": "ana"})
    await asyncio.sleep(chance.uniform(0, 0.4))
    plant.kill_worker()
    await plant.handle.signal("hold", {"actor": "ana", "reason": "third_party"})
    await plant.handle.signal("resume", {"actor": "ana"})
    plant.start_worker()
    record = await plant.until(lambda r: len(told(r)) == 5)
    assert sorted(told(record)) == sorted(due(record))
    assert sorted(key for key in plant.sink.effects if "/event-" in key) == sorted(due(record))
