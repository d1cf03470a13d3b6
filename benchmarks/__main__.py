"""Run all measurements and print them, the engine beside the bare workflow, as ratios too."""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.life import whole_life
from benchmarks.load import BARE, ENGINE, Burst, Load, token
from benchmarks.plant import Plant

STEADY_RATE = 5.0
STEADY_SECONDS = 20.0
COMMANDS = 200
ROUNDS = 2


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def row(what: str, engine: float, bare: float, unit: str, digits: int = 1) -> None:
    """Print one line: both figures and their ratio."""
    ratio = engine / bare if bare else float("nan")
    print(f"  {what:44} {engine:10.{digits}f} {bare:10.{digits}f} {unit:6} {ratio:6.2f}x")


def compare(what: str, figures: dict[str, list[float]]) -> dict[str, Any]:
    """Print p50 and p99 of both sides."""
    found: dict[str, Any] = {}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        engine, bare = (percentile(figures[side], share) * 1000 for side in (ENGINE, BARE))
        row(f"{what}, {name}", engine, bare, "ms")
        found[name] = {ENGINE: engine, BARE: bare, "ratio": engine / bare}
    return found


def show_burst(bursts: dict[str, Burst]) -> dict[str, Any]:
    """Print a burst: rates, and the CPU that one incident costs."""
    engine, bare = bursts[ENGINE], bursts[BARE]
    row(f"burst of {engine.size}: pages a second", engine.rate, bare.rate, "1/s")

    def spent(burst: Burst, *names: str) -> float:
        return sum(burst.cpu[name] for name in names) * 1000 / burst.size

    row("  CPU of the server, each", spent(engine, "server"), spent(bare, "server"), "ms")
    row("  CPU of the worker, each", spent(engine, "worker"), spent(bare, "bare worker"), "ms")
    print(f"  {'  CPU of the intake, each':44} {spent(engine, 'intake'):10.1f}")
    if engine.missing or bare.missing:
        print(f"  missing pages: engine {engine.missing}, bare {bare.missing}")
    return {
        "size": engine.size,
        "rate": {ENGINE: engine.rate, BARE: bare.rate, "ratio": engine.rate / bare.rate},
        "cpu_ms": {
            side: {k: v * 1000 / b.size for k, v in b.cpu.items()} for side, b in bursts.items()
        },
    }


async def measure(plant: Plant, *, quick: bool) -> dict[str, Any]:
    """Take every measurement, engine and bare workflow in turn."""
    load = Load(plant)
    for side in (ENGINE, BARE):
        await load.steady(side, STEADY_RATE, 3)
    print(f"  {'':44} {'engine':>10} {'bare':>10} {'':6}   ratio")
    found: dict[str, Any] = {}
    steady: dict[str, list[float]] = {ENGINE: [], BARE: []}
    for _ in range(ROUNDS):
        for side in (ENGINE, BARE):
            steady[side] += await load.steady(side, STEADY_RATE, STEADY_SECONDS / ROUNDS)
    found["steady"] = compare(f"alert to first page at {STEADY_RATE:g}/s", steady)
    commands: dict[str, list[float]] = {ENGINE: [], BARE: []}
    for _ in range(ROUNDS):
        for side in (ENGINE, BARE):
            commands[side] += await load.commands(side, COMMANDS // ROUNDS)
    found["commands"] = compare("command, round trip", commands)
    costs = await whole_life(plant, load)
    for name, cost in costs.items():
        print(
            f"  a whole life, {name}: {cost.events} events,"
            f" {cost.size / 1024:.0f} KiB, {cost.actions} actions"
        )
    found["life"] = {name: [c.events, c.size, c.actions] for name, c in costs.items()}
    found["bursts"] = []
    for size in (200,) if quick else (200, 2000):
        urgent = token()
        bursts = {
            BARE: await load.burst(BARE, size),
            ENGINE: await load.burst(ENGINE, size, urgent),
        }
        found["bursts"].append(show_burst(bursts))
        await plant.sink.until({urgent}, 60)
        waited = plant.sink.arrived.get(urgent, time.monotonic()) - load.urgent_at
        print(f"  SEV1 raised in a burst of {size} SEV4: paged after {waited:.2f} s")
        found["bursts"][-1]["sev1_seconds"] = waited
    return found


async def main() -> None:
    """Set up, measure, clean up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the burst of 2,000 out")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant(Path(folder))
        await plant.start()
        try:
            found = await measure(plant, quick=options.quick)
        finally:
            plant.stop()
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        time.sleep(0.05)
