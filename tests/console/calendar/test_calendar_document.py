"""The examples of the document on calendars are what the command prints."""

import re
import shlex
from itertools import pairwise

import pytest

from runtime.settings import ROOT
from tests.console.conftest import Type

DOCUMENT = (ROOT / "docs" / "calendars.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ python starter\.py (.*)\n((?:.*\n)*?)```", DOCUMENT)


def test_there_are_examples_for_every_measure() -> None:
    """What a reader doubts is what is shown."""
    assert len(EXAMPLES) == DOCUMENT.count("```console")
    shown = " ".join(command for command, _ in EXAMPLES)
    for word in ("2h", "5d", "1d local", "1 month", "end of", "before", "--paused", "--rolls"):
        assert word in shown
    assert all(before != after for before, after in pairwise(EXAMPLES))


@pytest.mark.parametrize(("command", "printed"), EXAMPLES)
def test_an_example_prints_what_the_document_says(type_: Type, command: str, printed: str) -> None:
    """Whoever types it sees it."""
    said = type_(*shlex.split(command))
    assert (said.code, said.out) == (0, printed)
