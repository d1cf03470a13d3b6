"""Microsoft Teams: an Adaptive Card to a channel or chat, by the address of a Workflows webhook.

Everybody who has the address can post, so all of it is a secret. The webhook only posts: success
means that it accepted the card. It names no message, so nothing can be edited.
"""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr, field_validator

from connectors.addresses import without_userinfo
from connectors.channels.kind import Ability, ChannelKindSpec, ChannelSettings, Repeat
from connectors.channels.posting import posted
from connectors.channels.protocol import one_line
from connectors.errors import PermanentError
from models.addresses import incident_page, is_exposed, parts_of, web_link
from models.messages.message import Message, MessageKind
from models.messages.reference import Reference
from models.readable import readable

if TYPE_CHECKING:
    import httpx2

Block = dict[str, Any]

CARD_BOUND = 24 * 1024
"""In bytes, with everything around it. Teams refuses more than 28 KB."""
_TITLE_BOUND, _LINE_BOUND, _MOST_LINES = 300, 1500, 60
_URGENT = frozenset({MessageKind.PAGE, MessageKind.REMINDER})
_CUT = "…"


class TeamsSettings(ChannelSettings):
    """The `url` of a Workflows webhook."""

    kind: Literal["teams"] = "teams"
    url: SecretStr

    @field_validator("url")
    @classmethod
    def _kept_secret(cls, given: SecretStr) -> SecretStr:
        parts = parts_of(without_userinfo(given.get_secret_value()))
        if parts is None or is_exposed(parts):
            raise ValueError("must be the address of a webhook, which begins with https://")
        return given


class TeamsChannel:
    """Posts cards to one webhook. A card has a link to the page of its incident, and no buttons."""

    def __init__(
        self,
        name: str,
        settings: TeamsSettings,
        client: "httpx2.AsyncClient",
        pages: str | None = None,
    ) -> None:
        self.name = name
        self._url = settings.url
        self._client = client
        self._pages = pages

    async def send(
        self,
        message: Message,
        *,
        timeout: timedelta,
        first_message: Reference | None = None,  # noqa: ARG002 - a webhook has no threads
        respond_url: str | None = None,  # noqa: ARG002 - many people read the place
    ) -> Reference | None:
        """Post `message`; nothing refers to it."""
        if message.event:
            raise PermanentError(self.name, "Teams is for people: send events to a webhook")
        await posted(
            self.name,
            self._client,
            self._url.get_secret_value(),
            body=_posted_as(message, self._pages),
            token=None,
            timeout=timeout,
        )
        return None


def _posted_as(message: Message, pages: str | None) -> str:
    """What to post, with as many lines as fit."""
    title = one_line(message.subject)[:_TITLE_BOUND]
    lines = [_cut(line) for line in readable(message.body).split("\n")]
    shown = lines[:_MOST_LINES]
    actions = list(_links(message, pages))
    while True:
        more = [_CUT] if len(shown) < len(lines) else []
        said = _around(_card(title, [*shown, *more], actions, urgent=message.kind in _URGENT))
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        if len(body.encode()) <= CARD_BOUND or not shown:
            return body
        shown.pop()


def _cut(line: str) -> str:
    return line if len(line) <= _LINE_BOUND else line[: _LINE_BOUND - 1] + _CUT


def _card(title: str, lines: list[str], actions: list[Block], *, urgent: bool) -> Block:
    card: Block = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": title,
        "msteams": {"width": "Full"},
        "body": [
            _plain(
                title, size="Large", weight="Bolder", color="Attention" if urgent else "Default"
            ),
            *(_plain(line) for line in lines if line.strip()),
        ],
    }
    return {**card, "actions": actions} if actions else card


def _plain(text: str, **style: str) -> Block:
    """A paragraph of foreign text: in a run of text, unlike in a block of it, no sign is markup."""
    run = {"type": "TextRun", "text": text, **style}
    return {"type": "RichTextBlock", "spacing": "Small", "inlines": [run]}


def _links(message: Message, pages: str | None) -> list[Block]:
    """Links that anybody may follow; the page of the incident asks who they are."""
    page = incident_page(pages, message.incident_id)
    runbook = web_link(message.facts.get("runbook"))
    found = (("Open the incident", page), ("Runbook", runbook))
    return [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in found if url]


def _around(card: Block) -> Block:
    kind = "application/vnd.microsoft.card.adaptive"
    attached = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attached]}


KIND = ChannelKindSpec(
    name="teams",
    settings=TeamsSettings,
    make=lambda name, settings, tools: TeamsChannel(
        name, settings, tools.client(settings.url.get_secret_value()), tools.pages
    ),
    can=frozenset({Ability.POST}),
    repeat=Repeat.MAY_DOUBLE,
)
