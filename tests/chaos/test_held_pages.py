"""Killed while it holds pages or sends their summary, a worker loses and doubles none."""

import asyncio
import random
from datetime import timedelta

from models.compiled import EscalationPolicy, Level
from models.incident.record import Incident
from models.people.workload import PageLimit, PageLimits
from tests.chaos.plant import Plant, quick_policy, seconds

LEVELS = 5
BUSY = quick_policy(wait=1, repeat=0).changed(
    audiences=(),
    clocks=(),
    page_limits=PageLimits(person=PageLimit(most=5, within=timedelta(seconds=12))),
    escalation=EscalationPolicy(
        name="busy",
        levels=(Level(page=("person:ana",), wait=seconds(0.2)),) * LEVELS,
    ),
)
"""Every level pages ana; three pages go out one by one, the others in a summary."""


def reached(record: Incident) -> dict[str, str]:
    """The pages that reached ana, with their way, by key."""
    came = ("page.sent", "page.summarised")
    return {e.data["key"]: e.kind for e in record.timeline if e.kind in came}


async def test_a_worker_killed_while_pages_are_held_loses_and_doubles_none(plant: Plant) -> None:
    """It dies twice, at random: before, while or after it holds them."""
    chance = random.Random(1)  # noqa: S311 - reproducible, not secret
    await plant.report(BUSY)
    for _ in range(2):
        await plant.sink.wait_for_requests(1)
        await asyncio.sleep(chance.uniform(0.2, 2.5))
        plant.kill_worker()
        plant.start_worker()
    record = await plant.until(lambda r: len(reached(r)) == LEVELS)
    lines = [e.data["key"] for e in record.timeline if e.kind in ("page.sent", "page.summarised")]
    assert len(lines) == len(set(lines)), "a page is told of twice"
    alone = [key for key, kind in reached(record).items() if kind == "page.sent"]
    at_the_sink = [key for key, sent in plant.sink.effects.items() if sent["kind"] == "page"]
    assert sorted(key for key in at_the_sink if "/page-" in key) == sorted(alone)
    summarised = "page.summarised" in reached(record).values()
    assert any("/summary-" in key for key in at_the_sink) == summarised
