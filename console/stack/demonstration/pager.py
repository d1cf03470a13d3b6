"""A webhook on loopback instead of a paging service: it shows which messages arrived."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Pager:
    """Takes messages over HTTP, each key once, as a paging service does."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def of_kind(self, kind: str, incident_id: str) -> list[dict[str, Any]]:
        """The messages of one kind about one incident, in order.

        Messages about other incidents arrive too: an incident of an interrupted demonstration
        continues with the next one.
        """
        return [
            message
            for message in self.taken.values()
            if (message["kind"], message["incident_id"]) == (kind, incident_id)
        ]

    def _take(self, key: str, message: dict[str, Any]) -> None:
        self.taken.setdefault(key, message)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take one message."""
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                pager._take(self.headers.get("Idempotency-Key", ""), json.loads(body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing: the demonstration prints."""

        return Handler
