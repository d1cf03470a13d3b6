"""The examples of the document on people are one policy file and the command's output."""

import re
import shlex
from datetime import UTC, datetime

import pytest

from policies.check import check_file
from policies.checks.paging.coverage import coverage
from policies.reading.problems import errors_of
from runtime.settings import ROOT
from tests.console.conftest import Type

DOCUMENT = (ROOT / "docs" / "people.md").read_text(encoding="utf-8")
POLICY = ROOT / "docs" / "examples" / "policies" / "on-call.yaml"
EXAMPLES = re.findall(r"```console\n\$ python starter\.py (.*)\n((?:.*\n)*?)```", DOCUMENT)


def test_the_document_has_an_example_of_each_question() -> None:
    """These are who is on call at an instant, over a time, and by layers."""
    assert len(EXAMPLES) == DOCUMENT.count("```console") == 3


@pytest.mark.parametrize(("command", "printed"), EXAMPLES)
def test_the_command_prints_what_the_document_shows(
    type_: Type, command: str, printed: str
) -> None:
    """A reader who types an example sees the same answer."""
    named = command.replace("docs/examples/policies/on-call.yaml", str(POLICY))
    said = type_(*shlex.split(named))
    assert (said.code, said.out) == (0, printed)


def test_the_document_shows_text_of_its_policy_file() -> None:
    """A reader can copy the file whole."""
    shown = DOCUMENT.partition("```yaml\n")[2].partition("```")[0]
    assert shown.strip()
    for part in shown.split("\n\n"):
        assert part.strip() in POLICY.read_text(encoding="utf-8")


def test_the_policy_has_exactly_the_gaps_that_the_document_names() -> None:
    """One person is on call twice at once; every other gap is declared."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    problems = check_file(POLICY, (coverage(now),))
    assert errors_of(problems) == ()
    about = [p for p in problems if "is not answered" not in p.what]
    assert [p.where for p in about] == ["escalations.default[1].page"]
    assert all(str(p).removeprefix(str(POLICY)) in DOCUMENT for p in about)
