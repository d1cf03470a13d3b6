"""What a request of Slack says about who did what, read with care; and the id of its command."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def text_in(said: Any, *path: str) -> str:
    """A text at a place in what Slack sent; empty if there is none."""
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said if isinstance(said, str) else ""


def command_id(*parts: str) -> str:
    """The id of a command. It follows from the action, so a repeat by Slack counts once."""
    return f"slack:{sha256('|'.join(parts).encode()).hexdigest()[:40]}"


def action_of(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What somebody pressed; empty if the payload says nothing about that."""
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, Mapping) else {}
