"""Queries of lists, which a busy server answers late: each is asked once for all who want it.

Temporal goes on with a list after its client has given up. So whoever gives up leaves the query to
others, and few queries are under way at one time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from web.http.errors import unavailable

Answered = TypeVar("Answered")

FRESH_SECONDS = 1.0
"""Whoever comes later waits for the next answer: theirs would be older than their question."""
LONGEST = timedelta(seconds=60)
"""A query is under way until the server answers, at most for so long."""
MOST_QUERIES = 8
"""Under way in this process for those who ask."""
MOST_OF_ONE = 4
"""Under way for one credential, so that the lists of others go on."""
OURS = "the web server"
"""Who asks if nobody does: the board and the streams have few questions, so no bound is theirs."""


@dataclass(frozen=True, slots=True)
class _Query:
    asker: str
    began_at: float
    answer: asyncio.Task[Any]


class SharedQueries:
    """The queries of lists that are under way in this process."""

    def __init__(self) -> None:
        self._queries: dict[str, _Query] = {}

    async def ask(
        self, question: str, asker: str, make: Callable[[], Awaitable[Answered]]
    ) -> Answered:
        """The answer to a question, which may be under way already for somebody else.

        Give up as you like. Raises Refused (503) at once if too many are under way, and what `make`
        raises.
        """
        while True:
            known = self._queries.get(question)
            if known is None:
                known = self._begin(question, asker, make)
            elif time.monotonic() - known.began_at > FRESH_SECONDS:
                await asyncio.wait([known.answer])
                continue
            return cast("Answered", await asyncio.shield(known.answer))

    def _begin(self, question: str, asker: str, make: Callable[[], Awaitable[Any]]) -> _Query:
        if asker != OURS:
            others = [each.asker for each in self._queries.values() if each.asker != OURS]
            if len(others) >= MOST_QUERIES or others.count(asker) >= MOST_OF_ONE:
                raise unavailable("Busy", "too many lists are being read already")

        async def answer() -> Any:
            try:
                async with asyncio.timeout(LONGEST.total_seconds()):
                    return await make()
            finally:
                del self._queries[question]

        task = asyncio.create_task(answer())
        # If everybody has given up, nobody reads what went wrong.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        query = _Query(asker, time.monotonic(), task)
        self._queries[question] = query
        return query
