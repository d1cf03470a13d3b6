"""A YAML text as plain values, and where in the text each of them stands.

Scalars become true, false or whole numbers only where a policy needs them; all others stay the text
that the author wrote, so that `no`, `2026-11` and `1.10` are what their author sees.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from policies.reading.parsing import parse

Loc = tuple[str | int, ...]
"""A path into the values: keys of mappings, indexes of lists."""


def path_words(loc: Loc) -> str:
    """A path as people write it: `escalations.default[2].page`."""
    words = ""
    for part in loc:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            words += f".{part}" if words else part
    return words


def beneath(path: str, of: str) -> bool:
    """Whether a path, as people write it, equals another one or leads on from it."""
    return path == of or path.startswith((f"{of}.", f"{of}["))


def empty_lists(value: Any, loc: Loc = ()) -> Iterator[Loc]:
    """Where the values have lists without any entry."""
    if value == []:
        yield loc
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from empty_lists(item, (*loc, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from empty_lists(item, (*loc, name))


MOST_NODES = 20_000
"""The most values, aliases followed. People cannot read a policy with more."""

MOST_LINES, MOST_SIGNS = 10_000, 40_000
"""The most lines, and signs of YAML in them. Parsing more takes longer than anybody waits."""

MOST_COLUMNS = 8000
"""The longest line. A value of megabytes costs the parser seconds, a tag a minute."""

_Pair = tuple[Node, Node]
_LINE = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_INTEGER = "tag:yaml.org,2002:int"
_PLAIN = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "null", "bool", "int", "float", "timestamp", "map", "seq", "merge", "value")
}
_MERGE = "<<"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that keeps the text from being plain values. Line and column count from 1."""

    line: int
    column: int
    what: str
    instead: str = ""


@dataclass(slots=True)
class Tree:
    """The values of a text, with their places. `flaws` are all that reading it found."""

    root: Node | None = None
    value: Any = None
    flaws: list[Flaw] = field(default_factory=list)
    _named: dict[int, dict[str, _Pair]] = field(default_factory=dict)
    """The pairs of each mapping by name. Thousands of mistakes ask for them as often."""

    def place(self, loc: Loc, *, key: bool = False) -> tuple[int, int]:
        """Line and column of what `loc` names, or of the deepest part of it that exists.

        The place of a scalar is its own. The place of a mapping or list, and of anything if `key`
        is set, is that of its key.
        """
        node, named = self.root, None
        for step, part in enumerate(loc):
            found = self._child(node, part)
            if found is None:
                key = key and step == len(loc)
                break
            named, node = found
        if node is None:
            return 1, 1
        at = named if named is not None and (key or not isinstance(node, ScalarNode)) else node
        return _position(at)

    def _child(self, node: Node | None, part: str | int) -> tuple[Node | None, Node] | None:
        """The key (if there is one) and the value that `part` names in `node`."""
        if isinstance(node, MappingNode) and part == 0 and isinstance(part, int):
            return None, node
        if isinstance(node, MappingNode):
            if id(node) not in self._named:
                self._named[id(node)] = _by_name(node)
            return self._named[id(node)].get(str(part))
        if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            return None, node.value[part]
        return None


MOST_DIGITS = 10
"""The number of digits that makes a text, such as a telephone number: no policy counts so far."""


def _position(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _pairs(node: MappingNode) -> Iterator[tuple[Node, Node]]:
    """The pairs of a mapping, merged ones first, so that its own win."""
    for name, value in node.value:
        if _is_merge(name):
            merged = value.value if isinstance(value, SequenceNode) else [value]
            for other in reversed(merged):
                if isinstance(other, MappingNode):
                    yield from _pairs(other)
    yield from ((name, value) for name, value in node.value if not _is_merge(name))


def _is_merge(name: Node) -> bool:
    return isinstance(name, ScalarNode) and name.value == _MERGE and name.style is None


def _by_name(node: MappingNode) -> dict[str, _Pair]:
    """The pairs of a mapping by their keys, the last of each; also by parts of combined keys."""
    pairs = tuple(pair for pair in _pairs(node) if isinstance(pair[0], ScalarNode))
    whole = {str(pair[0].value): pair for pair in pairs}
    return {part: pair for pair in pairs for part in _several(pair[0])} | whole


def _several(name: Node) -> tuple[str, ...]:
    """The keys that one combined key stands for: `SEV1, SEV2`."""
    return tuple(word.strip() for word in str(name.value).split(","))


def _too_many(root: Node) -> bool:
    """Whether there are more values, aliases followed, than anybody can mean. Ends on loops too."""
    waiting, count = [root], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > MOST_NODES:
            return True
        if isinstance(node, MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, SequenceNode):
            waiting.extend(node.value)
    return False


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    number = node.tag == _INTEGER and text.isascii() and text.isdecimal()
    if number and len(text) < MOST_DIGITS:
        return int(text)
    return text


def _value(node: Node, flaws: list[Flaw]) -> Any:
    if node.tag not in _PLAIN:
        flaws.append(Flaw(*_position(node), f"the tag {node.tag} means nothing here", "remove it"))
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_value(item, flaws) for item in node.value]
    return _mapping(node, flaws) if isinstance(node, MappingNode) else None


def _mapping(node: MappingNode, flaws: list[Flaw]) -> dict[str, Any]:
    _look_for_doubles(node, flaws)
    values: dict[str, Any] = {}
    for name, value in _pairs(node):
        if isinstance(name, ScalarNode):
            values[str(name.value)] = _value(value, flaws)
        else:
            what = "a key must be a single word"
            flaws.append(Flaw(*_position(name), what, "quote it if you mean it"))
    return values


def _look_for_doubles(node: MappingNode, flaws: list[Flaw]) -> None:
    seen: dict[str, Node] = {}
    for name, _ in node.value:
        if not isinstance(name, ScalarNode) or _is_merge(name):
            continue
        first = seen.setdefault(name.value, name)
        if first is not name:
            line, _column = _position(first)
            what = f"the key {name.value!r} is given twice"
            flaws.append(Flaw(*_position(name), what, f"keep one; the first is in line {line}"))


def read_tree(text: str) -> Tree:
    """The values of a YAML text. Raises nothing, whatever the text is."""
    tree = Tree()
    if text.count("\n") > MOST_LINES or sum(text.count(sign) for sign in ",:[{") > MOST_SIGNS:
        what = (
            f"this is too much for one policy: more than {MOST_LINES} lines, "
            "or the same amount in fewer"
        )
        tree.flaws.append(Flaw(1, 1, what))
        return tree
    too_long = next(
        (n for n, line in enumerate(_LINE.split(text), 1) if len(line) > MOST_COLUMNS), 0
    )
    if too_long:
        what = f"this line is longer than {MOST_COLUMNS} characters"
        tree.flaws.append(Flaw(too_long, MOST_COLUMNS + 1, what, "write the text in several lines"))
        return tree
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree.root = parse(text)
        if tree.root is not None and _too_many(tree.root):
            tree.flaws.append(
                Flaw(1, 1, "this is too much for one policy, counting what aliases repeat")
            )
        elif tree.root is not None:
            tree.value = _value(tree.root, tree.flaws)
    except ReaderError as error:
        tree.flaws.append(_unreadable(text, error))
    except MarkedYAMLError as error:
        tree.flaws.append(_syntax(error))
    except YAMLError as error:
        tree.flaws.append(Flaw(1, 1, f"this is not YAML: {error}"))
    except RecursionError:
        tree.flaws.append(Flaw(1, 1, "this is nested too deeply"))
    except Exception as error:  # noqa: BLE001 - the parser fails in ways of its own on odd texts
        tree.flaws.append(Flaw(1, 1, f"this is not YAML: {type(error).__name__}"))
    return tree


def _unreadable(text: str, error: ReaderError) -> Flaw:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Flaw(line, column, "a character that no text file should contain", "remove it")


def _syntax(error: MarkedYAMLError) -> Flaw:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    instead = ""
    if "found character '\\t'" in said:
        instead = "indent with spaces"
    elif "mapping values are not allowed" in said:
        instead = "quote the text that contains a colon, or check the indentation"
    return Flaw(line, column, f"this is not YAML: {' '.join(said.split())}", instead)
