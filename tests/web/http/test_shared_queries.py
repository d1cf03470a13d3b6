"""A busy server reads each list once, and what one credential asks stops nobody else."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from web.events import all_incidents
from web.events.followers import Followers
from web.http import shared_queries
from web.http.errors import Refused
from web.http.shared_queries import MOST_OF_ONE, MOST_QUERIES, OURS, SharedQueries


class Slow:
    """A server that answers once `answers` is set; `asked` has every question that reached it."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.asked: list[str] = []

    def asks(self, question: str) -> Callable[[], Awaitable[int]]:
        """Asks it; the answer is how many questions it had by then."""

        async def ask() -> int:
            self.asked.append(question)
            number = len(self.asked)
            await self.answers.wait()
            return number

        return ask


async def asking(queries: SharedQueries, slow: Slow, *asked: str) -> list[asyncio.Task[int]]:
    """Questions that wait for their answer, each as `asker/question`."""
    tasks = []
    for each in asked:
        asker, _, question = each.partition("/")
        tasks.append(asyncio.create_task(queries.ask(question, asker, slow.asks(question))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_one_question_is_asked_once_for_all_who_want_it() -> None:
    """Whoever gives up leaves the answer to the others, and makes no room for another query."""
    queries, slow = SharedQueries(), Slow()
    first, *others = await asking(queries, slow, *["eve/open"] * 45, "ana/open")
    first.cancel()
    others += await asking(queries, slow, "eve/open")
    slow.answers.set()
    assert set(await asyncio.gather(*others)) == {1}
    assert slow.asked == ["open"]


async def test_whoever_asks_much_is_refused_at_once_and_stops_nobody_else() -> None:
    """Giving up makes no room: the server goes on with what was asked."""
    queries, slow = SharedQueries(), Slow()
    waiting = await asking(queries, slow, *(f"eve/{number}" for number in range(MOST_OF_ONE)))
    for each in waiting:
        each.cancel()
    (more,) = await asking(queries, slow, "eve/more")
    with pytest.raises(Refused) as busy:
        await more
    assert (busy.value.status, busy.value.kind) == (503, "Busy")
    others = await asking(queries, slow, "ana/open", f"{OURS}/board")
    slow.answers.set()
    assert await asyncio.gather(*others)
    assert await (await asking(queries, slow, "eve/more"))[0]


async def test_the_server_never_reads_many_lists_at_one_time() -> None:
    """Except those of the web server itself, which are few."""
    queries, slow = SharedQueries(), Slow()
    waiting = await asking(queries, slow, *(f"{number}/{number}" for number in range(MOST_QUERIES)))
    (more, ours) = await asking(queries, slow, "bo/more", f"{OURS}/board")
    with pytest.raises(Refused):
        await more
    slow.answers.set()
    await asyncio.gather(*waiting, ours)


async def test_nobody_gets_an_answer_that_is_older_than_their_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those who come late share the next query."""
    queries, slow = SharedQueries(), Slow()
    early = await asking(queries, slow, "ana/open")
    later = time.monotonic() + 5
    monkeypatch.setattr(shared_queries, "time", SimpleNamespace(monotonic=lambda: later))
    late = await asking(queries, slow, "bo/open", "cy/open")
    slow.answers.set()
    assert await asyncio.gather(*early, *late) == [1, 2, 2]


async def test_those_who_begin_streams_share_one_reading_of_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From now on, or from any instant of the last minutes."""
    slow, client = Slow(), SimpleNamespace()
    never: Any = client
    every = all_incidents.Every(never, Followers(never), SharedQueries())

    async def newest(*_: object) -> dict[str, str]:
        await slow.asks("runs")()
        return {}

    monkeypatch.setattr(all_incidents, "newest_runs", newest)
    now = datetime.now(UTC)
    begun = [asyncio.create_task(every.check()) for _ in range(45)]
    since = (now - timedelta(seconds=90 + number) for number in range(45))
    resumed = [asyncio.create_task(every.recorded_since(at)) for at in since]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    slow.answers.set()
    await asyncio.gather(*begun, *resumed)
    assert slow.asked == ["runs", "runs"]
