"""Forms of the pages as modals of Slack, and what somebody filled in."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.slack.blocks import Block, cut, plain
from web.callbacks.slack.said import paragraph
from web.pages.fields import Choice, FormField

TITLE_BOUND, LABEL_BOUND, HINT_BOUND, CHOICE_BOUND = 24, 150, 150, 75
VALUE_BOUND, INPUT_BOUND, MOST_CHOICES = 150, 3000, 100
METADATA_BOUND = 3000
VALUE = "value"
"""The action id of every field; its block is named as the field."""
LATEST = 4_000_000_000
"""In seconds since 1970."""


def modal(
    callback: str,
    title: str,
    about: Mapping[str, str],
    says: Iterable[str],
    fields: Iterable[Block],
) -> Block:
    """A form. `about` comes back with it; Slack signs what comes back."""
    told = [paragraph(line) for line in says if line.strip()]
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE_BOUND),
        "submit": plain("Send", TITLE_BOUND),
        "close": plain("Cancel", TITLE_BOUND),
        "private_metadata": json.dumps(dict(about))[:METADATA_BOUND],
        "blocks": [*told, *fields],
    }


def note(title: str, lines: Iterable[str]) -> Block:
    """A modal that only says something."""
    told = [paragraph(line) for line in lines if line.strip()]
    return {
        "type": "modal",
        "callback_id": "incident.note",
        "title": plain(title, TITLE_BOUND),
        "close": plain("Close", TITLE_BOUND),
        "blocks": told,
    }


def about_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What a form is about, as `modal` wrote it; empty if that cannot be read."""
    try:
        said = json.loads(str(view.get("private_metadata", ""))[:METADATA_BOUND])
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {str(name): value for name, value in said.items() if isinstance(value, str)}


def inputs(fields: Iterable[FormField]) -> list[Block]:
    """The fields of a form, each in a block that has its name."""
    return [_input(field) for field in fields]


def _input(field: FormField) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "optional": not field.required,
        "label": plain(field.label, LABEL_BOUND),
        "element": {"action_id": VALUE, **_element(field)},
    }
    says = field.says
    if field.choices and not _chosen_from(field):
        says = f"{says}. Possible: {', '.join(choice.value for choice in field.choices)}"
    if says.strip():
        block["hint"] = plain(says, HINT_BOUND)
    return block


def _element(field: FormField) -> Block:
    match field.control:
        case "instant":
            return {"type": "datetimepicker"}
        case "check":
            return {"type": "checkboxes", "options": [_option(Choice("true", field.label))]}
        case "checks" if _chosen_from(field):
            return {"type": "multi_static_select", "options": _options(field)}
        case _ if _chosen_from(field):
            chosen = [each for each in field.choices if each.value == field.value]
            initial = {"initial_option": _option(chosen[0])} if chosen else {}
            return {"type": "static_select", "options": _options(field), **initial}
        case _:
            return _text(field)


def _text(field: FormField) -> Block:
    bound = min(field.longest, INPUT_BOUND)
    element: Block = {"type": "plain_text_input", "max_length": bound}
    if field.control in {"lines", "checks"}:
        element["multiline"] = True
    if field.value:
        element["initial_value"] = field.value[:bound]
    return element


def _chosen_from(field: FormField) -> bool:
    """Whether Slack can show the choices as a list."""
    few = 0 < len(field.choices) <= MOST_CHOICES
    return few and all(0 < len(each.value) <= VALUE_BOUND for each in field.choices)


def _options(field: FormField) -> list[Block]:
    return [_option(each) for each in field.choices]


def _option(choice: Choice) -> Block:
    return {"text": plain(cut(choice.words or choice.value, CHOICE_BOUND)), "value": choice.value}


def filled_in(view: Mapping[str, Any]) -> dict[str, str]:
    """What somebody filled in, by the names of the fields, as a form of a page sends it."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    found: dict[str, str] = {}
    for name, said in values.items() if isinstance(values, dict) else ():
        element = said.get(VALUE) if isinstance(said, dict) else None
        if isinstance(element, dict):
            found[str(name)] = _typed(element)
    return found


def _typed(element: Mapping[str, Any]) -> str:
    match element:
        case {"type": "datetimepicker", "selected_date_time": int(seconds)} if seconds < LATEST:
            return datetime.fromtimestamp(seconds, UTC).isoformat()
        case {"selected_option": {"value": str(value)}}:
            return value
        case {"selected_options": [*options]}:
            chosen = (each.get("value") for each in options if isinstance(each, dict))
            return "\n".join(value for value in chosen if isinstance(value, str))
        case {"type": "plain_text_input", "value": str(value)}:
            return value
        case _:
            return ""
