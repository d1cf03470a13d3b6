"""The parser in C reads what the parser in Python reads, or leaves the text to it."""

import warnings
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from yaml import YAMLError

from policies.reading import parsing
from runtime.settings import ROOT
from tests.examples import examples
from tests.policies.written import WHOLE

SIGNS = [
    *"a:-[]{}#&*!|>'\"%@,?<~ \n\t0",
    *("- ", "? ", ": ", "\n  ", "a: ", "---\n", "...\n", "''", "|\n", ">-\n", " #", "007", "\r\n"),
]


def form(node: Node | None) -> Any:
    """All that the engine uses of a node: kind, value, style and place."""
    if node is None:
        return None
    place = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, ScalarNode):
        number = node.style is None and node.value.isdecimal() and str(node.tag).endswith(":int")
        return place, node.value, node.style, number
    if isinstance(node, MappingNode):
        return place, [(form(name), form(value)) for name, value in node.value]
    return place, [form(item) for item in node.value], "list"


def agree(text: str) -> bool:
    """Whether the parser in C took the text; then both parsers give the same."""
    try:
        quick = parsing._simple(text)
    except (parsing._Unusual, YAMLError):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert form(quick) == form(YAML(typ="safe", pure=True).compose(text))
    return True


@examples(300)
@given(st.lists(st.sampled_from(SIGNS), max_size=14).map("".join))
@example("a: |#a")
@example("a:\n")
@example("? a\n# b")
@example("|\n#a")
@example("[" * 1000)
def test_both_parsers_agree_on_any_text(text: str) -> None:
    """A policy means the same, whichever of them reads it."""
    agree(text)


@examples(40)
@given(st.integers(0, len(WHOLE)), st.sampled_from(SIGNS), st.integers(0, 3))
def test_both_parsers_agree_on_a_policy_with_a_slip(at: int, sign: str, length: int) -> None:
    """Problems are found at the same places."""
    agree(WHOLE[:at] + sign + WHOLE[at + length :])


@pytest.mark.parametrize("file", ["default.yaml", "examples/pagerduty.yaml"])
def test_policies_as_people_write_them_are_read_quickly(file: str) -> None:
    """Their values, styles and places are the same as before."""
    assert agree((ROOT / "policies" / file).read_text())
