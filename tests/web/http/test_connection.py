"""Connections cannot hold up the web server, neither by time nor by number."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send
from temporalio.client import Client

from runtime.embedded.server import free_port
from runtime.settings import ROOT
from tests.patience import PATIENCE_SECONDS
from tests.web.conftest import TOKEN
from tests.web.serving import Served, serving
from web.app import create_app
from web.http.connection import PATIENCE_SECONDS as PATIENCE
from web.http.connection import STREAMS, Connection, Step

POST = b"POST /v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
MAY = f"Authorization: Bearer {TOKEN}\r\n".encode()
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """A web server with short timeouts; Temporal is away."""
    brief = {Step.REQUEST: 0.3, Step.ANSWER: 0.5, Step.NEXT: 0.3, Step.LEAVE: 0.3}
    monkeypatch.setattr(Connection, "patience", brief)
    away = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True)
    policy = Path(ROOT / "policies" / "default.yaml")
    app = create_app(
        away, policy_file=policy, documents=policy.parent, task_queue="q", token=SecretStr(TOKEN)
    )
    async with serving(app) as running:
        yield running


@pytest.mark.parametrize(
    "chunks",
    [
        (b"G",),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n"),
        (POST + MAY + b"Content-Length: 100000\r\n\r\n", b" "),
        (POST + MAY + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
)
async def test_a_request_that_does_not_come_whole_in_time_is_refused(
    served: Served, chunks: tuple[bytes, ...]
) -> None:
    """That is a head or a body, with or without a length, or with parts that come repeatedly.

    The answer is 503 with a time, because Alertmanager gives up after other codes.
    """
    answer = await served.said(*chunks, every=0.02)
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"retry-after: 5" in answer.lower()
    assert b'"error": "TooSlow"' in answer


async def test_a_silent_connection_is_closed_without_an_answer(served: Served) -> None:
    """There is no request to answer."""
    assert await served.said() == b""


async def test_a_refused_sender_cannot_go_on_sending_for_ever(served: Served) -> None:
    """The body is not read if the token is missing, and the connection still ends in time."""
    answer = await served.said(
        POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", every=0.02
    )
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_sender_that_does_not_read_its_answer_is_cut_off(served: Served) -> None:
    """Answers that nobody reads do not fill the memory."""
    _, writer = await served.connected()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    writer.write(request * 2000)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not served.open_connections:
            await asyncio.sleep(0.01)
        while served.open_connections:
            await asyncio.sleep(0.01)
    writer.close()


async def test_a_sender_of_a_request_is_served_however_many_hold_connections(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection that has been waiting longest makes room."""
    monkeypatch.setattr(Connection, "most", 5)
    monkeypatch.setattr(Connection, "patience", dict.fromkeys(Step, float(PATIENCE_SECONDS)))
    silent = [await served.connected() for _ in range(20)]
    assert (await served.said(HEALTH)).startswith(b"HTTP/1.1 200 ")
    assert served.open_connections <= 5
    for _, writer in silent:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 100_000, b"431"),
        (b"GET " + b"/" * 100_000, b"431"),
        (
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 17_000 + b"\r\n\r\n",
            b"431",
        ),
        (b"\x16\x03\x01 no HTTP\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\n\r\n", b"400"),
        (POST + MAY + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"400"),
        (POST + MAY + b"Transfer-Encoding: chunked\r\n\r\nno length\r\n", b"400"),
    ],
)
async def test_a_request_that_is_no_http_is_refused_in_the_shape_of_every_refusal(
    served: Served, sent: bytes, status: bytes
) -> None:
    """Whoever looks for the reason finds it."""
    answer = await served.said(sent)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b'"error": "Malformed"' in answer


async def test_a_whole_request_is_answered_even_if_it_comes_in_pieces(served: Served) -> None:
    """It only matters that it arrives, not how."""
    answer = await served.said(*(HEALTH[n : n + 1] for n in range(len(HEALTH))))
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_stream_that_nobody_reads_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for its client is bounded.

    A client that reads outlasts the time of an answer, and takes no room of other connections.
    """
    monkeypatch.setattr(Connection, "most", 1)
    brief = {**PATIENCE, Step.ANSWER: 0.2, Step.READ: 0.3}
    monkeypatch.setattr(Connection, "patience", brief)
    sent = 0

    async def endless(scope: Scope, _: Receive, send: Send) -> None:
        nonlocal sent
        if scope["type"] != "http":
            return
        scope["state"][STREAMS] = True
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            sent += 1
            await asyncio.sleep(0.001)

    async with serving(endless) as served:
        with socket.socket() as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            silent.connect(("127.0.0.1", served.port))
            silent.sendall(HEALTH)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not sent or served.open_connections:
                    await asyncio.sleep(0.02)
        clients = []
        for _ in range(3):
            clients.append(await served.connected())
            clients[-1][1].write(HEALTH)
            await clients[-1][0].readexactly(65536)
        until = asyncio.get_running_loop().time() + 3 * brief[Step.ANSWER]
        while asyncio.get_running_loop().time() < until:
            for reader, _ in clients:
                await reader.readexactly(65536)
        for _, writer in clients:
            writer.close()
