"""A Workflows webhook of Teams: it accepts cards that Teams would show, and names none of them."""

import json
from typing import Any

from tests.fakes.counterparts.counterpart import Counterpart, Fate, Taken
from tests.fakes.counterparts.webhook import programmed
from tests.fakes.webhook_sink import Answer, WebhookSink

_MOST_BYTES = 28 * 1024
_CARD = "application/vnd.microsoft.card.adaptive"


class TeamsSink(WebhookSink):
    """Answers 202 to a card, and 400 to what is none."""

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The cards that were accepted, in order."""
        taken = (request for request in self.requests if request.answer.effective)
        return [request.json["attachments"][0]["content"] for request in taken]

    def _answer_to(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        fits = len(body) <= _MOST_BYTES and _is_card(json.loads(body))
        return Answer(status=202 if fits else 400)


def _is_card(said: dict[str, Any]) -> bool:
    [attached] = said["attachments"]
    card = attached["content"]
    known = {"RichTextBlock"} >= {block["type"] for block in card["body"]}
    runs = [run for block in card["body"] for run in block["inlines"]]
    links = {"Action.OpenUrl"} >= {action["type"] for action in card.get("actions", [])}
    right = (said["type"], attached["contentType"], card["type"])
    return (
        right == ("message", _CARD, "AdaptiveCard")
        and known
        and links
        and all(run["type"] == "TextRun" and run["text"] for run in runs)
    )


def words_of(card: dict[str, Any]) -> list[str]:
    """What somebody reads, paragraph by paragraph, and where links lead."""
    words = [run["text"] for block in card["body"] for run in block["inlines"]]
    return words + [action["url"] for action in card.get("actions", [])]


class TeamsCounterpart(Counterpart):
    """Its whole address is secret."""

    secrets = ("workflows-secret-path", "sig-secret-0123456789")

    def __init__(self) -> None:
        self.sink = TeamsSink()

    async def begin(self) -> None:
        """Listen on loopback."""
        await self.sink.start()

    async def end(self) -> None:
        """Listen no more."""
        await self.sink.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """The address."""
        path, signature = self.secrets
        return {"kind": "teams", "url": f"{self.sink.url_of(path)}?sig={signature}"}

    def meets(self, fate: Fate) -> None:
        """Decide what the next request meets."""
        programmed(self.sink, fate, {f"X-{number}": s for number, s in enumerate(self.secrets)})

    @property
    def taken(self) -> list[Taken]:
        """What people see; a repeat is there twice."""
        every = map(words_of, self.sink.cards)
        return [Taken((words[0],), text="\n".join(words)) for words in every]
