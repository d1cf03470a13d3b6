"""A receiver of webhooks that takes each key once."""

import base64
import json
from typing import Any

from tests.fakes.counterparts.counterpart import WAIT, Counterpart, Fate, Taken
from tests.fakes.counterparts.lines import of_json
from tests.fakes.webhook_sink import Answer, WebhookSink

_SIGNING = base64.b64encode(b"a-signing-secret-of-32-bytes-all").decode()


def programmed(sink: WebhookSink, fate: Fate, told: dict[str, str]) -> None:
    """Decide what the next request to an HTTP server meets; `told` repeats its secrets."""
    answers = {
        Fate.REFUSED: Answer(status=400),
        Fate.FAILED: Answer(status=503),
        Fate.BUSY: Answer(status=429, headers={"Retry-After": f"{WAIT.seconds}"}),
        Fate.SILENT: Answer(hang=True),
        Fate.RESET: Answer(close=True),
        Fate.LOST_ANSWER: Answer(close=True, takes=True),
        Fate.TELLING: Answer(status=403, headers=told, body=json.dumps(told).encode()),
    }
    sink.answers.append(answers[fate])


class WebhookCounterpart(Counterpart):
    """Its URL, token and signing secret are all secret."""

    secrets = ("path-secret-0123456789", "query-secret", "token-secret", _SIGNING)

    def __init__(self) -> None:
        self._sink = WebhookSink()

    async def begin(self) -> None:
        """Listen on loopback."""
        await self._sink.start()

    async def end(self) -> None:
        """Listen no more."""
        await self._sink.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """A URL with secrets, a token and a signature."""
        path, query, token, signing = self.secrets
        url = f"{self._sink.url_of(path)}?code={query}"
        return {"url": url, "token": token, "secrets": f"whsec_{signing}"}

    def meets(self, fate: Fate) -> None:
        """Decide what the next request meets."""
        programmed(self._sink, fate, {f"X-{number}": s for number, s in enumerate(self.secrets)})

    @property
    def taken(self) -> list[Taken]:
        """One for each key."""
        return [of_json(said) for said in self._sink.effects.values()]
