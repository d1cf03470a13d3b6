"""The command prints what the document on calendars shows."""

import re
import shlex
from itertools import pairwise

import pytest

from runtime.settings import ROOT
from tests.console.conftest import Type

DOCUMENT = (ROOT / "docs" / "calendars.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ python starter\.py (.*)\n((?:.*\n)*?)```", DOCUMENT)


def test_the_document_has_an_example_of_every_measure() -> None:
    """A reader can check what they doubt."""
    assert len(EXAMPLES) == DOCUMENT.count("```console")
    shown = " ".join(command for command, _ in EXAMPLES)
    for word in ("2h", "5d", "1d local", "1 month", "end of", "before", "--paused", "--rolls"):
        assert word in shown
    assert all(before != after for before, after in pairwise(EXAMPLES))


@pytest.mark.parametrize(("command", "printed"), EXAMPLES)
def test_the_command_prints_what_the_document_shows(
    type_: Type, command: str, printed: str
) -> None:
    """A reader who types an example sees the same answer."""
    said = type_(*shlex.split(command))
    assert (said.code, said.out) == (0, printed)
