"""Texts that an author meant to fill in and did not: `{{name}}`, `TODO`, `TBD`, `<name>`."""

import re
from collections.abc import Iterator
from typing import Any

from policies.reading.findings import Finding
from policies.reading.tree import Loc

_PLACEHOLDER = re.compile(
    r"\{\{.{0,80}?\}\}"
    r"|\$\{.{0,80}?\}"
    r"|<[A-Za-z][\w .\-]{0,60}>"
    r"|(?i:\[(?:your|insert|enter|fill in)\b[^\]]{0,80}\])"
    r"|(?i:\[(?:name|names|date|time|person|role|team|company|organi[sz]ation|service)\])"
    r"|\b(?:TODO|FIXME|XXX|TBA|TBC)\b"
    r"|(?i:\btbd\b|\bto be (?:decided|defined|determined|confirmed|announced)\b|\blorem ipsum\b)"
    r"|\?{3,}",
    re.DOTALL,
)
_HOW = "write what you mean; if that is not decided yet, write unspecified"


def placeholders(value: Any, loc: Loc = ()) -> Iterator[Finding]:
    """The placeholders in every text of a policy, including its keys."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_text(name, (*loc, name), key=True)
            yield from placeholders(inner, (*loc, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from placeholders(inner, (*loc, index))
    elif isinstance(value, str):
        yield from _in_text(value, loc, key=False)


def _in_text(text: str, loc: Loc, *, key: bool) -> Iterator[Finding]:
    found = _PLACEHOLDER.search(text)
    if found:
        yield Finding(loc, f"{found[0][:60]!r} is a placeholder", _HOW, key)
