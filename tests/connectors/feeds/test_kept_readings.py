"""What the last good copy of a feed says survives a restart."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.feeds.directory import FeedDirectory, FeedReading
from connectors.feeds.ical import FeedEvents
from connectors.feeds.settings import FeedSettings
from connectors.feeds.turns import Read
from tests.fakes.feeds import a_feed, a_shift, read_here
from tests.patience import PATIENCE_SECONDS

NOW = datetime.now(UTC)
SOON = timedelta(seconds=5)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed in a file, by which ana is on call this week."""
    path = tmp_path / "feed.ics"
    begins, ends = (f"{NOW + timedelta(days=days):%Y%m%dT%H%M%SZ}" for days in (-1, 7))
    path.write_text(a_feed(a_shift("ana", begins, ends)))
    return path


def after_a_start(feed: Path, read: Read = read_here) -> FeedDirectory:
    """The feeds of a process that has just started."""
    settings = {"primary": FeedSettings(path=feed)}
    return FeedDirectory(settings, feed.parent / "copies", fresh=timedelta(), read=read)


async def asked(feeds: FeedDirectory) -> FeedReading:
    """What a page asks for."""
    return await feeds.read("primary", NOW, NOW + timedelta(days=16), timeout=SOON)


async def kept(feed: Path) -> Path:
    """Read the feed, and wait until its reading is kept."""
    file = feed.parent / "copies" / "primary.events"
    async with aclosing(after_a_start(feed)) as feeds, asyncio.timeout(PATIENCE_SECONDS):
        await asked(feeds)
        while not file.exists():
            await asyncio.sleep(0.01)
    return file


async def stuck(*_: object) -> FeedEvents:
    """A reader that never ends."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_right_after_a_restart_the_kept_copy_counts_without_being_read_again(
    feed: Path,
) -> None:
    """Neither a feed that is gone nor a reader that never ends keeps a page waiting."""
    await kept(feed)
    feed.unlink()
    async with aclosing(after_a_start(feed, stuck)) as feeds:
        found = await asked(feeds)
    assert ([event.summary for event in found.events], bool(found.trouble)) == (["ana"], True)


@pytest.mark.parametrize(
    "written", ["", "[]", "{", '{"digest": 1}', '{"said": {"events": [[1]]}}', "\x00"]
)
async def test_a_kept_reading_that_is_none_is_read_anew(feed: Path, written: str) -> None:
    """Whatever is in the file, the copy itself counts."""
    (await kept(feed)).write_text(written)
    async with aclosing(after_a_start(feed)) as feeds:
        assert [event.summary for event in (await asked(feeds)).events] == ["ana"]


async def test_a_kept_reading_of_another_text_does_not_count(feed: Path) -> None:
    """The feed changed while no process looked."""
    await kept(feed)
    feed.write_text(feed.read_text().replace("ana", "bo"))
    async with aclosing(after_a_start(feed)) as feeds:
        assert [event.summary for event in (await asked(feeds)).events] == ["bo"]
