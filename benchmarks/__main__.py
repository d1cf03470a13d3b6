"""Runs all measurements, and prints the engine beside the bare workflow, with ratios."""

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures, percentile
from benchmarks.life import whole_life
from benchmarks.load import BARE, ENGINE, URGENT, Burst, Load
from benchmarks.plant import Plant, planted, run

SIDES = (ENGINE, BARE)
STEADY_RATE = 5.0
STEADY_SECONDS = 20.0
COMMANDS = 200
ROUNDS = 2
"""How many rounds to split steady load, commands and small bursts into; the sides take turns."""
SMALL, LARGE = 200, 2000


async def steady(plant: Plant, load: Load, figures: Figures) -> None:
    """Measure alert to first page, at a steady rate."""
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(ROUNDS):
        for side in SIDES:
            await plant.calm()
            seconds[side] += await load.steady(side, STEADY_RATE, STEADY_SECONDS / ROUNDS)
    ratio = figures.latency(f"alert to first page at {STEADY_RATE:g}/s", "steady", seconds)
    figures.aim("steady p50, times the bare workflow", ratio, 2.5)


async def commands(plant: Plant, load: Load, figures: Figures) -> None:
    """Measure the round trip of a command."""
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(ROUNDS):
        for side in SIDES:
            await plant.calm()
            seconds[side] += await load.commands(side, COMMANDS // ROUNDS)
    figures.latency("command, round trip", "command", seconds)


async def life(plant: Plant, load: Load, figures: Figures) -> None:
    """Measure what a whole life costs."""
    costs = await whole_life(plant, load)
    for name, cost in costs.items():
        words = f"{cost.events} events, {cost.size / 1024:.0f} KiB, {cost.actions} actions"
        kept = {"events": cost.events, "bytes": cost.size, "actions": cost.actions}
        figures.say(f"life_{name.replace(' ', '_')}", f"a whole life, {name}: {words}", kept)
    figures.aim("events of an incident's whole life", costs["incident"].events, 100)


async def bursts(plant: Plant, load: Load, figures: Figures, size: int, rounds: int) -> None:
    """Measure pages per second in a burst, and how soon a SEV1 gets through it."""
    taken: dict[str, list[Burst]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            await plant.calm()
            taken[side].append(await load.burst(side, size))
    ratio = figures.bursts(size, taken)
    figures.aim(f"burst of {size}, times the bare rate", ratio, 0.7, at_least=True)
    urgent = [seconds for burst in taken[ENGINE] for seconds in burst.urgent]
    middle, worst = percentile(urgent, 0.5), max(urgent)
    words = f"SEV1 into a burst of {size} SEV4: p50 {middle:.2f} s, worst {worst:.2f} s"
    figures.say(f"burst_{size}_sev1_seconds", f"{words}, of {len(urgent)}", urgent)
    figures.aim(f"SEV1 in a burst of {size}, worst of {URGENT * rounds}, s", worst, 1.0)


async def measure(plant: Plant, *, quick: bool) -> dict[str, Any]:
    """Take every measurement; returns the figures."""
    load, figures = Load(plant), Figures()
    for side in SIDES:
        await load.steady(side, STEADY_RATE, 3)
    print(
        f"  {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load average before: {os.getloadavg()[0]:.1f}"
    )
    figures.heading()
    await steady(plant, load, figures)
    await commands(plant, load, figures)
    await life(plant, load, figures)
    await bursts(plant, load, figures, SMALL, ROUNDS)
    if not quick:
        await bursts(plant, load, figures, LARGE, 1)
    figures.verdicts()
    return figures.found


async def main() -> None:
    """Set up, measure, clean up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"leave the burst of {LARGE:,} out")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    async with planted() as plant:
        found = await measure(plant, quick=options.quick)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    run(main())
