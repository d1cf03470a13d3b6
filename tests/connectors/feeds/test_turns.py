"""A slow feed waits for other slow feeds, and no other feed waits for it."""

import asyncio
from collections import Counter
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import ConnectorError
from connectors.feeds.directory import FeedDirectory
from connectors.feeds.ical import FeedEvents
from connectors.feeds.own_process import Unreadable
from connectors.feeds.settings import FeedSettings
from connectors.feeds.turns import SLOW_AT_ONCE, Turns

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
NOTHING = FeedEvents((), (), ())
SOON = timedelta(seconds=5)


class Reads:
    """Reads that end at once, except those of slow texts: they end once somebody lets them."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.under_way: Counter[str] = Counter()
        self.asked: list[str] = []

    async def __call__(self, text: str, _start: datetime, _end: datetime) -> FeedEvents:
        """Read a text."""
        self.asked.append(text)
        if text.startswith("bad"):
            raise Unreadable("cannot be read")
        if text.startswith("slow"):
            self.under_way[text] += 1
            await self.gate.wait()
            self.under_way[text] -= 1
        return NOTHING


async def test_slow_feeds_keep_no_other_feed_waiting() -> None:
    """Neither at first, when nobody knows that they are slow, nor later."""
    reads = Reads()
    turns = Turns(reads, quick_seconds=0.001)
    slow = [turns.of(f"slow {n}") for n in range(6)]
    for _ in range(2):
        asked = [asyncio.ensure_future(read("slow", START, END)) for read in slow]
        assert await turns.of("good")("a text", START, END) == NOTHING
        assert not any(task.done() for task in asked)
        while not all(turns.slow(f"slow {n}") for n in range(6)):
            await asyncio.sleep(0)
        reads.gate.set()
        await asyncio.gather(*asked)
        reads.gate.clear()


async def test_feeds_that_are_known_to_be_slow_wait_for_each_other() -> None:
    """However many there are, few processes read their texts."""
    reads = Reads()
    turns = Turns(reads, quick_seconds=0)
    first = [asyncio.ensure_future(turns.of(f"{n}")("slow first", START, END)) for n in range(6)]
    while not all(turns.slow(f"{n}") for n in range(6)):
        await asyncio.sleep(0)
    reads.gate.set()
    await asyncio.gather(*first)
    reads.gate.clear()
    again = [asyncio.ensure_future(turns.of(f"{n}")("slow again", START, END)) for n in range(6)]
    while reads.under_way["slow again"] < SLOW_AT_ONCE:
        await asyncio.sleep(0)
    assert reads.under_way["slow again"] == SLOW_AT_ONCE
    reads.gate.set()
    await asyncio.gather(*again)


async def test_a_feed_whose_every_text_is_bad_rests_longer_each_time(tmp_path: Path) -> None:
    """Otherwise each new text of a hostile feed would cost as much as the first."""
    reads, file = Reads(), tmp_path / "primary.ics"
    named = {"primary": FeedSettings(path=file)}
    patience = timedelta(seconds=40)
    async with aclosing(
        FeedDirectory(named, tmp_path / "copies", patience=patience, read=reads)
    ) as feeds:
        known = feeds._feed("primary")
        rests: list[int] = []
        for number in range(7):
            file.write_text(f"bad {number}")
            known.failed_at = known.rests_until = None
            with pytest.raises(ConnectorError, match="cannot be read"):
                await feeds.read("primary", START, END, timeout=SOON)
            assert known.rests_until is not None
            rests.append(round((known.rests_until - datetime.now(UTC)) / patience))
        assert len(reads.asked) == 7
        known.failed_at = None
        with pytest.raises(ConnectorError):
            await feeds.read("primary", START, END, timeout=SOON)
        assert len(reads.asked) == 7
    assert rests == [1, 2, 4, 8, 16, 22, 22]
