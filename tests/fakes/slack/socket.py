"""The other side of Socket Mode: a WebSocket on loopback that sends envelopes.

It speaks just enough of RFC 6455.
"""

import asyncio
import base64
import hashlib
import itertools
import json
from contextlib import suppress
from typing import Any, Self

from tests.patience import PATIENCE_SECONDS

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class SlackSocket:
    """Use as `async with`. Each ticket opens one connection; only the newest gets envelopes."""

    def __init__(self) -> None:
        self.connections = 0
        self.refuses = 0
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer:
            self._writer.close()
        if self._server:
            self._server.close()

    def ticket(self) -> str:
        """An address that is good for one connection."""
        made = f"t-{next(self._numbers)}"
        self._tickets.add(made)
        return f"ws://127.0.0.1:{self.port}/link?ticket={made}"

    def ends_soon(self) -> None:
        """Slack says that it will end the connection, as it does every few hours."""
        assert self._writer
        said = {"type": "disconnect", "reason": "refresh_requested"}
        self._writer.write(_frame(_TEXT, json.dumps(said).encode()))

    async def wait_for(self, connections: int) -> None:
        """Wait until so many connections were made."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self.connections >= connections)

    async def sends(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send an envelope; returns what the app answers with its acknowledgement."""
        envelope = f"e-{next(self._numbers)}"
        said = {"envelope_id": envelope, "type": kind, "payload": payload}
        assert self._writer
        self._writer.write(_frame(_TEXT, json.dumps(said).encode()))
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: envelope in self._answers)
        return self._answers[envelope]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        ticket = head.partition("ticket=")[2].partition(" ")[0]
        if ticket not in self._tickets or self.refuses:
            self.refuses = max(0, self.refuses - 1)
            writer.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        self._tickets.remove(ticket)
        key = head.partition("Sec-WebSocket-Key: ")[2].partition("\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()  # noqa: S324
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        writer.write(_frame(_TEXT, b'{"type": "hello"}'))
        async with self._changed:
            self._writer, self.connections = writer, self.connections + 1
            self._changed.notify_all()
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._read(reader, writer):
                pass
        writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, second = await reader.readexactly(2)
        length = second & 127
        if length > 125:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8))
        mask = await reader.readexactly(4)
        masked = await reader.readexactly(length)
        body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
        code = first & 15
        if code == _PING:
            writer.write(_frame(_PONG, body))
        if code == _TEXT:
            said = json.loads(body)
            async with self._changed:
                self._answers[said["envelope_id"]] = said.get("payload", {})
                self._changed.notify_all()
        return code != _CLOSE


def _frame(code: int, body: bytes) -> bytes:
    small = len(body) < 126
    length = bytes([len(body)]) if small else bytes([126]) + len(body).to_bytes(2)
    return bytes([0x80 | code]) + length + body
