"""The web server on a real socket, for clients that send any bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from runtime.embedded.server import free_port
from tests.patience import PATIENCE_SECONDS
from web.__main__ import server_of


@dataclass
class Served:
    """A running server. `said` sends bytes and returns everything until the connection closes."""

    server: uvicorn.Server
    port: int

    @property
    def open_connections(self) -> int:
        """How many connections it holds."""
        return len(self.server.server_state.connections)

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of a client."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def said(self, *chunks: bytes, every: float = 0.0) -> bytes:
        """Send chunks; with a pause, send the last one again and again."""
        reader, writer = await self.connected()
        sending = asyncio.create_task(_send(writer, chunks, every))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await reader.read()
        finally:
            sending.cancel()
            writer.close()


async def _send(writer: asyncio.StreamWriter, chunks: tuple[bytes, ...], every: float) -> None:
    with suppress(ConnectionError):
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        while every:
            await asyncio.sleep(every)
            writer.write(chunks[-1])
            await writer.drain()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[Served]:
    """Serve `app` as the web server does."""
    port = free_port()
    server = server_of(app, "127.0.0.1", port)
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not server.started:
                await asyncio.sleep(0.01)
        yield Served(server, port)
    finally:
        server.should_exit = server.force_exit = True
        await task
