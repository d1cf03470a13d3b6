"""A YAML text as nodes with their places.

A parser in C reads what almost every policy consists of: keys, values and lists. It takes a tenth
of the time. Anything else, also each mistake, goes to a parser in Python, which says what is wrong.
"""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tag import Tag
from yaml import YAMLError
from yaml.cyaml import CParser
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

_RARE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|[|>][-+0-9]*#|^%",
    re.MULTILINE,
)
"""Signs that the two parsers may read differently."""

_DEEPEST = 50
_TEXT, _NUMBER, _MAP, _LIST = (
    Tag(suffix=f"tag:yaml.org,2002:{kind}") for kind in ("str", "int", "map", "seq")
)


class _Unusual(Exception):  # noqa: N818 - says what it is
    """The text has something that only the parser in Python reads."""


def parse(text: str) -> Node | None:
    """The root of a text; None if it is empty. Raises what the parser in Python raises."""
    try:
        return _simple(text.replace("\r\n", "\n"))
    except (_Unusual, YAMLError):
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
        return root


def _simple(text: str) -> Node | None:
    """The root of a text of one document without tags and anchors. Raises _Unusual, YAMLError."""
    if _RARE.search(text):
        raise _Unusual
    parser = CParser(text)
    try:
        return _root(parser)
    finally:
        parser.dispose()


def _root(parser: CParser) -> Node | None:
    """The root of what a parser reads. Keeps its own stack: C has no guard against deep nesting."""
    around: list[tuple[CollectionStartEvent, list[Node]]] = []
    nodes: list[Node] = []
    documents = 0
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        if isinstance(event, ScalarEvent):
            nodes.append(_scalar(event))
        elif isinstance(event, CollectionStartEvent):
            if len(around) == _DEEPEST or _is_named(event):
                raise _Unusual
            around.append((event, nodes))
            nodes = []
        elif isinstance(event, CollectionEndEvent):
            begun, outside = around.pop()
            outside.append(_collection(begun, nodes))
            nodes = outside
        elif isinstance(event, DocumentStartEvent):
            documents += 1
        if documents > 1 or isinstance(event, AliasEvent):
            raise _Unusual
    if nodes and not isinstance(nodes[0], MappingNode):
        raise _Unusual
    return nodes[0] if nodes else None


def _is_named(event: Any) -> bool:
    return event.anchor is not None or event.tag is not None


def _scalar(event: ScalarEvent) -> Node:
    value, style = event.value, event.style or None
    if _is_named(event) or (style is None and not value):  # they disagree where nothing stands
        raise _Unusual
    number = style is None and value.isascii() and value.isdecimal()
    return ScalarNode(_NUMBER if number else _TEXT, value, event.start_mark, style=style)


def _collection(begun: CollectionStartEvent, nodes: list[Node]) -> Node:
    if isinstance(begun, MappingStartEvent):
        pairs = list(zip(nodes[::2], nodes[1::2], strict=True))
        return MappingNode(_MAP, pairs, begun.start_mark)
    return SequenceNode(_LIST, nodes, begun.start_mark)
