"""Measures open pages: `python -m benchmarks.pages`.

People look at incidents, each page with its stream, while others give commands and alerts come in.
"""

import argparse
import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import psutil

from benchmarks.figures import percentile
from benchmarks.load import IN_FLIGHT, Load, token, webhook
from benchmarks.plant import Plant, planted, run

INCIDENTS = 50
PEOPLE = 10
PAUSE_SECONDS = 0.3
"""The script of a page waits between one and two of these before it asks for its part."""
PROOF = re.compile(r'name="form" value="([^"]+)"')


@dataclass(slots=True)
class Watch:
    """What the pages saw: seconds from a command to the event, and to the part that shows it."""

    given: dict[str, float] = field(default_factory=dict)
    heard: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def person(plant: Plant, name: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that has logged in."""
    secret = plant.stack.web_headers["Authorization"].partition(" ")[2]
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=5)
    async with httpx2.AsyncClient(
        base_url=plant.stack.web_url, timeout=60, limits=limits, trust_env=False
    ) as http:
        found = PROOF.search((await http.get("/login")).text)
        said = {"form": found[1] if found else "", "name": name, "token": secret, "next": "/"}
        answer = await http.post("/login", data=said)
        if answer.status_code != httpx2.codes.SEE_OTHER:
            raise SystemExit(f"{name} cannot log in: {answer.status_code}")
        yield http


async def page(http: httpx2.AsyncClient, incident: str, watch: Watch) -> None:
    """One open page: with each event it asks for the part that changed, as its script does."""
    path = f"/parts/incidents/{incident}"
    due: asyncio.Task[None] | None = None

    async def part() -> None:
        await asyncio.sleep(PAUSE_SECONDS * (1 + random.random()))  # noqa: S311 - no secret
        try:
            answer = await http.get(path)
        except httpx2.TransportError as error:
            watch.lost[type(error).__name__] += 1
            return
        if answer.status_code != httpx2.codes.OK:
            watch.lost[str(answer.status_code)] += 1
        elif incident in watch.given:
            watch.shown.append(time.monotonic() - watch.given[incident])

    try:
        async with http.stream("GET", f"{path}/events") as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if not line.startswith("data:"):
                    continue
                if "note.added" in line and incident in watch.given:
                    watch.heard.append(time.monotonic() - watch.given[incident])
                if due is None or due.done():
                    due = asyncio.create_task(part())
    finally:
        # A part that is under way when the page closes did not fail.
        if due:
            due.cancel()


def memory(plant: Plant) -> dict[str, float]:
    """MiB of each process."""
    found = {"worker": plant.stack.worker.process, "web": plant.stack.web.process}
    return {
        name: psutil.Process(process.pid).memory_info().rss / 2**20
        for name, process in found.items()
        if process
    }


async def commands(
    load: Load, incidents: list[str], rate: float, seconds: float, watch: Watch
) -> list[float]:
    """Give notes at a steady rate; returns the seconds of each."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(incident: str) -> float:
        async with gate:
            began = watch.given[incident] = time.monotonic()
            await load.note(incident)
            return time.monotonic() - began

    tasks, began = [], time.monotonic()
    for number in range(int(rate * seconds)):
        tasks.append(asyncio.create_task(one(incidents[number % len(incidents)])))
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
    return list(await asyncio.gather(*tasks))


def say(what: str, seconds: list[float]) -> None:
    """Print p50 and p99."""
    if not seconds:
        print(f"  {what:36} none")
        return
    middle, worst = (percentile(seconds, share) * 1000 for share in (0.5, 0.99))
    print(f"  {what:36} p50 {middle:8.0f} ms   p99 {worst:8.0f} ms   of {len(seconds)}")


async def measure(plant: Plant, pages: int, rate: float, seconds: float, burst: int) -> None:
    """Open the pages, give the commands beside a burst of alerts, and print what they took."""
    load, watch = Load(plant), Watch()
    incidents = [await load.incident("SEV2") for _ in range(INCIDENTS)]
    before = memory(plant)
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(person(plant, f"person-{number}"))
            for number in range(PEOPLE)
        ]
        opened = [
            asyncio.create_task(page(people[n % PEOPLE], incidents[n % INCIDENTS], watch))
            for n in range(pages)
        ]
        await asyncio.sleep(5)
        rested, cpu, own = memory(plant), plant.cpu(), time.process_time()
        alerts = asyncio.gather(*(load.post(webhook(token(), "info")) for _ in range(burst)))
        began = time.monotonic()
        took = await commands(load, incidents, rate, seconds, watch)
        lasted = time.monotonic() - began
        await alerts
        await asyncio.sleep(2)
        own = time.process_time() - own
        spent = {name: used - cpu[name] for name, used in plant.cpu().items()}
        loaded, ended = memory(plant), [task for task in opened if task.done()]
        for task in opened:
            task.cancel()
        await asyncio.gather(*opened, return_exceptions=True)
    print(f"  {pages} pages of {INCIDENTS} incidents, {rate:g} commands a second, {burst} alerts")
    print(f"  all commands were answered after {lasted:.1f} s: {len(took) / lasted:.1f} a second")
    say("command, round trip", took)
    say("from the command to the event", watch.heard)
    say("from the command to the part", watch.shown)
    why = ", ".join(f"{count} {reason}" for reason, count in watch.lost.items()) or "none"
    print(f"  parts that failed: {why}; streams that ended: {len(ended)}")
    for name in before:
        sizes = f"{before[name]:.0f} MiB, {rested[name]:.0f} with pages, {loaded[name]:.0f} after"
        print(f"  memory of {name:26} {sizes}; CPU {spent[name]:.1f} s")
    print(f"  CPU of Temporal {spent['server']:.1f} s, of pages and senders here {own:.1f} s")


async def main() -> None:
    """Set up, measure, clean up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--burst", type=int, default=200)
    options = parser.parse_args()
    async with planted() as plant:
        await measure(plant, options.pages, options.rate, options.seconds, options.burst)


if __name__ == "__main__":
    run(main())
