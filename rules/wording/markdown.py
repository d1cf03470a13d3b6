"""Markdown whose structure no outside text can change."""

import re
from collections.abc import Iterable, Sequence

from models.readable import in_a_cell

NONE = "None recorded."
CAPTION_BOUND = 200

_SPECIAL = re.compile(r"([\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|!(?=\[))")
_LEADING = re.compile(r"^(\d*)([#+=-]|(?<=\d)[.)])")


def plain(text: str) -> str:
    """`text` on one line, escaped so that it reads as it is, also in a table."""
    return _LEADING.sub(r"\1\\\2", within(text))


def within(text: str) -> str:
    """The same for text that does not begin a line, as in a cell or a title."""
    escaped = _SPECIAL.sub(r"\\\1", in_a_cell(text))
    open_ended = escaped.rstrip("#")
    return open_ended + "\\#" * (len(escaped) - len(open_ended))


def caption(text: str) -> str:
    """A short line that Temporal shows next to a workflow, a timer or an activity.

    Its UI renders Markdown, which could load a picture from anywhere.
    """
    return within(text[:CAPTION_BOUND])[:CAPTION_BOUND].rstrip("\\")


def quoted(text: str) -> str:
    """`text` as a block quotation with its line breaks."""
    whole = text.strip().replace("\r\n", "\n")
    lines = [plain(line) for line in whole.split("\n")] if whole else []
    return "\n".join(f"> {line}  " if line else ">" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; NONE if it has no rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return NONE
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def bullets(items: Iterable[str]) -> str:
    """A list whose items are Markdown already; NONE if it has none."""
    return "\n".join(f"- {item}" for item in items) or NONE


def section(title: str, *blocks: str) -> str:
    """A section of the second level."""
    return "\n\n".join([f"## {title}", *(block for block in blocks if block)])
