"""What a document consists of: sections of blocks, all of them plain text.

Nothing here is markup. Whatever writes a document escapes every text in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar


class Verbatim(str):
    """A text that people type exactly like this: it stays as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence, or a few."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of the following blocks of a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; rows are as long as the head."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The place of the diagram of the lifecycle."""

    kind: ClassVar[str] = "lifecycle"


Block = Paragraph | Heading | Bullets | Table | Lifecycle

Blocks = Iterator[Block]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a document."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A title, what identifies the document, and its sections in order."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def bullets(items: Iterable[str], otherwise: str) -> Block:
    """A list; the sentence `otherwise` if there is nothing to list."""
    listed = tuple(items)
    return Bullets(listed) if listed else Paragraph(otherwise)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], otherwise: str) -> Block:
    """A table; the sentence `otherwise` if it would have no row."""
    listed = tuple(rows)
    return Table(head, listed) if listed else Paragraph(otherwise)
