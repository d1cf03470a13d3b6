"""Guards the UI of the embedded server: it refuses requests under a foreign host name.

The UI has no login and does not check its host name. A web page whose own name resolves to this
machine could read and end every incident through it. So the UI listens where no page can guess it,
and only this gate listens at the address that people use.
"""

import asyncio
import random
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from runtime.hosts import Hosts

HEAD_BOUND = 64 * 1024
HEAD_SECONDS = 10.0
CHUNK = 64 * 1024
LOOPBACK = "127.0.0.1"
REFUSAL = (
    b"HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"The UI is known as localhost and by its IP address alone.\n"
)


def hidden_host() -> str:
    """A loopback address that nobody can guess, if this machine has more than one."""
    if sys.platform != "linux":
        return LOOPBACK
    return ".".join(["127", *(str(random.SystemRandom().randint(1, 254)) for _ in range(3))])


@dataclass(slots=True)
class UiGate:
    """Passes connections on to the UI at `host` and `port` if their first request may come in.

    A browser uses one connection for one name, so a connection that began under a right name keeps
    it.
    """

    host: str
    port: int
    _server: asyncio.Server | None = field(default=None, init=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _hosts: Hosts = field(default_factory=Hosts, init=False)

    async def start(self, port: int) -> None:
        """Listen on loopback. Raises OSError if somebody else does."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._connected, LOOPBACK, port, limit=HEAD_BOUND)

    def stop(self) -> None:
        """Stop listening; any thread may call this."""
        server, self._server = self._server, None
        if server is None or self._loop is None or self._loop.is_closed():
            return
        with suppress(RuntimeError):
            if asyncio.get_running_loop() is self._loop:
                server.close()
                return
        self._loop.call_soon_threadsafe(server.close)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            if self._hosts.know(_hosts_in(head)):
                await self._pass_on(head, reader, writer)
            else:
                writer.write(REFUSAL)
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # it went away, sent nothing that could be passed on, or the stack ends
        finally:
            writer.close()

    async def _pass_on(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        try:
            there_writer.write(head)
            ways = (_flow(reader, there_writer), _flow(there_reader, writer))
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            there_writer.close()


async def _flow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


def _hosts_in(head: bytes) -> list[str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    named = (line.partition(":") for line in lines)
    return [value.strip() for name, _, value in named if name.strip().lower() == "host"]
