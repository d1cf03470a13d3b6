"""A webhook that only notes what arrived, and when."""

import asyncio
import json
import math
import time

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Sink:
    """Notes the first arrival of each page, by the token in its subject, on the monotonic clock."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self._server: asyncio.Server | None = None
        self._news = asyncio.Event()

    async def start(self) -> str:
        """Listen on loopback; returns the address to post to."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    async def until(self, tokens: set[str], within: float) -> int:
        """Wait for the pages of `tokens`; returns how many are missing after `within` seconds."""
        end = time.monotonic() + within
        while missing := tokens - self.arrived.keys():
            left = end - time.monotonic()
            if left <= 0:
                return len(missing)
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                continue
        return 0

    def waited(self, token: str, since: float) -> float:
        """Seconds from `since` to the page; infinite if it never came."""
        return self.arrived.get(token, math.inf) - since

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                body = await reader.readexactly(length)
                self._note(body)
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    def _note(self, body: bytes) -> None:
        message = json.loads(body)
        if message["kind"] != "page":
            return
        token = next(w for w in message["subject"].split() if w.startswith("token-"))
        self.arrived.setdefault(token, time.monotonic())
        self._news.set()
