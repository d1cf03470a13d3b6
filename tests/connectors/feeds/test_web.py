"""Unusual answers of a calendar server."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest

from connectors.errors import PermanentError
from connectors.feeds.settings import FeedSettings
from connectors.feeds.web import WebFeed
from tests.fakes.feeds import ANA, a_feed

TEXT = a_feed(ANA).encode()


@asynccontextmanager
async def server(head: str, body: bytes) -> AsyncIterator[tuple[WebFeed, list[bytes]]]:
    """A feed at a server with this answer, and the requests that the server got."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        length = f"Content-Length: {len(body)}\r\n\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{head}{length}".encode() + body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = FeedSettings(url=f"http://127.0.0.1:{port}/shifts.ics")
    async with listening, httpx2.AsyncClient(trust_env=False) as client:
        yield WebFeed("shifts", settings, client), asked


@pytest.mark.parametrize("layers", [1, 2, 3])
async def test_a_compressed_answer_is_refused_and_not_unpacked(layers: int) -> None:
    """Two kilobytes, packed three times, take as long as gigabytes, and nobody would be paged."""
    body = TEXT
    for _ in range(layers):
        body = gzip.compress(body)
    encodings = ", ".join(["gzip"] * layers)
    async with server(f"Content-Encoding: {encodings}\r\n", body) as (feed, _):
        with pytest.raises(PermanentError, match="answered with a compressed text"):
            await feed.fetch(None, timeout=timedelta(seconds=10))


@pytest.mark.parametrize("head", ["", "Content-Encoding: identity\r\n"])
async def test_a_text_is_asked_for_and_taken_as_it_is(head: str) -> None:
    """The request tells the server that nothing else is understood."""
    async with server(head, TEXT) as (feed, asked):
        copy = await feed.fetch(None, timeout=timedelta(seconds=10))
    assert copy.text == TEXT.decode()
    assert b"accept-encoding: identity\r\n" in asked[0].lower()
