"""A hostile text of a feed costs one process, which is ended, and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, aclosing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import PermanentError, RetryableError
from connectors.feeds.attendees import attending
from connectors.feeds.directory import CHECKING, FeedDirectory, FeedReading
from connectors.feeds.ical import SHARES, FeedEvents, Spent, events_between
from connectors.feeds.own_process import events_in_own_process
from connectors.feeds.readings import SharedReadings, Unreadable
from connectors.feeds.settings import FeedSettings
from connectors.feeds.turns import AT_ONCE, Turns
from tests.fakes.feeds import ANA, BO, a_feed, read_here
from tests.patience import PATIENCE_SECONDS

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(days=45)
NEVER = timedelta(0)
EVERY_SECOND = "SUMMARY:cy|DTSTART:20260302T090000Z|DTEND:20260302T090001Z|RRULE:FREQ=SECONDLY"
NO_SUCH_DAY = (
    "SUMMARY:cy|DTSTART:20260302T090000Z|DTEND:20260302T100000Z"
    "|RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
)


async def test_a_rule_without_end_costs_its_series_and_no_other() -> None:
    """One rule repeats every second, and one never finds a day."""
    read = await events_in_own_process(a_feed(EVERY_SECOND, NO_SUCH_DAY, ANA, BO), START, END)
    assert [event.summary for event in read.events] == ["ana", "bo"]
    assert read.left_out == ("cy (takes too long)",)


DAILY = "SUMMARY:ana|DTSTART:20260302T090000Z|DTEND:20260302T170000Z|RRULE:FREQ=DAILY"
HOURLY = "SUMMARY:cy|DTSTART:20260302T090000Z|DTEND:20260302T100000Z|RRULE:FREQ=HOURLY"


class Budget:
    """Has time for so many tries of at most a second each, and notes what they may take."""

    def __init__(self, tries: int) -> None:
        self.left = tries
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> AbstractContextManager[None]:
        """Raises Spent once there is no time left."""
        if not self.left:
            raise Spent
        self.left -= 1
        self.asked.append(seconds)
        return nullcontext()


@pytest.mark.parametrize("last", [True, False])
def test_expensive_series_do_not_push_a_cheap_one_out_wherever_it_stands(last: bool) -> None:  # noqa: FBT001 - a case
    """Each is tried with a small share before one gets more, as far as the time then lasts."""
    lunch = [HOURLY] * 12
    budget = Budget(13 + 13 + 1)
    read = events_between(
        a_feed(*((*lunch, DAILY) if last else (DAILY, *lunch))), START, END, budget
    )
    assert sum(event.summary == "ana" for event in read.events) > 30
    assert sum(event.summary == "cy" for event in read.events) > 1000
    assert read.left_out == ("cy (takes too long)",)
    small, more, most = (share.seconds for share in SHARES)
    assert budget.asked == [most] * 13 + [small] * 13 + [more], "parsing, first tries, a second"


def test_a_text_of_which_cheap_series_were_not_tried_is_no_calendar_to_rely_on() -> None:
    """What was not tried may be the shifts. So it is if the time is spent, and if the room is."""
    with pytest.raises(Spent):
        events_between(a_feed(*[HOURLY] * 12, DAILY), START, END, Budget(13 + 12))


def test_events_that_leave_no_room_for_the_others_make_the_text_unreadable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A crowd of cheap events comes before the shifts, or before the end of them."""
    for most in (50, 110):
        monkeypatch.setattr("connectors.feeds.ical.MOST_EVENTS", most)
        with pytest.raises(Spent):
            events_between(a_feed(*[ANA] * 60, DAILY, DAILY), START, END)


CROWD = "|".join(f"ATTENDEE:mailto:{'u' * 200}{n}@example.com" for n in range(50))


def test_a_short_text_cannot_repeat_itself_into_a_long_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise hundreds of kilobytes would become hundreds of megabytes for each month."""
    most = 100_000
    monkeypatch.setattr("connectors.feeds.ical.MOST_TEXT", most)
    read = events_between(a_feed(ANA, f"{HOURLY}|{CROWD}", HOURLY), START, END)
    addresses = [address for event in read.events for address in event.emails]
    assert sum(map(len, addresses)) <= most + 50 * 254
    assert read.events[0].summary == "ana"
    assert read.left_out[0] == "the last of cy"
    assert read.left_out[1].startswith("everything after")


def test_one_event_does_not_take_the_room_of_others() -> None:
    """A crowd attends one series of every hour; the series after it is still read."""
    daily = "SUMMARY:bo|DTSTART:20260302T090000Z|DTEND:20260302T100000Z|RRULE:FREQ=DAILY"
    read = events_between(a_feed(f"{HOURLY}|{CROWD}", daily), START, END)
    assert read.left_out == ("the last of cy",)
    assert sum(event.summary == "bo" for event in read.events) > 30


def test_an_address_that_no_mail_can_have_is_none() -> None:
    """Otherwise it would be in every shift of a series."""
    assert attending(["x" * 250 + "@example.com", "bo@example.com"]).coming == ("bo@example.com",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html>Please log in</html>", "is no calendar"),
        (a_feed(ANA).removesuffix("END:VCALENDAR\r\n"), "is no calendar"),
    ],
)
async def test_an_unreadable_text_says_why(text: str, why: str) -> None:
    """It is a login page, or a text of which a part is missing."""
    with pytest.raises(Unreadable, match=why):
        await events_in_own_process(text, START, END)


async def test_a_reader_that_stops_waiting_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that runs out of time is killed, and the error says so."""
    monkeypatch.setattr("connectors.feeds.own_process.WALL_SECONDS", 0.01)
    with pytest.raises(Unreadable, match="within the limits"):
        await events_in_own_process(a_feed(EVERY_SECOND), START, END)


class Reader:
    """Counts the texts that it has to read; texts that begin with `bad` are unreadable."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, text: str, start: datetime, end: datetime) -> FeedEvents:
        """Raises Unreadable."""
        self.asked.append(text)
        await self.may_go_on.wait()
        if "bad" in text:
            raise Unreadable("cannot be read")
        return await read_here(text, start, end)


async def test_a_text_is_read_once_whether_it_is_readable_or_not() -> None:
    """Pages of other minutes ask for the same months, and callers at once share one reading."""
    reader = Reader()
    readings = SharedReadings(reader)
    for minute in range(3):
        at = START + timedelta(minutes=minute)
        await asyncio.gather(*(readings.of(a_feed(ANA), at, at) for _ in range(3)))
        with pytest.raises(Unreadable):
            await readings.of("bad", at, at)
    assert reader.asked == [a_feed(ANA), "bad"]
    await readings.aclose()


async def test_only_doubts_about_the_asked_time_are_reported() -> None:
    """It reads whole months, although a minute is asked for."""
    readings = SharedReadings(read_here)
    at = datetime(2026, 3, 8, 9, 1, tzinfo=UTC)
    assert [e.summary for e in (await readings.of(a_feed(ANA, BO), at, at)).events] == ["bo"]
    await readings.aclose()


async def test_a_feed_that_turns_bad_falls_back_to_its_last_good_copy(tmp_path: Path) -> None:
    """It is tried once; meanwhile nobody who has a copy waits for it."""
    file, reader = tmp_path / "primary.ics", Reader()
    file.write_text(a_feed(ANA))
    feeds = FeedDirectory(
        {"primary": FeedSettings(path=file)},
        tmp_path / "copies",
        fresh=NEVER,
        patience=NEVER,
        read=reader,
    )
    async with aclosing(feeds):

        async def read() -> tuple[list[str], str]:
            found = await feeds.read("primary", START, START, timeout=timedelta(seconds=5))
            return [event.summary for event in found.events], found.trouble

        assert await read() == ([], "")
        file.write_text("bad")
        reader.may_go_on.clear()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("connectors.feeds.directory.CHECKED_WITHIN", timedelta(0))
            assert (await read())[1] == CHECKING
        reader.may_go_on.set()
        for _ in range(3):
            assert (await read())[1] == "what it sent cannot be read"
        assert reader.asked.count("bad") == 1
        file.write_text(a_feed(BO))
        assert (await read())[1] == ""


async def test_a_bad_feed_without_any_copy_is_an_error(tmp_path: Path) -> None:
    """It does not count as an empty schedule."""
    file = tmp_path / "primary.ics"
    file.write_text("bad")
    named = {"primary": FeedSettings(path=file)}
    async with aclosing(FeedDirectory(named, tmp_path / "copies", read=Reader())) as feeds:
        with pytest.raises(PermanentError, match="what it sent cannot be read"):
            await feeds.read("primary", START, END, timeout=timedelta(seconds=5))


async def test_a_feed_without_any_copy_keeps_a_page_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading goes on, and callers after its end get it."""
    file, reader = tmp_path / "primary.ics", Reader()
    file.write_text(a_feed(ANA))
    reader.may_go_on.clear()
    monkeypatch.setattr("connectors.feeds.directory.CHECKED_WITHIN", timedelta(0))
    named = {"primary": FeedSettings(path=file)}
    async with aclosing(FeedDirectory(named, tmp_path / "copies", read=reader)) as feeds:

        async def read() -> FeedReading:
            return await feeds.read("primary", START, START, timeout=timedelta(seconds=5))

        for _ in range(2):
            with pytest.raises(RetryableError, match=CHECKING):
                await read()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not reader.asked:
                await asyncio.sleep(0.01)
        assert reader.asked == [a_feed(ANA)]
        reader.may_go_on.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := await told(read)):
                await asyncio.sleep(0.01)
    assert found.trouble == ""


async def told(read: Callable[[], Awaitable[FeedReading]]) -> FeedReading | None:
    """The content of the feed, if it was read."""
    try:
        return await read()
    except RetryableError:
        return None


async def test_a_feed_that_failed_is_left_alone_for_a_while_without_any_copy(
    tmp_path: Path,
) -> None:
    """Otherwise somebody who makes it fail anew each time could delay every page."""
    file, reader = tmp_path / "primary.ics", Reader()
    named = {"primary": FeedSettings(path=file)}
    async with aclosing(FeedDirectory(named, tmp_path / "copies", read=reader)) as feeds:
        for number in range(3):
            file.write_text(f"bad {number}")
            with pytest.raises(PermanentError, match="what it sent cannot be read"):
                await feeds.read("primary", START, END, timeout=timedelta(seconds=5))
    assert reader.asked == ["bad 0"]


async def test_many_feeds_are_read_by_few_processes_at_once() -> None:
    """Many feeds take turns, and each is read in the end."""
    under_way, most = 0, 0
    gate = asyncio.Event()

    async def reads(_text: str, _start: datetime, _end: datetime) -> FeedEvents:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gate.wait()
        under_way -= 1
        return FeedEvents((), (), ())

    turns = Turns(reads, quick_seconds=PATIENCE_SECONDS)
    feeds = [SharedReadings(turns.of(f"feed {n}")) for n in range(20)]
    asked = [asyncio.create_task(feed.of("a text", START, END)) for feed in feeds]
    while under_way < AT_ONCE:
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*asked)
    assert most == AT_ONCE


async def test_a_new_copy_counts_once_it_is_known_what_it_says_of_the_time(tmp_path: Path) -> None:
    """Until then the copy before it counts, however often somebody asks."""
    file, reader = tmp_path / "primary.ics", Reader()
    file.write_text(a_feed(ANA))
    named = {"primary": FeedSettings(path=file)}
    feeds = FeedDirectory(named, tmp_path / "copies", fresh=NEVER, patience=NEVER, read=reader)
    async with aclosing(feeds):

        async def read() -> tuple[list[str], str]:
            at = START + timedelta(days=3)
            found = await feeds.read("primary", at, at, timeout=timedelta(seconds=5))
            return [event.summary for event in found.events], found.trouble

        assert await read() == (["ana"], "")
        file.write_text(a_feed(ANA.replace("ana", "cy")))
        reader.may_go_on.clear()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("connectors.feeds.directory.CHECKED_WITHIN", timedelta(0))
            for _ in range(2):
                assert await read() == (["ana"], CHECKING)
        reader.may_go_on.set()
        assert await read() == (["cy"], "")
        assert len(reader.asked) == 2


async def test_every_feed_is_read_before_somebody_asks(tmp_path: Path) -> None:
    """One that is not there keeps no other from that."""
    file, reader = tmp_path / "primary.ics", Reader()
    file.write_text(a_feed(ANA))
    named = {"gone": FeedSettings(path=tmp_path / "gone"), "primary": FeedSettings(path=file)}
    async with aclosing(FeedDirectory(named, tmp_path / "copies", read=reader)) as feeds:
        await feeds.read_all(START, END, timeout=timedelta(seconds=5))
        reader.may_go_on.clear()
        found = await feeds.read("primary", START, END, timeout=NEVER)
    assert [event.summary for event in found.events] == ["ana"]
