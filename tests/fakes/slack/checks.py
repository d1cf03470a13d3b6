"""Whether Slack would take blocks: the bounds and shapes of its published reference."""

from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.fakes.slack.state import Refused

_MOST_BLOCKS, _MOST_IN_A_MODAL, _MOST_TOGETHER = 50, 100, 13_000
_TEXTS = {"header": 150, "section": 3000}


def check_blocks(blocks: Any, *, modal: bool = False) -> None:
    """Raises Refused if Slack would."""
    if not isinstance(blocks, list) or len(blocks) > (_MOST_IN_A_MODAL if modal else _MOST_BLOCKS):
        raise Refused("invalid_blocks")
    for each in Block.parse_all(blocks):
        _judged(each)
    seen: set[str] = set()
    for block in blocks:
        _check(block, modal=modal)
        named = block.get("block_id", "")
        if len(named) > 255 or (named and named in seen):
            raise Refused("invalid_blocks")
        seen.add(named)
    if sum(len(str(block)) for block in blocks) > _MOST_TOGETHER and not modal:
        raise Refused("msg_blocks_too_long")


def _judged(block: Block) -> None:
    """What Slack's own library finds wrong with a block."""
    try:
        block.validate_json()
    except SlackObjectFormationError as error:
        raise Refused("invalid_blocks") from error


def _check(block: dict[str, Any], *, modal: bool) -> None:
    kind = block.get("type")
    if kind == "input" and modal:
        _text(block.get("label"), 2000, "plain_text")
        if "hint" in block:
            _text(block["hint"], 2000, "plain_text")
        _element(block.get("element"))
    elif kind in _TEXTS:
        _text(block.get("text"), _TEXTS[kind], "plain_text" if kind == "header" else None)
    elif kind == "actions":
        _elements(block.get("elements", []))
    elif kind == "context":
        for each in block["elements"]:
            _text(each, 3000)
    elif kind != "divider":
        raise Refused("invalid_blocks")


def _elements(elements: list[dict[str, Any]]) -> None:
    named = {each.get("action_id") for each in elements}
    if not 1 <= len(elements) <= 25 or len(named) < len(elements):
        raise Refused("invalid_blocks")
    for each in elements:
        _element(each)


def _text(text: Any, most: int, kind: str | None = None) -> None:
    if not isinstance(text, dict) or text.get("type") not in {"plain_text", "mrkdwn"}:
        raise Refused("invalid_blocks")
    if kind and text["type"] != kind:
        raise Refused("invalid_blocks")
    if not 1 <= len(text.get("text", "")) <= most:
        raise Refused("invalid_blocks")


def _element(element: Any) -> None:
    if not isinstance(element, dict) or not 1 <= len(element.get("action_id", "")) <= 255:
        raise Refused("invalid_blocks")
    if element["type"] == "button":
        _text(element.get("text"), 75, "plain_text")
        if len(element.get("value", "")) > 2000 or len(element.get("url", "")) > 3000:
            raise Refused("invalid_blocks")
    if element["type"] == "plain_text_input" and not (
        len(element.get("initial_value", "")) <= element.get("max_length", 3000) <= 3000
    ):
        raise Refused("invalid_blocks")
    if element["type"] in {"static_select", "multi_static_select", "checkboxes"}:
        _options(element)


def _options(element: dict[str, Any]) -> None:
    most = 10 if element["type"] == "checkboxes" else 100
    if not 1 <= len(element["options"]) <= most:
        raise Refused("invalid_blocks")
    for option in element["options"]:
        _text(option["text"], 75)
        if not 1 <= len(option["value"]) <= 150:
            raise Refused("invalid_blocks")
    initial = element.get("initial_option")
    if initial is not None and initial not in element["options"]:
        raise Refused("invalid_blocks")
