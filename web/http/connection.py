"""One connection with a time limit for each step; the number of connections is limited too.

The HTTP server waits forever for a request that never arrives whole, and accepts any number of
connections. This protocol adds the limits.
"""

import json
import sys
from asyncio import TimerHandle, Transport
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.http.endpoints import PROBLEM_TYPE
from web.http.errors import RETRY_AFTER_SECONDS, problem

log = structlog.get_logger(__name__)


class Step(Enum):
    """What a connection waits for."""

    REQUEST = "a request, from its first byte to its last"
    ANSWER = "the answer of the web server"
    NEXT = "the next request, or the client to read the answer"
    LEAVE = "the client to read the refusal"
    READ = "the client to read what a stream has sent"


PATIENCE_SECONDS = {
    Step.REQUEST: 10.0,
    Step.ANSWER: 30.0,
    Step.NEXT: 10.0,
    Step.LEAVE: 2.0,
    Step.READ: 10.0,
}
"""The longest wait for each step. An answer takes less than all the Temporal calls that it needs.
Between two requests the server itself closes after five seconds, if the client reads."""


LONGEST_HEAD = 16 * 1024
STREAMS = "streams"
"""The name under which an application says in the state of a request that its answer goes on."""


class Connection(H11Protocol):
    """A connection with time limits.

    If there are too many, the one that has waited longest for its request is closed. So a client
    that sends a whole request at once is served, however many clients do not. The exception is a
    flood: if more connections come in one turn of the loop than may be open, one of them is closed
    before its request is read, and its sender must try again.

    A stream goes on for as long as its client reads, and takes none of the other connections' room:
    whoever begins streams limits their number.
    """

    most = 256
    patience: Mapping[Step, float] = PATIENCE_SECONDS

    _step: Step | None = None
    _timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start to wait for a request, if there is room."""
        super().connection_made(transport)
        if self._too_many() and not self._make_room():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Busy", "too many connections")
            return
        self._await(Step.REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all waiting."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take incoming data; after a refusal, discard it."""
        if self._step is Step.LEAVE:
            return
        if self._head_with(data) > LONGEST_HEAD:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._refuse(status, "Malformed", "the head of the request is too large")
            return
        super().data_received(data)

    def _head_with(self, data: bytes) -> int:
        """How long the head of the request is; the parser measures it only if it comes in parts."""
        if self.conn.their_state is not h11.IDLE:
            return 0
        return len((self.conn.trailing_data[0] + data).partition(b"\r\n\r\n")[0])

    def pause_writing(self) -> None:
        """The client reads too slowly: a stream waits for it, but not long."""
        super().pause_writing()
        if self._streams:
            self._await(Step.READ)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._step is Step.READ:
            self._stop()
            self._step = None
            self._watch()

    @property
    def _streams(self) -> bool:
        """Whether the answer under way goes on."""
        under_way = self.cycle is not None and not self.cycle.response_complete
        return under_way and bool(self.scope.get("state", {}).get(STREAMS))

    def _too_many(self) -> bool:
        if len(self.connections) <= self.most:
            return False
        streams = sum(isinstance(c, Connection) and c._streams for c in self.connections)  # noqa: SLF001 - its twin
        return len(self.connections) - streams > self.most

    def shutdown(self) -> None:
        """Close when the server ends."""
        if self._step is Step.LEAVE or self._streams:
            self.transport.abort()
        else:
            super().shutdown()

    def handle_events(self) -> None:
        """Handle what arrived, then wait for the next step."""
        super().handle_events()
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that is not HTTP, or whose head is too large."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", HTTPStatus.BAD_REQUEST)
        too_large = hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        why = "the head of the request is too large" if too_large else msg
        self._refuse(HTTPStatus(hint), "Malformed", why)

    def _watch(self) -> None:
        if self._step in {Step.LEAVE, Step.READ}:
            return
        if self.transport.is_closing():
            self._await(Step.NEXT)
        elif self.conn.their_state is h11.IDLE:
            begun = bool(self.conn.trailing_data[0]) or self._step is Step.REQUEST
            self._await(Step.REQUEST if begun else Step.NEXT)
        elif self.conn.their_state is h11.SEND_BODY:
            self._await(Step.REQUEST)
        else:
            self._await(Step.ANSWER)

    def _await(self, step: Step) -> None:
        """Wait for `step`. Its time starts once; slow pieces of data do not extend it."""
        if step is self._step and step is not Step.ANSWER:
            return
        self._stop()
        self._step = step
        self._timer = self.loop.call_later(self.patience[step], self._too_late)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _too_late(self) -> None:
        step = self._step
        if step is Step.REQUEST and not self.transport.is_closing() and self._has_begun:
            seconds = self.patience[Step.REQUEST]
            log.info("request.too_slow", seconds=seconds)
            why = f"the request did not arrive whole within {seconds:g} seconds"
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "TooSlow", why)
            return
        if step is Step.ANSWER and self._streams:
            return
        if step is Step.READ:
            log.info("stream.too_slow", seconds=self.patience[Step.READ])
        if step is Step.ANSWER:
            log.warning("request.unanswered", seconds=self.patience[Step.ANSWER])
        self.transport.abort()

    @property
    def _has_begun(self) -> bool:
        return self.conn.their_state is not h11.IDLE or bool(self.conn.trailing_data[0])

    def _make_room(self) -> bool:
        """Close the connection that has waited longest for its request; False if there is none."""
        others = (c for c in self.connections if isinstance(c, Connection) and c is not self)
        waiting = [c for c in others if c._step is not Step.ANSWER and c._timer]  # noqa: SLF001 - its twin
        if not waiting:
            return False
        first = min(waiting, key=lambda c: c._timer.when() if c._timer else 0.0)  # noqa: SLF001 - its twin
        first.transport.abort()
        self.connections.discard(first)
        return True

    def _refuse(self, status: HTTPStatus, kind: str, message: str) -> None:
        """If nothing was answered yet, answer without the application; then close."""
        if self.cycle:
            # The application may still read the request: tell it that the client is gone.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not self.transport.is_closing():
            body = json.dumps(problem(status, kind, message)).encode()
            for event in (_head(status, len(body)), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        # If we closed with bytes unread, the client would lose the answer.
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self._await(Step.LEAVE)


def _head(status: HTTPStatus, length: int) -> Any:
    headers = [
        ("content-type", PROBLEM_TYPE),
        ("content-length", str(length)),
        ("connection", "close"),
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("retry-after", str(RETRY_AFTER_SECONDS)))
    return h11.Response(status_code=status, headers=headers, reason=status.phrase.encode())
