"""Text from outside, safe to show: it steers no terminal and reads in the order it is stored in."""

import re
from typing import Annotated

from pydantic import AfterValidator

_KEPT = "\t\n"
_STEERING = {
    code: None
    for first, last in (
        (0x00, 0x1F),  # control characters, the escape that begins terminal sequences among them
        (0x7F, 0x9F),
        (0x061C, 0x061C),  # marks, embeddings, overrides and isolates of the writing direction
        (0x200E, 0x200F),
        (0x202A, 0x202E),
        (0x2066, 0x206F),
        (0x180E, 0x180E),  # what has neither width nor meaning; joiners stay: scripts need them
        (0x200B, 0x200B),
        (0x2060, 0x2064),
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFB),
    )
    for code in range(first, last + 1)
    if chr(code) not in _KEPT
}
_SEPARATORS = str.maketrans(dict.fromkeys("\u2028\u2029", "\n"))
_BREAKS = re.compile(r"[\r\n\u2028\u2029]+")


def readable(text: str) -> str:
    """`text` without what steers a terminal or the direction of writing; its lines stay."""
    return text.translate(_SEPARATORS).translate(_STEERING)


def in_a_line(text: str) -> str:
    """`text` as one line: a break in it must not look like a further line of ours."""
    return readable(_BREAKS.sub(" ", text))


def made_visible(text: str) -> str:
    """`text` in a line, with each character that cannot be seen written as its escape."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


Readable = Annotated[str, AfterValidator(readable)]
"""A text with lines, as it may leave the engine."""
OneLine = Annotated[str, AfterValidator(in_a_line)]
"""The same on one line."""
