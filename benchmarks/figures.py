"""The figures in plain text: the engine beside the bare workflow, and the ratio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load import BARE, ENGINE, Burst

SERVER, WEB = "server", "web"
WORKER = {ENGINE: "worker", BARE: "bare worker"}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass(slots=True)
class Figures:
    """Prints each figure at once, and keeps it in `found`."""

    found: dict[str, Any] = field(default_factory=dict)
    _aims: list[str] = field(default_factory=list)

    def heading(self) -> None:
        """Name the columns."""
        print(f"  {'':44} {'engine':>9} {'bare':>9} {'':4} {'ratio':>7}")

    def row(self, what: str, engine: float, bare: float, unit: str, key: str) -> float:
        """Print and keep one comparison; returns the ratio."""
        ratio = engine / bare if bare else float("nan")
        print(f"  {what:44} {engine:9.1f} {bare:9.1f} {unit:4} {ratio:6.2f}x")
        self.found[key] = {ENGINE: engine, BARE: bare, "ratio": ratio, "unit": unit}
        return ratio

    def latency(self, what: str, key: str, seconds: Mapping[str, Sequence[float]]) -> float:
        """Print and keep p50 and p99 in milliseconds; returns the ratio of p50."""
        ratios = []
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            engine, bare = (percentile(seconds[side], share) * 1000 for side in (ENGINE, BARE))
            ratios.append(self.row(f"{what}, {name}", engine, bare, "ms", f"{key}_{name}"))
        return ratios[0]

    def bursts(self, size: int, bursts: Mapping[str, Sequence[Burst]]) -> float:
        """Print and keep rates and CPU of bursts of one size; returns the ratio of the rates."""
        rates, server, worker = {}, {}, {}
        for side in (ENGINE, BARE):
            pages = sum(b.size - b.missing for b in bursts[side])
            rates[side] = pages / sum(b.seconds for b in bursts[side])
            server[side] = _cpu_ms(bursts[side], SERVER)
            worker[side] = _cpu_ms(bursts[side], WORKER[side])
            missing = sum(b.missing for b in bursts[side])
            if missing:
                print(f"  pages that never came, {side}: {missing}")
        key = f"burst_{size}"
        ratio = self.row(f"burst of {size}: pages a second", rates[ENGINE], rates[BARE], "/s", key)
        web = _cpu_ms(bursts[ENGINE], WEB)
        for what, spent in (("server", server), ("worker", worker)):
            label = f"  CPU of the {what}, each"
            self.row(label, spent[ENGINE], spent[BARE], "ms", f"{key}_cpu_{what}")
        print(f"  {'  CPU of the web server, each':44} {web:9.1f} {'':9} ms")
        self.found[f"{key}_cpu_web"] = web
        return ratio

    def say(self, key: str, what: str, value: Any) -> None:
        """Print a figure that has no counterpart, and keep its value."""
        print(f"  {what}")
        self.found[key] = value

    def aim(self, what: str, value: float, limit: float, *, at_least: bool = False) -> None:
        """Note whether an aim was met."""
        met = value >= limit if at_least else value <= limit
        bound = "at least" if at_least else "at most"
        verdict = "met" if met else "NOT met"
        self._aims.append(f"  {what:44} {value:9.2f}   {bound} {limit:g}: {verdict}")
        self.found.setdefault("aims", {})[what] = {"value": value, "limit": limit, "met": met}

    def verdicts(self) -> None:
        """Print the aims."""
        print("\n  aims")
        print("\n".join(self._aims))


def _cpu_ms(bursts: Sequence[Burst], process: str) -> float:
    return sum(b.cpu[process] for b in bursts) * 1000 / sum(b.size for b in bursts)
