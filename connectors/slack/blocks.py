"""What a message looks like in Slack: blocks within Slack's bounds, and a text for everything else.

Foreign text stands in plain text, where nothing is a mention, a command or a style.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.channels.protocol import one_line
from models.addresses import web_link
from models.messages.live import LiveMessage
from models.messages.message import Message
from models.readable import readable

Block = dict[str, Any]

HEADING_BOUND, SECTION_BOUND, TEXT_BOUND = 150, 3000, 2000
MOST_SECTIONS = 2
"""Slack refuses a message whose blocks have more than some 13,000 characters together."""
BUTTON_URL_BOUND = 3000
_MOST_LINKS, _LONGEST_LINK = 5, 500
_LINK = re.compile(r"https?://[^\s<>\"'|]{3,500}")

LABELS: Mapping[str, str] = {
    "acknowledge": "Acknowledge",
    "decline": "I cannot",
    "assign_role": "Take a role",
    "post_update": "Post update",
    "resolve": "Resolve",
}
"""The buttons by their commands, in the order in which people need them."""
ACTION = "incident."
"""What the action id of a button begins with; the rest is its command."""
OPEN = "open"


def escaped(text: str) -> str:
    """Text in which Slack sees no mention, link or command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters; if it is cut, it ends with `…`."""
    return text if len(text) <= most else text[: most - 1] + "…"


def fallback(text: str) -> str:
    """The text that notifications and screen readers get."""
    return cut(escaped(cut(one_line(text), TEXT_BOUND // 5)), TEXT_BOUND)


def of_message(
    message: Message, *, offers: Iterable[str] = (), link: str | None = None
) -> list[Block]:
    """The blocks of a message, with a button for each command in `offers`, and one for a link."""
    found = [_heading(message.subject), *_sections(message.body)]
    found += _links(message.body)
    buttons = _buttons(message.incident_id, offers, link)
    return [*found, *buttons]


def of_live(live: LiveMessage, link: str | None = None) -> list[Block]:
    """The blocks of a message that shows the state of an incident."""
    lines = [f"{name.replace('_', ' ')}: {said}" for name, said in live.facts.items()]
    body = "\n".join(lines)
    return [
        _heading(live.heading),
        *_sections(body),
        *_links(body),
        *_buttons(live.incident_id, live.offers, link),
    ]


def plain(text: str, most: int = SECTION_BOUND) -> Block:
    """A text object without any markup; Slack refuses an empty one."""
    return {"type": "plain_text", "text": cut(text, most) or " ", "emoji": False}


def _heading(text: str) -> Block:
    return {"type": "header", "text": plain(one_line(text), HEADING_BOUND)}


def _sections(body: str) -> list[Block]:
    text = cut(readable(body), SECTION_BOUND * MOST_SECTIONS)
    parts = [text[at : at + SECTION_BOUND] for at in range(0, len(text), SECTION_BOUND)]
    return [{"type": "section", "text": plain(part)} for part in parts if part.strip()]


def _links(body: str) -> list[Block]:
    """The links of a text once more, so that somebody can follow them."""
    found = (web_link(each) for each in _LINK.findall(body))
    links = [each for each in dict.fromkeys(found) if each and len(each) <= _LONGEST_LINK]
    if not links:
        return []
    said = "\n".join(f"<{escaped(each)}>" for each in links[:_MOST_LINKS])
    return [{"type": "section", "text": {"type": "mrkdwn", "text": said, "verbatim": True}}]


def _buttons(incident: str, offers: Iterable[str], url: str | None) -> list[Block]:
    offered = frozenset(offers)
    elements = [
        {
            "type": "button",
            "action_id": f"{ACTION}{command}",
            "value": cut(incident, TEXT_BOUND),
            "text": plain(label, 75),
            **({"style": "primary"} if command == "acknowledge" else {}),
        }
        for command, label in LABELS.items()
        if command in offered
    ]
    if url and len(url) <= BUTTON_URL_BOUND:
        link = {"type": "button", "action_id": f"{ACTION}{OPEN}", "text": plain("Open", 75)}
        elements.append({**link, "url": url})
    return [{"type": "actions", "elements": elements}] if elements else []
