"""What is wrong with a file of variables (`.env`).

The library skips a line that it cannot read, with a warning. A token that is skipped is no token,
so every process refuses to start with such a line.
"""

from collections.abc import Iterator
from pathlib import Path

from dotenv.parser import Binding, parse_stream

HOW = "write NAME=value, and close every quotation mark"


def faults_of(file: Path) -> Iterator[str]:
    """The lines that cannot be read, without what is in them. Raises OSError and ValueError."""
    for binding in _bindings(file):
        if binding.error or not _is_variable(binding):
            yield f"line {binding.original.line} cannot be read: {HOW}"


def names_in(file: Path) -> tuple[str, ...]:
    """The variables of a file. Raises OSError and ValueError."""
    return tuple(binding.key for binding in _bindings(file) if binding.key)


def _bindings(file: Path) -> list[Binding]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8") as stream:
        return list(parse_stream(stream))


def _is_variable(binding: Binding) -> bool:
    """Whether a line sets a variable, or has none, as a comment has none."""
    if binding.key is None:
        return True
    letters = binding.key.replace("_", "a")
    named = letters.isascii() and letters.isalnum() and not letters[0].isdigit()
    return named and binding.value is not None
