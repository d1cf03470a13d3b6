"""Records the histories of alert groups that the replay test replays.

Run as `python -m tests.histories.record_groups NAME...`. As with the lives of incidents: record
only what is new, never again what no longer replays.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from models.group import RECEIVE_ALERTS
from tests.conftest import time_skipping_server
from tests.histories.record import HERE
from tests.scenarios.siren import Siren


async def group_life(siren: Siren) -> None:
    """Opens, is repeated, feeds, reopens, opens anew; hears what is malformed."""
    await siren.hears(siren.firing("a", severity="SEV1"))
    first = await siren.opened()
    await siren.hears(siren.firing("a"))
    await siren.after(2)
    await siren.until(lambda s: s.fed == 1)
    await siren.handle.signal(RECEIVE_ALERTS, "soup")
    await siren.hears(siren.firing("b", -1), truncated=2)
    await siren.hears(siren.ended("a", 0, 2))
    await siren.until(lambda s: not s.unfed_deliveries and not s.urgent)
    await siren.closed(first)
    await siren.after(10)
    await siren.hears(siren.firing("a", 9))
    await siren.until(lambda s: s.reopenable and s.resolved_at is None)
    await siren.hears(siren.ended("a", 9, 10))
    await siren.until(lambda s: "a" not in s.firing and not s.unfed_deliveries)
    await siren.closed(first)
    await siren.after(60)
    await siren.hears(siren.firing("c", 60))
    second = await siren.opened(2)
    await siren.hears(siren.ended("b", -1, 61), siren.ended("c", 60, 61))
    await siren.until(lambda s: not s.firing and not s.unfed_deliveries)
    await siren.closed(second)
    await siren.after(200)
    await siren.handle.result()


async def group_runs(siren: Siren) -> None:
    """A group across several runs; the last one ends it."""
    await siren.hears(siren.firing("a"))
    incident_id = await siren.opened()
    for _ in range(80):
        await siren.hears(siren.firing("a"))
    await siren.hears(siren.ended("a", 0, 1))
    await siren.until(lambda s: not s.firing and not s.unfed_deliveries)
    await siren.closed(incident_id)
    await siren.after(60)
    await siren.handle.result()


LIVES: dict[str, Callable[[Siren], Awaitable[None]]] = {
    life.__name__: life for life in (group_life, group_runs)
}


async def record(only: list[str]) -> None:
    """Play the lives and keep their histories, every run of each."""
    for name, life in LIVES.items():
        if only and name not in only:
            continue
        config = ["limit.historyCount.suggestContinueAsNew=60"] if life is group_runs else []
        with tempfile.TemporaryDirectory() as folder:
            async with await time_skipping_server(*config) as env:
                siren = Siren(env, f"history-{name}", Path(folder))
                async with siren.worker():
                    await life(siren)
                    await keep(siren, name)


async def keep(siren: Siren, name: str) -> None:
    """Write the history of every run of the group."""
    query = f"WorkflowId = '{siren.id}'"
    runs = [run async for run in siren.client.list_workflows(query)]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), start=1):
        handle = siren.client.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        path = HERE / f"{name}-run{number}.json"
        path.write_text(history.to_json() + "\n")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    time.sleep(0.05)
