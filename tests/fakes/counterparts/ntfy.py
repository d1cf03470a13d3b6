"""A server that judges requests as the published API of ntfy does, and keeps every message."""

import json
import re
from typing import Any

from tests.fakes.counterparts.counterpart import Counterpart, Fate, Taken
from tests.fakes.counterparts.webhook import programmed
from tests.fakes.webhook_sink import Answer, WebhookSink

_MOST_JSON, _MOST_MESSAGE = 8192, 4096
_ID = re.compile(r"[-_A-Za-z0-9]{1,64}")


def error(code: int, status: int, words: str) -> Answer:
    """An error as ntfy says it."""
    said = {"code": code, "http": status, "error": words}
    return Answer(status=status, body=json.dumps(said).encode())


class NtfySink(WebhookSink):
    """Takes JSON at its root from whoever has the token. It knows no key of ours."""

    def __init__(self, token: str | None = None) -> None:
        super().__init__()
        self._token = token

    @property
    def published(self) -> list[dict[str, Any]]:
        """The messages that subscribers got, in order."""
        return [request.json for request in self.requests if request.answer.effective]

    def _answer_to(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        if path != "/":
            return error(40401, 404, "page not found")
        if self._token and headers.get("authorization") != f"Bearer {self._token}":
            return error(40101, 401, "unauthorized")
        if len(body) > _MOST_JSON:
            return error(41303, 413, "JSON body too large")
        return self._judged(json.loads(body))

    def _judged(self, said: dict[str, Any]) -> Answer:
        if not _ID.fullmatch(said.get("topic", "")):
            return error(40009, 400, "invalid request: topic invalid")
        if said.get("priority", 3) not in {1, 2, 3, 4, 5}:
            return error(40007, 400, "invalid priority parameter")
        if not _ID.fullmatch(said.get("sequence_id", "x")):
            return error(40049, 400, "invalid request: sequence ID invalid")
        if len(said["message"].encode()) > _MOST_MESSAGE:
            return error(40014, 400, "invalid request: attachments not allowed")
        made = {**said, "id": f"m{len(self.requests)}", "time": 1795489952, "event": "message"}
        return Answer(body=json.dumps(made).encode())


class NtfyCounterpart(Counterpart):
    """Its topics and its token are secret."""

    secrets = ("topic-secret-of-ana", "topic-secret-of-all", "token-secret")

    def __init__(self) -> None:
        self._sink = NtfySink(self.secrets[2])

    async def begin(self) -> None:
        """Listen on loopback."""
        await self._sink.start()

    async def end(self) -> None:
        """Listen no more."""
        await self._sink.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """A topic of ana, and one for everybody else."""
        own, shared, token = self.secrets
        url = f"http://127.0.0.1:{self._sink.port}"
        topics = {"topic": shared, "topics": {"ana": own}}
        return {"kind": "ntfy", "url": url, "token": token, **topics}

    def meets(self, fate: Fate) -> None:
        """Decide what the next request meets."""
        programmed(self._sink, fate, {f"X-{number}": s for number, s in enumerate(self.secrets)})

    @property
    def taken(self) -> list[Taken]:
        """What the subscribers got; an old app shows a repeat twice."""
        return [
            Taken((said["title"],), text=f"{said['message']}\n{said.get('click', '')}")
            for said in self._sink.published
        ]
