"""What the web server says to one person in Slack: plain text that only they see."""

from collections.abc import Iterable
from typing import Any

from connectors.slack.blocks import SECTION_BOUND, Block, cut, fallback, plain
from models.readable import readable
from web.pages.sending import Told

MOST_LINES = 40


def to_them(text: str, lines: Iterable[str] = ()) -> dict[str, Any]:
    """An answer that only the person sees; what they pressed stays as it is."""
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": fallback(text),
        "blocks": [paragraph("\n".join((text, *list(lines)[:MOST_LINES])))],
    }


def outcome(told: Told) -> dict[str, Any]:
    """The outcome of an action, shown only to the person who acted."""
    return to_them(told.text, told.lines)


def paragraph(text: str) -> Block:
    """A paragraph of plain text, in which nothing calls anybody."""
    return {"type": "section", "text": plain(cut(readable(text), SECTION_BOUND))}
