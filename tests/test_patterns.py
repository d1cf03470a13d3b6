"""No regular expression takes a time that grows with the square of the text that it reads."""

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from models.addresses import carries_secret
from models.policy.values.durations import shortened
from models.readable import in_a_line, readable
from models.time.moments import parse_condition, parse_moment
from rules.wording.markdown import plain, quoted

ROOT = Path(__file__).parents[1]
ROOMS = ("models", "rules", "policies", "connectors", "incidents", "web", "console", "runtime")
LENGTH = 8_000
CPU_SECONDS = 0.15
"""A linear search takes a millisecond; one that backtracks at each place takes twice this."""
BOUNDED = {"models.policy.sections.schedules": 300, "connectors.documents.protocol": 4096}
"""Modules that refuse longer texts before they search them."""
UNITS = (
    *("#", "_", "&#", "&a", "a", "1", " ", "\n", "\r", "\t", ".", "-", "=", ";", "@", "<", "["),
    *("a.", "a:", "1d", "a, ", "{{", "{{}", "<a ", "?a", "%41", "every ", "of each ", "09:00, "),
    *("a before ", "a and ", " , ", "= ", "\U0001f525\u200d", "\ufe0f\u200d", "\u2028", "error: "),
    *(
        "a@",
        "/",
        "\\",
        '"',
        "none because ",
        "mon-",
        "$",
        "[your ",
        "to be ",
        "token",
        "???",
        "1 m ",
    ),
)
ENDS = ("", "=")


def _uses(path: Path) -> Iterator[tuple[str, str]]:
    """The patterns of a module, by name, and the methods that it calls on them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


def _patterns() -> list[tuple[str, str, str]]:
    files = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    found = []
    for file in sorted(files):
        source = file.read_text(encoding="utf-8")
        if "re.compile(" not in source:
            continue
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        held = importlib.import_module(module)
        uses = sorted({*_uses(file)})
        for name, value in vars(held).items():
            if isinstance(value, re.Pattern) and f"{name} = " in source:
                methods = [method for used, method in uses if used == name]
                found += [(module, name, method) for method in methods or ["search"]]
    return found


@pytest.mark.parametrize(("module", "name", "method"), _patterns())
def test_a_pattern_takes_a_time_in_proportion_to_its_text(
    module: str, name: str, method: str
) -> None:
    """Whatever a text repeats, and however it ends."""
    pattern = getattr(importlib.import_module(module), name)
    length = min(LENGTH, BOUNDED.get(module, LENGTH))
    _in_time(partial(_run, pattern, method), length)


@pytest.mark.parametrize(
    "reads",
    [plain, quoted, readable, in_a_line, carries_secret, parse_moment, parse_condition, shortened],
)
def test_what_reads_foreign_text_takes_a_time_in_proportion_to_it(
    reads: Callable[[str], object],
) -> None:
    """Ten updates of number signs once kept a worker busy for a minute."""

    def tolerant(text: str) -> None:
        with suppress(ValueError):
            reads(text)

    _in_time(tolerant, LENGTH)


def _in_time(reads: Callable[[str], object], length: int) -> None:
    for unit in UNITS:
        for end in ENDS:
            text = unit * (length // len(unit)) + end
            began = time.thread_time()
            reads(text)
            assert time.thread_time() - began < CPU_SECONDS, f"{unit!r} repeated, then {end!r}"


def _run(pattern: re.Pattern[str], method: str, text: str) -> None:
    if method == "sub":
        pattern.sub("", text)
    elif method in {"finditer", "findall"}:
        pattern.findall(text)
    elif method in {"match", "fullmatch", "search", "split"}:
        getattr(pattern, method)(text)
    else:
        pattern.search(text)


def test_every_pattern_that_reads_foreign_text_has_a_name() -> None:
    """So the test above sees it; patterns that are made of settings and names are excepted."""
    calls = {
        f"{file.relative_to(ROOT)}: {node.func.attr}"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if "re." in (source := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr not in {"compile", "escape"}
    }
    assert calls == {"connectors/channels/email.py: sub"}
