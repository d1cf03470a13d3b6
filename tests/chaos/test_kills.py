"""Killed at any moment, the engine loses, skips and doubles nothing at a sink that honours keys."""

import asyncio
import random
from collections.abc import Callable

from models.incident.record import Incident
from states.lifecycle import State
from tests.chaos.plant import Plant, quick_policy, seconds

HOUR = 3600


def pages_on(record: Incident) -> list[str]:
    """Who was paged according to the timeline."""
    return [e.data["recipient"] for e in record.timeline if e.kind == "page.sent"]


def paged_so_far(names: list[str]) -> Callable[[Incident], bool]:
    """Whether the timeline says that these, and perhaps others, were paged."""
    return lambda record: pages_on(record)[: len(names)] == names


async def test_a_worker_killed_at_random_moments_skips_and_doubles_no_level(plant: Plant) -> None:
    """Six pages go out over two rounds, while the worker dies twice."""
    chance = random.Random(1)  # noqa: S311 - reproducible, not secret
    await plant.report(quick_policy(wait=1.5, repeat=1))
    await plant.sink.wait_for_requests(1)
    for _ in range(2):
        await plant.sink.wait_for_requests(
            len(plant.sink.requests) + chance.randint(0, 1), within=60
        )
        await asyncio.sleep(chance.uniform(0, 0.4))
        plant.kill_worker()
        plant.start_worker()
    record = await plant.until(lambda r: any(e.kind == "escalation.exhausted" for e in r.timeline))
    assert pages_on(record) == ["ana", "bo", "cy", "ana", "bo", "cy"]
    assert plant.pages() == ["ana", "bo", "cy", "ana", "bo", "cy"]
    assert [f.threshold for f in record.fired] == ["50%", "100%"] or [
        f.threshold for f in record.fired
    ] == ["100%"]


async def test_a_worker_killed_while_a_forgotten_acknowledgement_resumes_skips_and_doubles_none(
    plant: Plant,
) -> None:
    """The worker dies before, while and after the acknowledgement is forgotten and level 1 resumes.

    The new worker gets a query before its first task: that changes nothing either.
    """
    chance = random.Random(3)  # noqa: S311 - reproducible, not secret
    await plant.report(quick_policy(wait=1.5, repeat=0, forgotten=2))
    await plant.until(lambda r: pages_on(r) == ["ana"])
    await plant.handle.execute_update("acknowledge", {"actor": "ana"})
    for paged in (["ana"] * 2, ["ana", "ana", "bo"], ["ana", "ana", "bo", "cy"]):
        await asyncio.sleep(chance.uniform(0, 0.4))
        plant.kill_worker()
        plant.start_worker()
        await plant.until(paged_so_far(paged))
    record = await plant.until(lambda r: any(e.kind == "escalation.exhausted" for e in r.timeline))
    assert pages_on(record) == ["ana", "ana", "bo", "cy"]
    assert plant.pages() == ["ana", "ana", "bo", "cy"]
    assert [e.kind for e in record.timeline].count("escalation.resumed") == 1


async def test_a_first_page_of_a_killed_worker_is_known_and_keeps_its_own_key(
    plant: Plant,
) -> None:
    """The page left, the worker died, somebody acknowledged: the page is recorded, not sent again.

    A later escalation by hand to the same level pages the same person under another key.
    """
    plant.sink.hang(times=1, takes=True)
    await plant.report(quick_policy(wait=HOUR, repeat=0).changed(audiences=()))
    await plant.sink.wait_for_requests(1)
    plant.kill_worker()
    await plant.handle.signal("acknowledge", {"actor": "bo"})
    plant.start_worker()
    record = await plant.until(lambda r: any(e.kind.startswith("page.") for e in r.timeline))
    (first,) = (e for e in record.timeline if e.kind.startswith("page."))
    assert first.kind == "page.unconfirmed"
    assert [first.data["key"]] == list(plant.sink.effects)
    assert len(plant.sink.requests) == 1
    await plant.handle.execute_update("escalate", {"actor": "bo", "level": 1, "note": "help"})
    record = await plant.until(lambda r: pages_on(r) == ["ana"])
    assert plant.pages() == ["ana", "ana"]
    keys = [e.data["key"] for e in record.timeline if e.kind.startswith("page.")]
    assert keys == list(plant.sink.effects)


async def test_a_worker_killed_during_delivery_delivers_once_by_key(plant: Plant) -> None:
    """The sink took the message but gave no answer: the same key comes again."""
    plant.sink.hang(times=2, takes=True)
    await plant.report(quick_policy(wait=HOUR, repeat=0))
    await plant.sink.wait_for_requests(2)
    plant.kill_worker()
    plant.start_worker()
    record = await plant.until(
        lambda r: {"page.sent", "notification.sent"} <= {e.kind for e in r.timeline}
    )
    assert plant.pages() == ["ana"]
    assert len(plant.sink.effects) == 2
    assert pages_on(record) == ["ana"]
    # On a busy machine both hanging requests may be the page; the notification then comes once.
    page = next(key for key, sent in plant.sink.effects.items() if sent["kind"] == "page")
    assert page in plant.sink.repeats
    assert set(plant.sink.repeats) <= set(plant.sink.effects)


async def test_a_server_killed_and_restarted_from_its_file_loses_no_acknowledged_command(
    plant: Plant,
) -> None:
    """Every answered command is on the record, once."""
    await plant.report(quick_policy(wait=HOUR, repeat=0))
    await plant.sink.wait_for(2)
    for number in range(10):
        await plant.handle.execute_update(
            "add_lesson", {"actor": "ana", "text": str(number), "command_id": f"lesson-{number}"}
        )
    plant.server.kill()
    await plant.start_server()
    await plant.handle.execute_update(
        "add_lesson", {"actor": "ana", "text": "3", "command_id": "lesson-3"}
    )
    await plant.handle.execute_update("acknowledge", {"actor": "bo"})
    record = await plant.until(lambda r: r.state is State.ASSESSMENT)
    assert [lesson.text for lesson in record.lessons] == [str(n) for n in range(10)]
    assert plant.pages() == ["ana"]


async def test_a_deadline_that_passed_while_everything_was_down_fires_once_and_says_how_late(
    plant: Plant,
) -> None:
    """An incident was reported while no worker ran, then the server went down."""
    plant.kill_worker()
    await plant.report(quick_policy(wait=1, repeat=0, acknowledge=1))
    reported = asyncio.get_running_loop().time()
    plant.server.kill()
    while asyncio.get_running_loop().time() < reported + 1 + 6:
        await asyncio.sleep(0.1)
    await plant.start_server()
    plant.start_worker()
    record = await plant.until(lambda r: any(e.kind == "escalation.exhausted" for e in r.timeline))
    breaches = [e for e in record.timeline if e.kind == "clock.breached"]
    assert len(breaches) == 1
    assert breaches[0].data["late_by_seconds"] > seconds(5).total_seconds()
    assert "late" in breaches[0].summary
    assert plant.pages() == ["ana", "bo", "cy"]
