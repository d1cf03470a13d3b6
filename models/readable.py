"""Text from outside, made safe to show: it cannot steer a terminal or change the reading order."""

import re
from typing import Annotated

from pydantic import AfterValidator

_KEPT = "\t\n"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_RANGES = (
    (0x00, 0x1F),  # control characters, the escape that begins terminal sequences among them
    (0x7F, 0x9F),
    # What Unicode calls a format character, or has shown as nothing if a font lacks it.
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x0600, 0x0605), (0x061C, 0x061C)),
    *((0x06DD, 0x06DD), (0x070F, 0x070F), (0x0890, 0x0891), (0x08E2, 0x08E2)),
    *((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F)),
    *((0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x110BD, 0x110BD)),
    *((0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)
_STEERING = {
    code: None
    for first, last in _RANGES
    for code in range(first, last + 1)
    if chr(code) not in _KEPT
}
_LAST_PLAIN = 0xA0
# Ranges, not single characters: a search compares each character of a text with all of them.
_UNSEEN = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES if first > _LAST_PLAIN)
_AT_WORK = re.compile(
    f"(?<=[^\x00-\xa0{_UNSEEN}])[{_SELECTORS}]?[{_JOINERS}](?=[^\x00-\xa0{_UNSEEN}])"
    f"|(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=[^\x00-\xa0{_UNSEEN}])[{_SELECTORS}]"
)
"""Joiners between characters that are not plain letters, and one selector after such a character.
Emoji need them, and so do words of some scripts.
"""
_MAY_BE_AT_WORK = frozenset(_JOINERS + _SELECTORS)
_SEPARATORS = str.maketrans(dict.fromkeys("\u2028\u2029", "\n"))
_BREAKS = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
"""What ends a line, or jumps to another column, anywhere."""


def _plain(text: str) -> bool:
    """Whether `text` is so plain that nothing in it can do harm, as most texts are."""
    return text.isascii() and text.isprintable()


def readable(text: str) -> str:
    """`text` without invisible characters and those that steer others; its lines stay."""
    if _plain(text):
        return text
    text = text.translate(_SEPARATORS)
    if _MAY_BE_AT_WORK.isdisjoint(text):
        return text.translate(_STEERING)
    kept: list[str] = []
    end = 0
    for at_work in _AT_WORK.finditer(text):
        kept += (text[end : at_work.start()].translate(_STEERING), at_work.group())
        end = at_work.end()
    return "".join((*kept, text[end:].translate(_STEERING)))


def in_a_line(text: str) -> str:
    """`text` on one line, so that a line break in it cannot pass for a line of ours."""
    return text if _plain(text) else readable(_BREAKS.sub(" ", text))


def in_a_cell(text: str) -> str:
    """`text` on one line, its words one space apart: it can imitate neither a row nor a column."""
    return " ".join(in_a_line(text).split())


def indented(text: str, by: str = "    ") -> str:
    """`text` with its further lines indented, so that none of them can pass for a line of ours."""
    return readable(text).replace("\n", f"\n{by}")


def made_visible(text: str) -> str:
    """`text` on one line, with each invisible character written as its escape."""
    return "".join(c if c.isprintable() and ord(c) not in _STEERING else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


Readable = Annotated[str, AfterValidator(readable)]
"""A text of several lines, safe to send."""
OneLine = Annotated[str, AfterValidator(in_a_line)]
"""A text of one line that is safe to send."""


def blank(text: str) -> bool:
    """Whether `text` is blank: it has no visible character."""
    return not readable(text).strip()
