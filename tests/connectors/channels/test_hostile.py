"""Hostile receivers answer without end, with too much, or not at all.

None of them delays a message beyond its time, fills the memory, or is taken for something else. A
message that a receiver took counts as sent, however odd the rest of its answer is.
"""

import asyncio
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from connectors.channels.directory import ChannelDirectory
from connectors.channels.email import EmailChannel, EmailSettings
from connectors.channels.kinds import channel_settings
from connectors.errors import ConnectorError, RetryableError
from models.messages.reference import Reference
from tests.fakes.messages import a_message

SHORT = timedelta(milliseconds=300)
SOON = timedelta(seconds=20)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LARGEST_GROWTH = 16 * 1024 * 1024
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TAKEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def receiver(speak: Speak) -> AsyncIterator[int]:
    """A server that answers each connection as it likes; yields its port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await speak(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def sent_to(port: int, timeout: timedelta) -> Reference | None:
    """Send a message to a webhook at that port."""
    settings = channel_settings({"url": f"http://127.0.0.1:{port}/"})
    directory = ChannelDirectory({"pager": settings})
    try:
        return await directory.channel("pager").send(a_message(), timeout=timeout)
    finally:
        await directory.aclose()


def answering(head: bytes, again: bytes = b"", body: bytes = b"") -> Speak:
    """Reads a request, says `head` and `body`, then `again` for ever."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + body)
        await writer.drain()
        while again:
            writer.write(again)
            await writer.drain()

    return speak


@pytest.mark.parametrize(
    "speak",
    [
        answering(TAKEN + b"\r\n", again=b" " * 4096),
        answering(
            TAKEN + b"Transfer-Encoding: chunked\r\n\r\n", again=b"400\r\n" + b" " * 1024 + b"\r\n"
        ),
        answering(TAKEN + b"Content-Length: 60000\r\n\r\n", body=b"[" * 60_000),
        answering(TAKEN + b"Content-Length: 9\r\n\r\n", body=b'{"id": \xff}'),
        answering(TAKEN + b"Content-Length: 5009\r\n\r\n", body=b'{"id": ' + b"9" * 5001 + b"}"),
    ],
)
async def test_an_accepted_message_counts_as_sent_whatever_comes_after(speak: Speak) -> None:
    """A second attempt would send it twice, so an endless or odd answer is no failure."""
    async with receiver(speak) as port:
        assert await sent_to(port, SOON) is None


async def test_an_answer_is_not_unpacked() -> None:
    """A few kilobytes can unpack to the size of the memory."""
    packer = zlib.compressobj(wbits=31)
    bomb = packer.compress(b" " * 60_000_000) + packer.flush()
    head = TAKEN + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    async with receiver(answering(head, body=bomb)) as port:
        tracemalloc.start()
        try:
            assert await sent_to(port, SOON) is None
            assert tracemalloc.get_traced_memory()[1] < LARGEST_GROWTH
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "speak",
    [
        answering(b"HTTP/1.1 200 OK\r\n", again=b"X-A: " + b"a" * 1000 + b"\r\n"),
        answering(b"HTTP/1.1 100 Continue\r\n\r\n", again=b"HTTP/1.1 100 Continue\r\n\r\n"),
        answering(b"", again=b"no HTTP "),
        answering(b"HTTP/1.1 503 Busy\r\nRetry-After: " + b"9" * 4000 + b"\r\n\r\n"),
        answering(b"HTTP/1.1 503 Busy\r\nRetry-After: Sun, 99 Foo 99999 00:00 +9999\r\n\r\n"),
    ],
)
async def test_any_other_answer_is_a_failure_for_now(speak: Speak) -> None:
    """The failure comes in time, and its reason is in our own words."""
    async with receiver(speak) as port:
        with pytest.raises(RetryableError) as failed:
            await sent_to(port, SHORT)
    assert failed.value.reason.isascii()
    assert len(failed.value.reason) < 100


def repeating(first: bytes, again: bytes = b"", pause: float = 0.0) -> Speak:
    """Sends one text and then another for ever, or nothing more."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()
        while again:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)
        await reader.read()

    return speak


@pytest.mark.parametrize(
    "speak",
    [
        repeating(b""),
        repeating(b"220 here\r\n"),
        repeating(b"220-", again=b"a" * 4096),
        repeating(b"", again=b"220-and more\r\n" * 100),
        repeating(b"", again=b"2", pause=0.02),
        repeating(b"220 here\r\n", again=b"250-and more\r\n" * 100),
        repeating(b"\xff\xfe\x00 no SMTP\r\n"),
        repeating(b"220 \x1b[31m\xe2\x80\xae\r\n", again=b"421 \x1b[31mgo away\r\n", pause=0.02),
    ],
)
async def test_a_mail_server_that_hangs_or_floods_holds_nothing_up(speak: Speak) -> None:
    """It is silent, half silent or endless: the message fails retryably and falls back."""
    async with receiver(speak) as port:
        settings = {"host": "127.0.0.1", "port": port, "sender": "engine@example.org"}
        channel = EmailChannel("mail", EmailSettings.model_validate(settings))
        tracemalloc.start()
        try:
            with pytest.raises(ConnectorError) as failed:
                await channel.send(a_message(address="ana@example.org"), timeout=SHORT)
            assert tracemalloc.get_traced_memory()[1] < LARGEST_GROWTH
        finally:
            tracemalloc.stop()
    assert failed.value.reason.isprintable()
