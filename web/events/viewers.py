"""The viewers: the server bounds what waits for each, and drops a viewer who falls behind."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from web.events.story import Event

MOST_WAITING = 256
"""Events that wait for one reader. With more, its stream ends, and it resumes by its last id."""


class Why(Enum):
    """Why nothing more comes."""

    OVER = "the incident is over"
    LOST = "the incident is not followed any more"
    BEHIND = "the reader is too slow"
    TOO_MANY = "more incidents run than are followed"


@dataclass(eq=False, slots=True)
class Viewer:
    """What waits for one reader. `ended` says why nothing more comes after that."""

    waiting: deque[Event] = field(default_factory=deque)
    ended: Why | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: Event) -> None:
        """An event for this reader."""
        if self.ended:
            return
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.end(Why.BEHIND)
            return
        self.waiting.append(event)
        self._news.set()

    def over(self, _: str, run_id: str) -> None:
        """The incident is over, or cannot be followed any more."""
        self.end(Why.OVER if run_id else Why.LOST)

    def end(self, why: Why) -> None:
        """Nothing more comes."""
        self.ended = self.ended or why
        self._news.set()

    async def news(self, within: float) -> list[Event]:
        """What came; nothing if nothing came in time, or nothing more comes."""
        if not self.waiting and not self.ended:
            self._news.clear()
            try:
                async with asyncio.timeout(within):
                    await self._news.wait()
            except TimeoutError:
                return []
        events = list(self.waiting)
        self.waiting.clear()
        return events
