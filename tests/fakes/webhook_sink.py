"""A real HTTP server on loopback that takes messages, once per idempotency key.

It records every request; only a new key has an effect. A test can set each answer, and so decides
what each attempt meets.
"""

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.patience import PATIENCE_SECONDS

REASONS = {200: "OK", 204: "No Content", 302: "Found", 429: "Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request meets.

    `hang` never answers; `close` drops the connection without an answer, `close_after` after the
    answer. `takes` says whether the message takes effect; without it, a 2xx does. A Content-Length
    among the headers may lie.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: bool = False
    close: bool = False
    close_after: bool = False
    takes: bool | None = None

    @property
    def effective(self) -> bool:
        """Whether the message takes effect."""
        if self.takes is not None:
            return self.takes
        return not self.hang and not self.close and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class SinkRequest:
    """One request as it came, its path without the query, and the answer that it got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answer: Answer

    @property
    def key(self) -> str | None:
        """The idempotency key."""
        return self.headers.get("idempotency-key")

    @property
    def json(self) -> dict[str, Any]:
        """The body, read as a JSON object."""
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


class WebhookSink:
    """Use as `async with WebhookSink() as sink`; channels post to `sink.url`.

    `requests` are all requests in order, `effects` the message of each key that took effect,
    `repeats` the keys that came again after that. Each request uses up one of `answers`; then
    `default` answers. With a path for each (`sink.url_of("pager")`), one sink stands for several
    channels; `by_path` sets the answer of a path for good.
    """

    def __init__(self, *, port: int = 0) -> None:
        self.requests: list[SinkRequest] = []
        self.effects: dict[str, dict[str, Any]] = {}
        self.repeats: list[str] = []
        self.answers: list[Answer] = []
        self.by_path: dict[str, Answer] = {}
        self.default = Answer()
        self.port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens on loopback; after a stop, on the same port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and drops all connections. It keeps what it recorded."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def url(self) -> str:
        """The URL to post to."""
        return self.url_of("hook")

    def url_of(self, name: str) -> str:
        """The URL to post to, so that the request's path is `/name`."""
        return f"http://127.0.0.1:{self.port}/{name}"

    def answer(self, status: int = 200, *, times: int = 1, **headers: str) -> None:
        """Sets the next `times` answers; `retry_after="3"` becomes the header Retry-After."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        self.answers += [Answer(status=status, headers=named)] * times

    def hang(self, *, times: int = 1, takes: bool = False) -> None:
        """Never answers the next `times` requests."""
        self.answers += [Answer(hang=True, takes=takes)] * times

    def close_connection(self, *, times: int = 1, takes: bool = False) -> None:
        """Drops the connection of the next `times` requests; `takes` says if the message counts."""
        self.answers += [Answer(close=True, takes=takes)] * times

    def to(self, name: str) -> list[SinkRequest]:
        """The requests with the path `/name`."""
        return [request for request in self.requests if request.path == f"/{name}"]

    async def wait_for(self, effects: int, *, within: float = PATIENCE_SECONDS) -> None:
        """Waits until `effects` messages took effect; `within` seconds at most."""
        async with asyncio.timeout(within), self._came:
            await self._came.wait_for(lambda: len(self.effects) >= effects)

    async def wait_for_requests(self, count: int, *, within: float = PATIENCE_SECONDS) -> None:
        """Waits until `count` requests came; `within` seconds at most."""
        async with asyncio.timeout(within), self._came:
            await self._came.wait_for(lambda: len(self.requests) >= count)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            while await self._served(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serves one request of a connection; returns whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        path = target.partition("?")[0]
        pairs = (line.split(":", 1) for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        answer = self._answer_to(path, headers, body)
        await self._record(SinkRequest(method, path, headers, body, answer))
        if answer.close:
            return False
        if answer.hang:
            await asyncio.Event().wait()
        reason = REASONS.get(answer.status, "Programmed")
        sent = {"Content-Length": str(len(answer.body)), **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + answer.body)
        await writer.drain()
        return not answer.close_after and headers.get("connection", "").lower() != "close"

    def _answer_to(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        programmed = self.by_path.get(path.strip("/"))
        if programmed is not None:
            return programmed
        return self.answers.pop(0) if self.answers else self.default

    async def _record(self, request: SinkRequest) -> None:
        async with self._came:
            self.requests.append(request)
            if request.answer.effective and request.key:
                if request.key in self.effects:
                    self.repeats.append(request.key)
                else:
                    self.effects[request.key] = request.json
            self._came.notify_all()
