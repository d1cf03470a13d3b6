"""Receives the engine's events, and says whether deployments may go on.

WEBHOOK_SECRET=whsec_... python deployment_gate.py
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

RESPONSE = {"reported", "assessment", "diagnosis", "resolution"}
LARGEST = 64 * 1024


class Gate:
    """Knows which incidents block deployments, from the newest event of each."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)
        self._newest: dict[str, int] = {}
        self._blocking: set[str] = set()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Take an event. Raises WebhookVerificationError if the engine did not send it."""
        data = self._webhook.verify(body, headers)["data"]
        incident, sequence = data["incident"], data["sequence"]
        if sequence <= self._newest.get(incident, 0):
            return  # it came before, or something newer did
        self._newest[incident] = sequence
        if data["severity"] == "SEV1" and data["state"] in RESPONSE:
            self._blocking.add(incident)
        else:
            self._blocking.discard(incident)

    @property
    def blocking(self) -> list[str]:
        """The incidents for which deployments wait."""
        return sorted(self._blocking)


def handler_of(gate: Gate) -> type[BaseHTTPRequestHandler]:
    """POST takes an event; GET answers 200 if deployments may go on, 423 if not."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            if size > LARGEST:
                self._answer(413)
                return
            try:
                gate.take(self.rfile.read(size), dict(self.headers))
            except (WebhookVerificationError, ValueError):
                self._answer(401)
            else:
                self._answer(204)

        def do_GET(self) -> None:
            self._answer(423 if gate.blocking else 200, "\n".join(gate.blocking))

        def _answer(self, status: int, text: str = "") -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    served = handler_of(Gate(os.environ["WEBHOOK_SECRET"]))
    ThreadingHTTPServer(("", 8080), served).serve_forever()
