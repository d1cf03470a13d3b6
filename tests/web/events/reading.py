"""A reader of streams, as a tool has one: it knows the last id, and comes back with it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.patience import PATIENCE_SECONDS


@dataclass
class Got:
    """An event as it came."""

    id: str
    kind: str
    data: Any

    @property
    def seq(self) -> int:
        """The number of its line."""
        return int(self.id.rpartition("/")[2])


@dataclass
class Stream:
    """An open stream."""

    answer: httpx2.Response
    got: list[Got] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        """Read until the stream ends."""
        said: dict[str, str] = {}
        try:
            async for line in self.answer.aiter_lines():
                name, _, value = line.partition(":")
                if line and not name:
                    self.comments.append(value.strip())
                elif line:
                    said[name] = value.removeprefix(" ")
                elif "data" in said:
                    kind, text = said.get("event", ""), said["data"]
                    data = json.loads(text) if text.startswith("{") else text
                    self.got.append(Got(said.get("id", ""), kind, data))
                    said = {}
                self._news.set()
        except httpx2.TransportError:
            pass
        self.over = True
        self._news.set()

    async def until(self, kind: str, count: int = 1) -> list[Got]:
        """Everything that came until an event of a kind came so often."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(got.kind == kind for got in self.got) < count:
                assert not self.over, f"the stream ended after {[got.kind for got in self.got]}"
                self._news.clear()
                await self._news.wait()
        return self.got

    async def has(self, told: Callable[[Got], bool]) -> list[Got]:
        """Everything that came until an event was as it is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(told(got) for got in self.got):
                assert not self.over, f"the stream ended after {self.got}"
                self._news.clear()
                await self._news.wait()
        return self.got

    async def ends(self) -> list[Got]:
        """Everything that came until the stream ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.over:
                self._news.clear()
                await self._news.wait()
        return self.got


@asynccontextmanager
async def reading(
    http: httpx2.AsyncClient, path: str, last: str | None = None, **headers: str
) -> AsyncIterator[Stream]:
    """Read a stream, from the last event on if there is one."""
    said = {**headers, **({"Last-Event-ID": last} if last else {})}
    async with http.stream("GET", path, headers=said, timeout=PATIENCE_SECONDS) as answer:
        assert answer.status_code == 200, (await answer.aread()).decode()
        stream = Stream(answer)
        task = asyncio.create_task(stream.read())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (stream.comments or stream.over):
                    await asyncio.sleep(0.01)
            yield stream
        finally:
            task.cancel()
